"""Serves the application on the socket systemd hands over, or on a local port for development."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from artbox.server.app import create_app
from artbox.server.application import Application
from artbox.server.errors import SettingsInvalid
from artbox.server.settings import Settings

SOCKET_NAME = "web"
_FIRST_DESCRIPTOR = 3


def serve(settings: Settings, port: int | None) -> None:
    """Serve until asked to stop. Errors: SettingsInvalid, AuthorityMissing."""
    listener = handed_over(SOCKET_NAME) or _local(port)
    application = Application.build(settings)
    with _only_process(settings.data_dir / "serve.lock"):
        application.intake.recover()
        config = uvicorn.Config(
            create_app(application),
            access_log=False,
            log_level="warning",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=20,
            limit_concurrency=200,
        )
        uvicorn.Server(config).run(sockets=[listener])


def handed_over(name: str) -> socket.socket | None:
    """Return the listening socket of this name from LISTEN_FDS and LISTEN_FDNAMES, if there is one."""
    if os.environ.get("LISTEN_PID", str(os.getpid())) != str(os.getpid()):
        return None
    count = int(os.environ.get("LISTEN_FDS", "0"))
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    for offset in range(count):
        if offset < len(names) and names[offset] == name:
            return socket.socket(fileno=_FIRST_DESCRIPTOR + offset)
    return None


def _local(port: int | None) -> socket.socket:
    if port is None:
        raise SettingsInvalid(f"no socket named {SOCKET_NAME} was handed over, and no --port is given")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


@contextmanager
def _only_process(path: Path) -> Iterator[None]:
    """Hold a lock while this process serves, so that recovery never meets another one's uploads."""
    with path.open("ab") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingsInvalid("another process serves this data directory") from error
        yield
