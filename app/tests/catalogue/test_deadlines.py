"""The day on which time alone breaks a rule: found before it comes, and found again afterwards."""

from datetime import date, timedelta
from typing import Any

import pytest

from artbox.catalogue import Release

TODAY = date(2026, 7, 1)
THAW: dict[str, Any] = {"treatment_type": "thaw", "cycle_start_date": "2026-06-01", "et_date": "2026-06-10"}
PREGNANT = {**THAW, "clinical_pregnancy": "yes"}
TRANSFER = date(2026, 6, 10)


def found(release: Release, cycle: dict[str, Any], today: date = TODAY) -> dict[str, date]:
    return {deadline.rule: deadline.on for deadline in release.deadlines({}, cycle, today)}


@pytest.mark.parametrize("today", [TODAY, TODAY + timedelta(days=400), TRANSFER])
def test_the_day_is_the_same_whenever_it_is_asked_for(release: Release, today: date) -> None:
    assert found(release, THAW, today) == {"O02": TRANSFER + timedelta(days=43)}
    assert found(release, PREGNANT, today) == {"O08": TRANSFER + timedelta(days=301)}


def test_the_rule_objects_from_that_day_on(release: Release) -> None:
    on = found(release, PREGNANT)["O08"]
    patient = {"patient_ref": "P1", "cycles": [{"cycle_ref": "Z1", **PREGNANT}]}
    for day, objects in ((on - timedelta(days=1), False), (on, True)):
        rules = {item.rule for item in release.check(patient, 0, centre_no=1, today=day)}
        assert ("O08" in rules) is objects


@pytest.mark.parametrize(
    "cycle",
    [
        {**PREGNANT, "pregnancy_outcome": "live_birth"},
        {**THAW, "clinical_pregnancy": "no"},
        {"treatment_type": "thaw"},
        {},
    ],
)
def test_what_is_answered_has_no_deadline(release: Release, cycle: dict[str, Any]) -> None:
    assert found(release, cycle) == {}
