"""`make app` and `make app-down`: start one copy, in the foreground or beside us, and end it.

`running` is the same for tests: a context in which a fresh copy answers on free ports.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from machines import handover, locking, places
from machines.application import instance as instances
from machines.application import ports, preparation, web_servers
from machines.application.activation import Service
from machines.application.instance import Instance
from machines.application.supervisor import Supervisor
from machines.messages import Problem, say, step

START_SECONDS = 40


def services(instance: Instance) -> list[Service]:
    """Return the processes of one copy, the web servers last."""
    environment = preparation.environment(instance)
    box = "artbox.box.cli"
    sockets = instance.sockets
    web = web_servers.write(instance)
    return [
        Service(
            "artbox-server",
            preparation.program("artbox.server.cli", "serve"),
            environment,
            {"web": sockets / "server.sock"},
        ),
        Service(
            "artbox",
            preparation.program(box, "serve"),
            environment,
            {"web": sockets / "web.sock", "control": sockets / "control.sock"},
        ),
        Service(
            "artbox-unlock",
            preparation.program(box, "unlock"),
            environment,
            {"unlock": sockets / "unlock.sock"},
            always=False,
        ),
        Service("web server of the server", web_servers.command(web["server"])),
        Service("web server of the box", web_servers.command(web["box"])),
    ]


def supervise(instance: Instance) -> None:
    """Prepare and run a copy in this process until it is told to end."""
    instance.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = locking.try_lock(instance.lock)
    if lock is None:
        raise Problem("It is already running.", "use it, or end it with `make app-down`.")
    ports.require_free(instance.ports)
    preparation.prepare(instance)
    log = os.open(instance.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    Supervisor(services(instance), log).run()


def run_in_foreground(instance: Instance) -> None:
    """Run a copy, say how to use it, and end it with Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    process = start(instance)
    try:
        facts = wait_and_hand_over(instance, process)
        handover.announce(facts, stop="Ctrl-C here; `make app-down` also removes its data")
        process.wait()
    except KeyboardInterrupt:
        say()
    finally:
        _end(process)


def run_detached(instance: Instance) -> dict[str, Any]:
    """Start a copy that goes on when we end; return its facts."""
    process = start(instance)
    try:
        return wait_and_hand_over(instance, process)
    except BaseException:
        _end(process)
        raise


def start(instance: Instance) -> "subprocess.Popen[bytes]":
    """Start the supervisor of a copy in a session of its own."""
    if locking.holder(instance.lock) is not None:
        raise Problem("It is already running.", "use it, or end it with `make app-down`.")
    ports.require_free(instance.ports)
    step("Starting the application")
    ports_given = (instance.box_port, instance.server_port, instance.provisioning_port, instance.http_port)
    command = [
        sys.executable,
        "-m",
        "machines",
        "app-supervisor",
        str(instance.directory),
        *map(str, ports_given),
    ]
    instance.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with instance.log.open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=places.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_and_hand_over(instance: Instance, process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """Wait until the box answers, write the copy's `box.json` and return it."""
    url = f"https://localhost:{instance.box_port}"
    certificate = instance.box / "tls" / "box.crt"
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError, KeyError, ValueError):
            state = handover.box_state(url, certificate)
            break
        if process.poll() is not None or time.monotonic() > deadline:
            raise Problem(
                f"The application did not come up. Its last words:\n{_last_words(instance)}",
                f"the whole log is {places.shown(instance.log)}.",
            )
        time.sleep(0.2)
    facts = _facts(instance, url, certificate, state)
    handover.write_json(instance.facts_file, facts)
    return facts


def _facts(instance: Instance, url: str, certificate: Path, state: str) -> dict[str, Any]:
    return {
        "kind": "app",
        "url": url,
        "ip": ports.ADDRESS,
        "ca_file": str(certificate),
        "fingerprint": handover.fingerprint(certificate),
        "state": state,
        "server_url": f"https://{instances.MANAGE}:{instance.server_port}",
        "server_ip": ports.ADDRESS,
        "server_ca_file": str(instance.directory / "artbox-ca.crt"),
        "ports": {
            "box": instance.box_port,
            "server": instance.server_port,
            "provisioning": instance.provisioning_port,
        },
        "directory": str(instance.directory),
        "settings": str(instance.settings),
        "server_settings": str(instance.server_settings),
        "recipients": str(instance.directory / "recipients"),
        "ssh": {},
        "demo": ["env", *_assignments(instance), *preparation.program("artbox.box.cli", "demo")],
        "centre_no": handover.CENTRE,
        "enrolment_code": new_code(instance) if state == "setup" else None,
    }


def _assignments(instance: Instance) -> list[str]:
    return [f"{name}={value}" for name, value in preparation.environment(instance).items()]


def new_code(instance: Instance, centre: int = handover.CENTRE) -> str:
    """Return a fresh one-time enrolment code of this copy's server."""
    return preparation.server_command(instance, "code", "create", "--centre", str(centre))


def _last_words(instance: Instance) -> str:
    return "\n".join(instance.log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def stop(instance: Instance) -> None:
    """End a running copy and wait for its processes."""
    process = locking.holder(instance.lock)
    if process is None:
        return
    step("Stopping the application")
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while locking.holder(instance.lock) is not None:
        if time.monotonic() > deadline:
            raise Problem(f"The application does not stop (process {process}).", f"kill -KILL {process}")
        time.sleep(0.1)


def remove(instance: Instance) -> None:
    """End a copy and remove its data."""
    stop(instance)
    if instance == instances.default() and handover.current_facts().get("kind") == "app":
        places.BOX_FACTS.unlink()
    shutil.rmtree(instance.directory, ignore_errors=True)


@contextlib.contextmanager
def running(directory: Path | None = None) -> Iterator[tuple[Instance, dict[str, Any]]]:
    """Run a fresh copy on free ports for the block; yields it and its facts, and removes everything after."""
    place = directory or Path(tempfile.mkdtemp(prefix="artbox-"))
    instance = instances.beside(place)
    try:
        yield instance, run_detached(instance)
    finally:
        remove(instance)
