"""Why a real box says it is locked: after locking, stopping, dying, a reboot, a power cut."""

from pathlib import Path

import pytest

from artbox.box.adapters.run_record import RunRecord
from artbox.box.application import Application
from artbox.box.domain.endings import LockReason, RunState
from tests.box.browsing import Browser, words
from tests.box.real_parts import Box


def restarted(box: Box, *, rebooted: bool = False) -> Application:
    """Start the service again; a reboot empties the run directory."""
    if rebooted:
        box.settings.boot_mark_path.unlink()
    box.application = Application(box.settings, now=box.clock)
    return box.application


def test_locked_by_hand(box: Box) -> None:
    box.application.lifecycle.lock()
    assert box.application.lifecycle.lock_reason is LockReason.BY_HAND
    assert restarted(box).lifecycle.lock_reason is LockReason.BY_HAND
    assert "Jemand hat „Jetzt sperren“ gewählt." in words(Browser.of(box.application).get("/entsperren"))


def test_stopped_in_order_and_rebooted(box: Box) -> None:
    box.application.close()
    assert restarted(box).lifecycle.lock_reason is LockReason.STOPPED
    assert restarted(box, rebooted=True).lifecycle.lock_reason is LockReason.RESTARTED


def test_a_power_cut_while_open(box: Box) -> None:
    assert restarted(box).lifecycle.lock_reason is LockReason.CRASHED
    application = restarted(box, rebooted=True)
    assert application.lifecycle.lock_reason is LockReason.POWER_CUT
    page = words(Browser.of(application).get("/entsperren"))
    assert "Nach dem Stromausfall ist sie verschlüsselt" in page
    assert "Gesperrt seit" in page


def test_the_note_tells_nothing_of_the_centre(box: Box) -> None:
    content = box.settings.run_record_path.read_text()
    assert str(box.centre_no) not in content.replace(box.settings.boot_mark_path.read_text(), "")
    assert box.settings.run_record_path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"state": "x"}', "[" * 9999])
def test_a_damaged_note_claims_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "last-run.json").write_text(content)
    record = RunRecord(tmp_path / "last-run.json", tmp_path / "boot", "1")
    assert record.reason is LockReason.UNKNOWN


def test_a_disk_that_takes_no_note_stops_nothing(tmp_path: Path) -> None:
    record = RunRecord(tmp_path / "missing" / "last-run.json", tmp_path / "missing" / "boot", "1")
    record.note(RunState.OPEN)
    assert record.reason is LockReason.CRASHED
