"""The vault: a plain directory, or the scripts behind their sockets as a service sees them."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from artbox.box.adapters.vault import LuksVault, PlainVault, vault_from
from artbox.box.errors import VaultRefused
from artbox.box.settings import VaultSettings

KEY = bytes(range(64))


class Script:
    """A socket-activated script: takes what is sent until the end, answers once per connection."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self.received: list[bytes] = []
        self._answer = answer
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(str(path))
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                self.received.append(connection.makefile("rb").readline())
                connection.sendall(self._answer)

    def end(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Callable[[bytes], Script]]:
    scripts: list[Script] = []

    def start(answer: bytes) -> Script:
        scripts.append(Script(tmp_path / "open.sock", answer))
        return scripts[-1]

    yield start
    for running in scripts:
        running.end()


def test_the_key_goes_to_the_script_as_one_line_of_hex(
    tmp_path: Path, script: Callable[[bytes], Script]
) -> None:
    running = script(b"ok\n")
    LuksVault(tmp_path / "open.sock", tmp_path / "close.sock").open(KEY)
    assert running.received == [KEY.hex().encode() + b"\n"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"error wrong-key\n", "wrong-key"),
        (b"", "answer-unknown"),
        (b"error \xff\n", "answer-unknown"),
        (b"perhaps\n", "answer-unknown"),
        (b"x" * 5000, "answer-unknown"),
    ],
)
def test_a_refusal_keeps_its_code(
    tmp_path: Path, script: Callable[[bytes], Script], answer: bytes, reason: str
) -> None:
    script(answer)
    with pytest.raises(VaultRefused) as refused:
        LuksVault(tmp_path / "open.sock", tmp_path / "close.sock").open(KEY)
    assert refused.value.fields["reason"] == reason
    assert KEY.hex() not in str(refused.value)


def test_a_script_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(VaultRefused) as refused:
        LuksVault(tmp_path / "open.sock", tmp_path / "close.sock").close()
    assert refused.value.fields["reason"] == "unreachable"


def test_a_plain_directory_is_its_owners_alone(tmp_path: Path) -> None:
    vault = PlainVault(tmp_path / "vault")
    vault.open(KEY)
    vault.open(KEY)
    assert (tmp_path / "vault").stat().st_mode & 0o777 == 0o700
    vault.close()


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "vault").write_text("")
    with pytest.raises(VaultRefused):
        PlainVault(tmp_path / "vault").open(KEY)


def test_the_settings_choose(tmp_path: Path) -> None:
    assert vault_from(VaultSettings("plain", tmp_path)).name == "plain"
    assert vault_from(VaultSettings("luks", tmp_path, tmp_path / "o", tmp_path / "c")).name == "luks"
