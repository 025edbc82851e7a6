"""What a run notes of itself outside the vault, for the next one to read. It tells nothing of the centre.

Boots are told apart by a mark in the run directory, which lies in memory: the kernel's own is out of sight.
"""

import json
import logging
import secrets
from pathlib import Path

from artbox.box.domain.endings import LockReason, RunNote, RunState, lock_reason
from artbox.wire.certificates import write_file

MAX_BYTES = 1024

log = logging.getLogger(__name__)


class RunRecord:
    """The note of the last run, read once at the start and replaced as this one goes on."""

    def __init__(self, path: Path, boot_mark: Path, version: str) -> None:
        self._path = path
        self._version = version
        self._boot = _boot(boot_mark)
        self._reason = lock_reason(_read(path), self._boot, version)

    @property
    def reason(self) -> LockReason:
        """Why the box is locked, or would be if it were."""
        return self._reason

    def note(self, state: RunState) -> None:
        """Note what this run does now; a disk that takes no note stops nothing else."""
        note = RunNote(state, self._boot, self._version)
        self._reason = lock_reason(note, self._boot, self._version)
        content = {"state": state.value, "boot": note.boot, "version": note.version}
        try:
            write_file(self._path, json.dumps(content).encode("ascii"), mode=0o600)
        except OSError as error:
            log.warning("the run could not be noted: %s", type(error).__name__)


def _boot(mark: Path) -> str:
    """Return the mark of this boot; the first run after a boot makes it."""
    try:
        known = mark.read_text(encoding="ascii")[:MAX_BYTES]
    except (OSError, UnicodeDecodeError):
        known = secrets.token_hex(16)
        try:
            write_file(mark, known.encode("ascii"), mode=0o600)
        except OSError as error:
            log.warning("the boot could not be marked: %s", type(error).__name__)
    return known


def _read(path: Path) -> RunNote | None:
    try:
        with path.open("rb") as stream:
            members = json.loads(stream.read(MAX_BYTES))
        return RunNote(RunState(members["state"]), str(members["boot"]), str(members["version"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
