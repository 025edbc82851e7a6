"""A keyring that is being replaced while the power goes: what is then on disk opens, old or new.

A child process replaces it and kills itself at the n-th call of a built-in function, until it survives.
A second look plays what a disk may keep of writes nobody waited for.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.domain.keyring import Keyring, create
from artbox.box.domain.keys import Cost
from artbox.box.errors import WrongMasterPassword
from tests.box.adapters.test_files import NOW

SMALL = Cost(memory_kib=64, iterations=1, lanes=1)
OLD, NEW = "Regenschirm Kantine", "Murmel Postbote"
SALT = b"fedcba9876543210"
RING, ROOT = create(OLD, b"0123456789abcdef", SMALL, NOW)
CHANGED = RING.with_password(ROOT, NEW, SALT, SMALL)
MOST_CALLS = 200


@pytest.fixture
def ring_file(tmp_path: Path) -> KeyringFile:
    made = KeyringFile(tmp_path / "keyring.json", tmp_path / "keyring.pending.json")
    made.write_pending(RING)
    made.settle()
    return made


def opens_with(ring: Keyring) -> list[str]:
    found = []
    for password in (OLD, NEW):
        try:
            assert ring.open(password) == ROOT
            found.append(password)
        except WrongMasterPassword:
            continue
    return found


def child(work: Callable[[], None], kill_at: int) -> int:
    """Run `work` in a child that dies at its n-th call of a built-in function; return its wait status."""
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    calls = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal calls
        if event in {"c_call", "c_return"}:
            calls += 1
            if calls == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
        os._exit(0)


def test_killed_between_any_two_operations_the_old_or_the_new_password_opens(ring_file: KeyringFile) -> None:
    seen: set[str] = set()
    for kill_at in range(1, MOST_CALLS):
        status = child(lambda: ring_file.replace(CHANGED), kill_at)
        (password,) = opens_with(ring_file.read())
        seen.add(password)
        if status == 0:
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        ring_file.replace(RING)
        assert opens_with(ring_file.read()) == [OLD]
    assert status == 0
    assert kill_at > 20
    assert seen == {OLD, NEW}


def test_what_nobody_waited_for_may_be_lost(ring_file: KeyringFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content reaches the disk before the rename, and the rename before the change is told."""
    happened: list[str] = []
    plain_fsync, plain_rename = os.fsync, Path.rename

    def fsync(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink()
        content = name.read_bytes() if name.is_file() else b""
        happened.append(
            "content" if content == CHANGED.to_bytes() else "directory" if name.is_dir() else "other"
        )
        plain_fsync(descriptor)

    def rename(self: Path, target: Path) -> Path:
        happened.append(f"rename to {Path(target).name}")
        return plain_rename(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    ring_file.replace(CHANGED)
    assert happened == ["content", "rename to keyring.json", "directory"]


def test_a_leftover_of_a_cut_short_replacement_is_in_nobodys_way(
    ring_file: KeyringFile, tmp_path: Path
) -> None:
    (tmp_path / ".keyring.json.new").write_bytes(b"half")
    ring_file.replace(CHANGED)
    assert opens_with(ring_file.read()) == [NEW]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["keyring.json"]
    assert (tmp_path / "keyring.json").stat().st_mode & 0o777 == 0o600
