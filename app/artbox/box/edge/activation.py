"""Sockets handed over by the supervisor (systemd's LISTEN_FDS protocol), found by their names."""

import os
import socket

from artbox.box.errors import ArtboxError

FIRST_DESCRIPTOR = 3


class SocketMissing(ArtboxError):
    """The process was started without a socket it needs. Fields: name."""

    code = "socket-missing"


def inherited(*names: str) -> list[socket.socket]:
    """Return the inherited sockets in the order of `names`; raise SocketMissing for one that did not come."""
    sockets = _by_name()
    for name in names:
        if name not in sockets:
            raise SocketMissing(name=name)
    return [socket.socket(fileno=sockets[name]) for name in names]


def _by_name() -> dict[str, int]:
    """Map names to descriptors; what was meant for another process is not ours."""
    if os.environ.get("LISTEN_PID", str(os.getpid())) != str(os.getpid()):
        return {}
    count = int(os.environ.get("LISTEN_FDS", "0"))
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    return {name: FIRST_DESCRIPTOR + index for index, name in enumerate(names[:count])}
