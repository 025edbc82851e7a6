"""Which reason a box gives for being locked, from what its last run left."""

import pytest

from artbox.box.domain.endings import LockReason, RunNote, RunState, lock_reason


@pytest.mark.parametrize(
    ("state", "boot", "version", "reason"),
    [
        (RunState.OPEN, "a", "1", LockReason.CRASHED),
        (RunState.OPEN, "b", "1", LockReason.POWER_CUT),
        (RunState.OPEN, "b", "2", LockReason.POWER_CUT),
        (RunState.LOCKED, "a", "1", LockReason.BY_HAND),
        (RunState.LOCKED, "b", "1", LockReason.RESTARTED),
        (RunState.LOCKED, "a", "2", LockReason.UPDATED),
        (RunState.STOPPED, "a", "1", LockReason.STOPPED),
        (RunState.STOPPED, "b", "1", LockReason.RESTARTED),
        (RunState.STOPPED, "b", "2", LockReason.UPDATED),
    ],
)
def test_what_a_run_left_tells_why(state: RunState, boot: str, version: str, reason: LockReason) -> None:
    assert lock_reason(RunNote(state, "a", "1"), boot, version) is reason


def test_without_a_note_nothing_is_claimed() -> None:
    assert lock_reason(None, "a", "1") is LockReason.UNKNOWN
