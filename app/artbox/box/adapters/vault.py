"""Opening and closing what the database lives in: a plain directory, or the root scripts' encrypted file.

The scripts listen on one unix socket each. To open, the key goes as hex digits in one line; both answer one
line, `ok` or `error <code>`.
"""

import re
import socket
from pathlib import Path
from typing import Protocol

from artbox.box.errors import VaultRefused
from artbox.box.settings import VaultSettings

OPEN_SECONDS = 120.0
MAX_ANSWER_BYTES = 256
_ANSWER = re.compile(r"(ok|error ([a-z0-9-]{1,64}))\n?\Z")


class VaultBackend(Protocol):
    """What lifecycle needs of a vault."""

    @property
    def name(self) -> str:
        """`plain` or `luks`."""
        ...

    def open(self, key: bytes) -> None:
        """Make the directory available; opening an open vault is no error. Raise VaultRefused."""
        ...

    def close(self) -> None:
        """Make the directory unavailable; raise VaultRefused."""
        ...


class PlainVault:
    """A directory without encryption of its own: for development, and shown on the status page."""

    name = "plain"

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def open(self, key: bytes) -> None:
        """Make sure that the directory is there, for its owner alone."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._directory.chmod(0o700)
        except OSError as error:
            raise VaultRefused(reason="directory") from error

    def close(self) -> None:
        """Do nothing: a directory stays."""


class LuksVault:
    """The one large encrypted file, opened and closed by the root scripts behind their sockets."""

    name = "luks"

    def __init__(self, open_socket: Path, close_socket: Path) -> None:
        self._open_socket = open_socket
        self._close_socket = close_socket

    def open(self, key: bytes) -> None:
        """Send the key to the opening script."""
        _ask(self._open_socket, key.hex().encode("ascii") + b"\n")

    def close(self) -> None:
        """Ask the closing script."""
        _ask(self._close_socket, b"\n")


def vault_from(settings: VaultSettings) -> VaultBackend:
    """Return the backend the settings name."""
    if settings.open_socket is not None and settings.close_socket is not None and settings.backend == "luks":
        return LuksVault(settings.open_socket, settings.close_socket)
    return PlainVault(settings.directory)


def _ask(path: Path, request: bytes) -> None:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(OPEN_SECONDS)
            connection.connect(str(path))
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            answer = _line(connection)
    except TimeoutError as error:
        raise VaultRefused(reason="no-answer") from error
    except OSError as error:
        raise VaultRefused(reason="unreachable") from error
    found = _ANSWER.match(answer)
    if found is None:
        raise VaultRefused(reason="answer-unknown")
    if found[2] is not None:
        raise VaultRefused(reason=found[2])


def _line(connection: socket.socket) -> str:
    received = b""
    while b"\n" not in received and len(received) < MAX_ANSWER_BYTES:
        piece = connection.recv(MAX_ANSWER_BYTES)
        if not piece:
            break
        received += piece
    return received.decode("ascii", errors="replace")
