"""Sockets handed over by the supervisor are found by name, and only when they are meant for this process."""

import os
import socket

import pytest

from artbox.box.edge import activation


def test_sockets_are_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    own, other = socket.socketpair()
    with own, other:
        monkeypatch.setattr(activation, "FIRST_DESCRIPTOR", own.fileno())
        monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
        monkeypatch.setenv("LISTEN_FDS", "1")
        monkeypatch.setenv("LISTEN_FDNAMES", "web")
        (found,) = activation.inherited("web")
        assert found.family == socket.AF_UNIX
        found.detach()


@pytest.mark.parametrize(
    ("pid", "count", "names"), [("1", "1", "web"), (None, "0", ""), (None, "1", "other"), (None, "0", "web")]
)
def test_a_missing_socket_is_named(
    monkeypatch: pytest.MonkeyPatch, pid: str | None, count: str, names: str
) -> None:
    monkeypatch.setenv("LISTEN_PID", pid or str(os.getpid()))
    monkeypatch.setenv("LISTEN_FDS", count)
    monkeypatch.setenv("LISTEN_FDNAMES", names)
    with pytest.raises(activation.SocketMissing) as refused:
        activation.inherited("web")
    assert refused.value.fields == {"name": "web"}
