"""Socket activation as systemd does it: we listen, the program gets the sockets when it is needed.

LISTEN_PID must hold the program's own process number, which only the child knows: hence fork and exec here,
from a supervisor that has a single thread.
"""

import ctypes
import fcntl
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIRST_DESCRIPTOR = 3
_OUT_OF_THE_WAY = 100
_CANNOT_START = 127
_PR_SET_PDEATHSIG = 1


@dataclass
class Service:
    """A program, the sockets it is handed, and whether it runs always or only when somebody connects."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    sockets: Mapping[str, Path] = field(default_factory=dict)
    always: bool = True


def listen(path: Path) -> socket.socket:
    """Open a listening unix socket at `path` that only our user can connect to."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(mask)
    listening.listen(128)
    return listening


def start(service: Service, sockets: Mapping[str, socket.socket], log: int) -> int:
    """Start the program with its sockets from descriptor 3 on; return its process number."""
    child = os.fork()
    if child == 0:
        try:
            _become(service, sockets, log)
        except OSError as error:
            os.write(2, f"{service.name}: {error}\n".encode())
        finally:
            os._exit(_CANNOT_START)
    return child


def _end_with_parent() -> None:
    """Have the kernel end us when the supervisor dies, however it dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _become(service: Service, sockets: Mapping[str, socket.socket], log: int) -> None:
    _end_with_parent()
    aside = [fcntl.fcntl(item.fileno(), fcntl.F_DUPFD, _OUT_OF_THE_WAY) for item in sockets.values()]
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for number, descriptor in enumerate(aside, FIRST_DESCRIPTOR):
        os.dup2(descriptor, number, inheritable=True)
        os.close(descriptor)
    environment = {**os.environ, **service.environment}
    if sockets:
        environment["LISTEN_PID"] = str(os.getpid())
        environment["LISTEN_FDS"] = str(len(sockets))
        environment["LISTEN_FDNAMES"] = ":".join(sockets)
    sys.stdout.flush()
    os.execvpe(service.command[0], list(service.command), environment)  # noqa: S606
