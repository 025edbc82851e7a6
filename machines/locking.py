"""One command at a time: a lock file that the kernel releases when its holder ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from machines.messages import Problem


def try_lock(path: Path) -> int | None:
    """Lock `path` and return the open descriptor, or None when another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def holder(path: Path) -> int | None:
    """Return the process id of who holds the lock, or None when it is free."""
    if not path.exists():
        return None
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = path.read_text(encoding="ascii").strip()
        return int(text) if text.isdigit() else -1
    finally:
        os.close(descriptor)
    return None


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock for the block; a second command is told to wait instead of colliding."""
    descriptor = try_lock(path)
    if descriptor is None:
        raise Problem(
            f"Another command is already working on this (process {holder(path)}).",
            "wait until it has finished, then run this command again.",
        )
    try:
        yield
    finally:
        os.close(descriptor)
