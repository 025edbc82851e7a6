"""The box's own work: it waits for a quiet moment, stops when told to, and survives a job that fails."""

import json
from datetime import timedelta

import pytest

from artbox.box.services.upkeep import QUIET, Upkeep
from tests.box.real_parts import Box


class Work:
    """A job of so many steps, of which one may fail."""

    def __init__(self, steps: int, fails: bool = False) -> None:
        self.left = steps
        self.fails = fails

    def step(self) -> bool:
        if self.fails:
            raise OSError("Erika Muster")
        self.left -= 1
        return self.left > 0


def upkeep(box: Box, *jobs: Work) -> Upkeep:
    return Upkeep(box.application._handle, box.clock, *jobs)


def test_every_job_is_worked_off(box: Box) -> None:
    first, second = Work(3), Work(2)
    upkeep(box, first, second).run()
    assert (first.left, second.left) == (0, 0)


def test_a_failing_job_does_not_end_the_others_and_tells_only_its_kind(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    work = Work(2)
    upkeep(box, Work(1, fails=True), work).run()
    assert work.left == 0
    assert "OSError in Work" in caplog.text
    assert "Muster" not in caplog.text


def test_it_waits_until_no_import_has_begun_for_a_while(box: Box) -> None:
    document = box.document(patients=1, cycles=1, status="given")
    box.application.intake.receive(json.dumps(document).encode(), token=box.token())
    work = Work(2)
    upkeep(box, work).run_while_quiet()
    assert work.left == 2
    box.clock.advance(QUIET + timedelta(seconds=1))
    upkeep(box, work).run_while_quiet()
    assert work.left == 0


def test_nothing_is_done_when_locked_or_stopped(box: Box) -> None:
    work = Work(2)
    stopped = upkeep(box, work)
    stopped.stop()
    stopped.run()
    box.application.lifecycle.lock()
    upkeep(box, work).run()
    assert work.left == 2
