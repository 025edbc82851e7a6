"""One running copy of the application: its directory and its ports. Several can run beside each other."""

from dataclasses import dataclass
from pathlib import Path

from machines import places
from machines.application.ports import free_ports

MANAGE = "manage.artbox-service.net"
INTAKE = "api.artbox-service.net"
BOX_PORT = 8443
SERVER_PORT = 8444
PROVISIONING_PORT = 8445
HTTP_PORT = 8480


@dataclass(frozen=True)
class Instance:
    """Where one copy keeps its files and on which ports of 127.0.0.1 it answers."""

    directory: Path
    box_port: int = BOX_PORT
    server_port: int = SERVER_PORT
    provisioning_port: int = PROVISIONING_PORT
    http_port: int = HTTP_PORT

    @property
    def ports(self) -> dict[int, str]:
        """What each port is for."""
        return {
            self.box_port: "the box's pages",
            self.server_port: "the server's intake and enrolment",
            self.provisioning_port: "the server's provisioning",
            self.http_port: "the redirect to the box's pages",
        }

    @property
    def facts_file(self) -> Path:
        """The `box.json` of this copy; a person's own is the one every command reads."""
        return places.BOX_FACTS if self == default() else self.directory / "box.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor while this copy runs."""
        return self.directory / "supervisor.lock"

    @property
    def log(self) -> Path:
        """What the processes print."""
        return self.directory / "application.log"

    @property
    def box(self) -> Path:
        """Everything of the box."""
        return self.directory / "box"

    @property
    def server(self) -> Path:
        """Everything of the server."""
        return self.directory / "server"

    @property
    def sockets(self) -> Path:
        """Every listening unix socket; kept short, because the kernel allows 107 characters."""
        return self.directory / "run"

    @property
    def settings(self) -> Path:
        """The box's settings file."""
        return self.directory / "box.yml"

    @property
    def server_settings(self) -> Path:
        """The server's settings file."""
        return self.directory / "server.yml"


def default() -> Instance:
    """Return a person's own copy, on the ports the documentation names."""
    return Instance(places.BUILD / "app")


def beside(directory: Path) -> Instance:
    """Return another copy in `directory`, on ports that are free now."""
    box, server, provisioning, http = free_ports(4)
    return Instance(directory, box, server, provisioning, http)
