"""Ports of 127.0.0.1: which are taken, which are free, and what to tell a person whose port is taken."""

import contextlib
import socket
from collections.abc import Mapping

from machines.messages import Problem

ADDRESS = "127.0.0.1"


def is_free(port: int) -> bool:
    """Say whether we could listen on this port now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
        return True


def require_free(ports: Mapping[int, str]) -> None:
    """Raise the Problem that names every port that is taken."""
    taken = {port: purpose for port, purpose in ports.items() if not is_free(port)}
    if taken:
        named = ", ".join(f"{port} (for {purpose})" for port, purpose in sorted(taken.items()))
        first = min(taken)
        raise Problem(
            f"Already in use on this machine: port {named}.",
            f"see who uses it with `ss -ltnp 'sport = :{first}'` and end that program; "
            "was it an earlier `make app`, then `make app-down`.",
        )


def free_ports(count: int) -> list[int]:
    """Return `count` different ports that are free now."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(contextlib.closing(socket.socket())) for _ in range(count)]
        for probe in probes:
            probe.bind((ADDRESS, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
