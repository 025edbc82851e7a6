"""nginx for box and server as user processes, from the templates the roles install on real machines.

Only paths, ports and what an older nginx does not know differ from the roles' own defaults.
"""

import getpass
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jinja2
import yaml

from machines import places
from machines.application.instance import INTAKE, MANAGE, Instance
from machines.application.ports import ADDRESS

ROLES = places.ROOT / "roles"
SITE_DIRECTORY = "templates/etc/nginx/sites-available"
BOX_SITE = ROLES / "web_server" / SITE_DIRECTORY / "artbox.conf.j2"
HTTP2_DIRECTIVE_SINCE = (1, 25, 1)
SERVER_ROLES = ("server_base", "server_provisioning", "server_intake")
SERVER_SOCKET = "/run/artbox-server/web.sock"
OLD_GROUPS = "X25519:secp384r1"


def role_defaults(role: str) -> dict[str, Any]:
    """Return a role's own defaults."""
    content = yaml.safe_load((ROLES / role / "defaults" / "main.yml").read_text(encoding="utf-8"))
    return dict(content or {})


def render(template: Path, values: dict[str, Any]) -> str:
    """Render a role's template with plain values; an undefined one is an error."""
    engine = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - nginx configuration, no HTML
    )
    return engine.from_string(template.read_text(encoding="utf-8")).render(values)


def write(instance: Instance) -> dict[str, Path]:
    """Write the configuration of both web servers; return each one's main file by its part's name."""
    box = _write_files("box", instance, box_values(instance), [BOX_SITE])
    return {"box": box, "server": _write_server(instance)}


def box_values(instance: Instance) -> dict[str, Any]:
    """Return what the box's templates are filled with in this copy."""
    return _common("box", instance) | {
        "web_server_http_port": instance.http_port,
        "web_server_https_port": instance.box_port,
        "web_server_certificate": str(instance.box / "tls" / "box.crt"),
        "web_server_certificate_key": str(instance.box / "tls" / "box.key"),
        "web_server_web_socket": str(instance.sockets / "web.sock"),
        "web_server_unlock_socket": str(instance.sockets / "unlock.sock"),
        "web_server_pages_directory": str(ROLES / "web_server/files/usr/local/share/artbox/pages"),
    }


def _write_server(instance: Instance) -> Path:
    directory = instance.directory / "nginx" / "server"
    values = _common("server", instance) | server_values(instance)
    snippets = ROLES / "server_base" / "templates/etc/nginx/snippets"
    (directory / "snippets").mkdir(exist_ok=True)
    for snippet in sorted(snippets.glob("*.conf.j2")):
        text = localised(render(snippet, values), instance)
        (directory / "snippets" / snippet.stem).write_text(text, encoding="utf-8")
    sites = [
        site for role in SERVER_ROLES for site in sorted((ROLES / role / SITE_DIRECTORY).glob("*.conf.j2"))
    ]
    return _write_files("server", instance, values, sites)


def server_values(instance: Instance) -> dict[str, Any]:
    """Return what the server's templates are filled with in this copy."""
    authority = str(instance.server / "ca" / "ca.crt")
    tls = str(instance.server / "tls")
    return {
        "server_base_tls_ports": [instance.server_port, instance.provisioning_port],
        "server_provisioning_host": MANAGE,
        "server_provisioning_enrolment_port": instance.server_port,
        "server_provisioning_port": instance.provisioning_port,
        "server_provisioning_tls": tls,
        "server_provisioning_ca_certificate": authority,
        "server_intake_host": INTAKE,
        "server_intake_port": instance.server_port,
        "server_intake_tls": tls,
        "server_intake_ca_certificate": authority,
    }


def localised(text: str, instance: Instance) -> str:
    """Replace what is fixed on a real server: addresses by this machine's own, the socket by the copy's."""
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 0.0.0.0:", f"listen {ADDRESS}:")
    return text.replace(SERVER_SOCKET, str(instance.sockets / "server.sock"))


def _common(part: str, instance: Instance) -> dict[str, Any]:
    directory = instance.directory / "nginx" / part
    (directory / "temporary").mkdir(parents=True, exist_ok=True)
    (directory / "sites").mkdir(exist_ok=True)
    modern = nginx_version() >= HTTP2_DIRECTIVE_SINCE
    defaults = role_defaults("web_server")
    return defaults | {
        "web_server_user": getpass.getuser(),
        "web_server_pid_file": str(directory / "nginx.pid"),
        "web_server_temporary_directory": str(directory / "temporary"),
        "web_server_sites": str(directory / "sites" / "*.conf"),
        "web_server_log": str(directory / "nginx.log"),
        "web_server_listen_addresses": [ADDRESS],
        "web_server_http2": modern,
        "web_server_key_exchange_groups": defaults["web_server_key_exchange_groups"]
        if modern
        else OLD_GROUPS,
    }


def _write_files(part: str, instance: Instance, values: dict[str, Any], sites: list[Path]) -> Path:
    directory = instance.directory / "nginx" / part
    main = directory / "nginx.conf"
    main.write_text(render(ROLES / "web_server/templates/etc/nginx/nginx.conf.j2", values), encoding="utf-8")
    for site in sites:
        (directory / "sites" / site.stem).write_text(
            localised(render(site, values), instance), encoding="utf-8"
        )
    return main


def command(main: Path) -> list[str]:
    """Return the command that runs nginx in the foreground with this configuration."""
    return [program(), "-e", str(main.with_name("start.log")), "-c", str(main), "-g", "daemon off;"]


def program() -> str:
    """Return nginx's path; an ordinary user's search path often lacks /usr/sbin."""
    return shutil.which("nginx") or "/usr/sbin/nginx"


def nginx_version() -> tuple[int, ...]:
    """Return the version of the nginx at hand."""
    done = subprocess.run([program(), "-v"], check=True, capture_output=True, text=True)
    found = re.search(r"nginx/([0-9.]+)", done.stderr)
    return tuple(int(part) for part in found.group(1).split(".")) if found else (0,)
