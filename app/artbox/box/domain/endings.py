"""Why a box is locked: told by what its last run left behind, so that the page can say it in a sentence."""

from dataclasses import dataclass
from enum import StrEnum


class RunState(StrEnum):
    """What a run noted of itself last."""

    OPEN = "open"
    LOCKED = "locked"
    STOPPED = "stopped"


class LockReason(StrEnum):
    """Why the box is locked."""

    BY_HAND = "by-hand"
    POWER_CUT = "power-cut"
    RESTARTED = "restarted"
    UPDATED = "updated"
    STOPPED = "stopped"
    CRASHED = "crashed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class RunNote:
    """What a run left: its state, the boot it ran in, and the version of the program."""

    state: RunState
    boot: str
    version: str


def lock_reason(left: RunNote | None, boot: str, version: str) -> LockReason:
    """Return why the box is locked, seen from this boot and version."""
    if left is None:
        return LockReason.UNKNOWN
    if left.state is RunState.OPEN:
        return LockReason.CRASHED if left.boot == boot else LockReason.POWER_CUT
    if left.version != version:
        return LockReason.UPDATED
    if left.boot != boot:
        return LockReason.RESTARTED
    return LockReason.BY_HAND if left.state is RunState.LOCKED else LockReason.STOPPED
