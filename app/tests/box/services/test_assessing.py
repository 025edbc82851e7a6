"""Prospectivity of stored cycles: proven once, decided once, moved dates marked, delivered as decided."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from artbox.box.domain.assessments import german_day
from artbox.box.domain.audit import AuditEntry, AuditTag
from tests.box.real_parts import Box, opened

STARTED = 3
"""Days before today on which the stimulation of the cycle began."""


def document(box: Box, **changes: Any) -> dict[str, Any]:
    """One patient with one stimulated cycle that began a few days ago."""
    begun = german_day(box.clock() - timedelta(days=STARTED)).isoformat()
    cycle = {
        "cycle_ref": "Z1",
        "treatment_type": "icsi",
        "cycle_start_date": begun,
        "stim_used": True,
        "ind_tubal": True,
        "stim_start_date": begun,
        **changes,
    }
    release = box.application.catalogue.current
    return {
        "schema_version": release.version,
        "centre_no": box.centre_no,
        "source_system": {"product": "Testprogramm", "version": "1"},
        "patients": [
            {
                "patient_ref": "P1",
                "female_birth_date": "1992-05-04",
                "consents": [{"register": "DIR", "status": "given", "date": "2026-01-02"}],
                "cycles": [{name: value for name, value in cycle.items() if value is not None}],
            }
        ],
    }


def hand_over(box: Box, **changes: Any) -> None:
    report = box.application.intake.receive(json.dumps(document(box, **changes)).encode(), token=box.token())
    assert report["complete"], report


def kept(box: Box, register: str = "DIR") -> tuple[Any, ...]:
    box.application.upkeep.run()
    (row,) = box.query(
        f"SELECT result, reason, lag_days, moved, moved_to FROM assessments WHERE register = '{register}'"  # noqa: S608 - a constant of the test
    )
    return row


def day(box: Box, back: int) -> str:
    return german_day(box.clock() - timedelta(days=back)).isoformat()


def test_a_cycle_is_assessed_for_each_of_its_registers(box: Box) -> None:
    hand_over(box)
    assert kept(box) == ("prospective", "in_time", STARTED, 0, None)
    assert kept(box, "QSReproMed") == ("prospective", "in_time", STARTED, 0, None)
    assert not box.query("SELECT * FROM cycles_to_assess")


def test_too_late_is_retrospective(box: Box) -> None:
    hand_over(box, cycle_start_date=day(box, 9), stim_start_date=day(box, 9))
    assert kept(box)[:3] == ("retrospective", "too_late", 9)


def test_moving_the_date_changes_nothing_and_marks_the_cycle(box: Box) -> None:
    hand_over(box, cycle_start_date=day(box, 9), stim_start_date=day(box, 9))
    kept(box)
    hand_over(box, cycle_start_date=day(box, 9), stim_start_date=day(box, 2))
    assert kept(box) == ("retrospective", "too_late", 9, 1, day(box, 2))


def test_the_earliest_date_counts_also_when_it_was_moved_before_the_assessment(box: Box) -> None:
    hand_over(box, cycle_start_date=day(box, 9), stim_start_date=day(box, 9))
    hand_over(box, cycle_start_date=day(box, 9), stim_start_date=day(box, 2))
    assert kept(box)[:3] == ("retrospective", "too_late", 9)


def test_a_date_that_comes_later_is_judged_by_the_first_receipt(box: Box) -> None:
    hand_over(box, stim_start_date=None)
    assert kept(box)[:2] == ("not_assessable", "no_anchor")
    box.clock.advance(timedelta(days=20))
    hand_over(box, cycle_start_date=day(box, STARTED + 20), stim_start_date=day(box, STARTED + 20))
    assert kept(box) == ("prospective", "in_time", STARTED, 0, None)


def test_without_a_synchronised_clock_nothing_is_proven(box: Box) -> None:
    box.clock.synchronised = False
    hand_over(box)
    assert kept(box)[:2] == ("not_assessable", "no_evidence")
    entries = len(box.query("SELECT sequence FROM audit"))
    box.application.upkeep.run()
    assert len(box.query("SELECT sequence FROM audit")) == entries, "nothing is done while nothing can be"


def test_once_synchronised_what_the_box_holds_is_proven_for_that_moment(box: Box) -> None:
    box.clock.synchronised = False
    hand_over(box)
    kept(box)
    box.clock.advance(timedelta(days=7))
    box.clock.synchronised = True
    assert kept(box)[:3] == ("retrospective", "too_late", STARTED + 7)


@pytest.mark.parametrize("looked_before", [True, False])
def test_the_first_receipt_is_proven_if_the_clock_was_right_then(box: Box, looked_before: bool) -> None:
    if looked_before:
        box.application.upkeep.run()
    hand_over(box)
    box.clock.advance(timedelta(hours=1))
    kept(box)
    ((same,),) = box.query(
        "SELECT proven_at = first_received_at FROM proven_receipts JOIN cycles ON cycles.id = cycle_id"
    )
    assert bool(same) is looked_before


@pytest.mark.parametrize(("synchronised", "flag"), [(True, "prospective"), (False, "not_assessable")])
def test_the_delivered_flag_is_the_stored_assessment(
    box: Box, recipients: Path, tmp_path: Path, synchronised: bool, flag: str
) -> None:
    box.clock.synchronised = synchronised
    hand_over(box)
    (delivered,) = box.application.delivery.deliver("DIR")
    package = box.application.delivery.package_file(delivered.package_id)
    (line,) = opened(package, recipients, tmp_path)
    assert line["cycle"]["prospective_flag"] == flag
    assert line["cycle"].get("first_recorded_lag_days") == (STARTED if synchronised else None)


def test_a_cycle_that_changes_meanwhile_stays_in_the_queue(box: Box) -> None:
    hand_over(box)
    store = box.application._handle.store
    (seen,) = store.assessments.pending(10, clock_proves=True)
    box.application.assessing.look_at_clock()
    hand_over(box, infertility_duration=24)
    found = box.application.assessing._assess(seen)
    store.assessments.keep([found], AuditEntry(AuditTag.CYCLES_ASSESSED, "test"))
    assert len(box.query("SELECT * FROM cycles_to_assess")) == 1


def test_first_results_are_kept_by_the_store_itself(box: Box) -> None:
    hand_over(box)
    kept(box)
    database = box.application._handle.store._database
    entry = AuditEntry(AuditTag.CYCLES_ASSESSED, "test")
    with pytest.raises(Exception, match="final"), database.write(entry) as writing:
        writing.execute("UPDATE assessments SET result = 'retrospective'")
