"""What has to exist before the processes start: settings, the CA, certificates, recipients' keys.

Everything converges: a second start keeps identity and data of the first.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from machines import places
from machines.application.instance import INTAKE, MANAGE, Instance
from machines.application.ports import ADDRESS
from machines.messages import Problem

# The floor the box accepts: a browser test must not wait a second for every key it derives.
ARGON2 = {"memory_kib": 65536, "iterations": 3, "lanes": 4, "target_seconds": 0}


def prepare(instance: Instance) -> None:
    """Make or complete the directory of a copy."""
    instance.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for directory in (instance.sockets, instance.box / "vault", instance.box / "tls", instance.server):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_yaml(instance.server_settings, server_settings(instance))
    server_command(instance, "ca", "init")
    names = ["--name", MANAGE, "--name", INTAKE, "--address", ADDRESS]
    server_command(instance, "certificate", "issue", *names, "--out", str(instance.server / "tls"))
    for register in _inventory("labs.yml")["server_provisioning_development_recipients"]:
        recipients = str(instance.directory / "recipients")
        server_command(instance, "recipient", "create", "--register", register, "--out", recipients)
    shutil.copyfile(instance.server / "ca" / "ca.crt", instance.directory / "artbox-ca.crt")
    _make_box_certificate(instance)
    _write_yaml(instance.settings, box_settings(instance))


def box_settings(instance: Instance) -> dict[str, Any]:
    """Return the box's settings for this copy."""

    def service(host: str, port: int) -> dict[str, Any]:
        return {"host": host, "port": port, "address": ADDRESS}

    return {
        "data_dir": str(instance.box),
        "run_dir": str(instance.sockets),
        "vault": {"backend": "plain", "directory": str(instance.box / "vault")},
        "argon2": ARGON2,
        "allowed_hosts": ["localhost", ADDRESS, "artbox.local"],
        "web_certificate": str(instance.box / "tls" / "box.crt"),
        "ca_certificate": str(instance.directory / "artbox-ca.crt"),
        "recipients_dir": str(instance.directory / "recipients"),
        "services": {
            "enrolment": service(MANAGE, instance.server_port),
            "provisioning": service(MANAGE, instance.provisioning_port),
            "intake": service(INTAKE, instance.server_port),
        },
        "support_contact": _inventory("all/contacts.yml")["contacts_support"],
    }


def server_settings(instance: Instance) -> dict[str, Any]:
    """Return the server's settings for this copy."""
    return {"data_dir": str(instance.server), "database_url": f"sqlite:///{instance.server / 'server.db'}"}


def _inventory(name: str) -> dict[str, Any]:
    path = places.ROOT / "inventory" / "group_vars" / name
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _make_box_certificate(instance: Instance) -> None:
    script = places.ROOT / "roles/web_server/files/usr/local/lib/artbox/renew-web-certificate"
    directory = instance.box / "tls"
    done = subprocess.run(
        ["bash", str(script), str(directory), "localhost artbox.local"],
        check=False,
        capture_output=True,
        text=True,
    )
    if not (directory / "box.crt").exists():
        raise Problem(
            f"The box's certificate could not be made: {done.stderr.strip()}", "is openssl installed?"
        )


def program(module: str, *arguments: str) -> list[str]:
    """Return the command that runs one of our programs from the sources."""
    start = f"import sys; from {module} import main; sys.exit(main())"
    return [sys.executable, "-c", start, *arguments]


def environment(instance: Instance) -> dict[str, str]:
    """Return what our programs need in their environment to find sources and settings."""
    return {
        "PYTHONPATH": str(places.ROOT / "app"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "ARTBOX_SETTINGS": str(instance.settings),
        "ARTBOX_SERVER_SETTINGS": str(instance.server_settings),
    }


def server_command(instance: Instance, *arguments: str) -> str:
    """Run `artbox-server` for this copy and return what it prints; raises Problem when it fails."""
    done = subprocess.run(
        program("artbox.server.cli", *arguments),
        env=os.environ | environment(instance),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Problem(
            f"artbox-server {' '.join(arguments[:2])} failed: {done.stderr.strip()[-2000:]}",
            f"is {places.shown(instance.directory)} left from another version? `make app-down`, then again.",
        )
    return done.stdout.strip()
