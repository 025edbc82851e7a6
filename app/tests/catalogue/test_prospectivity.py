"""When a cycle counts as prospective: in time, before its result, and never without evidence."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from artbox.catalogue import CatalogueError, Release, load
from artbox.catalogue.prospectivity import Assessment, Prospectivity, Reason

ICSI = {"treatment_type": "icsi", "stim_start_date": "2026-03-03", "opu_date": "2026-03-14"}
THAW = {"treatment_type": "thaw", "cycle_start_date": "2026-03-01", "et_date": "2026-03-06"}


@pytest.mark.parametrize(
    ("cycle", "recorded_on", "result", "reason", "lag"),
    [
        (ICSI, date(2026, 3, 3), "prospective", "in_time", 0),
        (ICSI, date(2026, 3, 11), "prospective", "in_time", 8),
        (ICSI, date(2026, 3, 12), "retrospective", "too_late", 9),
        (ICSI, date(2026, 2, 20), "prospective", "in_time", -11),
        (ICSI, date(2026, 3, 14), "retrospective", "after_result", 11),
        ({**ICSI, "opu_date": "2026-03-10"}, date(2026, 3, 10), "retrospective", "after_result", 7),
        ({**ICSI, "opu_date": {"unknown": "not_known"}}, date(2026, 3, 10), "prospective", "in_time", 7),
        (THAW, date(2026, 3, 5), "prospective", "in_time", 4),
        (THAW, date(2026, 3, 6), "retrospective", "after_result", 5),
        (ICSI, None, "not_assessable", "no_evidence", None),
        ({"treatment_type": "icsi"}, date(2026, 3, 5), "not_assessable", "no_anchor", None),
        ({**ICSI, "stim_start_date": 7}, date(2026, 3, 5), "not_assessable", "no_anchor", None),
        ({"treatment_type": "fertility_protection"}, date(2026, 3, 5), "not_assessable", "no_rule", None),
        ({"treatment_type": {"unknown": "refused"}}, date(2026, 3, 5), "not_assessable", "no_rule", None),
        ({}, date(2026, 3, 5), "not_assessable", "no_rule", None),
    ],
)
def test_assessment(
    release: Release,
    cycle: dict[str, Any],
    recorded_on: date | None,
    result: str,
    reason: str,
    lag: int | None,
) -> None:
    found = release.assess("DIR", cycle, recorded_on)
    assert (found.result, found.reason, found.lag_days) == (result, reason, lag)


def test_of_several_anchor_dates_the_earliest_counts(release: Release) -> None:
    moved = {**ICSI, "stim_start_date": "2026-03-10", "opu_date": "2026-03-21"}
    found = release.assess("DIR", moved, date(2026, 3, 13), earlier=[ICSI, {}])
    assert (found.result, found.anchor_on, found.lag_days) == ("retrospective", date(2026, 3, 3), 10)


@pytest.mark.parametrize(
    ("register", "treatment", "anchor"),
    [
        ("DIR", "thaw", "cycle_start_date"),
        ("DIR", "iui_donor", "cycle_start_date"),
        ("DERI", "iui_partner", "cycle_start_date"),
        ("FertiPROTEKT", "fertility_protection", "cycle_start_date"),
        ("QSReproMed", "freeze_all", "stim_start_date"),
    ],
)
def test_treatments_have_their_anchor_by_data(
    release: Release, register: str, treatment: str, anchor: str
) -> None:
    cycle = {"treatment_type": treatment, anchor: "2026-03-03"}
    assert release.assess(register, cycle, date(2026, 3, 11)).result == "prospective"
    assert release.assess(register, cycle, date(2026, 3, 12)).result == "retrospective"


@pytest.mark.parametrize(
    ("cycle", "last"),
    [
        ({"treatment_type": "icsi", "stim_start_date": "2026-03-03"}, date(2026, 3, 11)),
        ({**ICSI, "opu_date": "2026-03-09"}, date(2026, 3, 8)),
        ({"treatment_type": "icsi"}, None),
        ({"stim_start_date": "2026-03-03"}, None),
    ],
)
def test_the_last_day_for_a_first_receipt(release: Release, cycle: dict[str, Any], last: date | None) -> None:
    assert release.last_day(cycle) == last


def test_each_register_has_its_own_rules(release: Release) -> None:
    assert release.assess("DIR", ICSI, date(2026, 3, 5)).rule == "DIR_stimulated"
    assert release.assess("QSReproMed", ICSI, date(2026, 3, 5)).rule == "QSReproMed_stimulated"
    assert release.assess("FertiPROTEKT", ICSI, date(2026, 3, 5)) == Assessment(
        Prospectivity.NOT_ASSESSABLE, Reason.NO_RULE
    )


def test_results_are_the_codes_of_the_field(release: Release) -> None:
    codes = release.choice_lists["prospective_flag"].codes
    assert tuple(result.value for result in Prospectivity) == codes


def test_eight_days_unless_said_otherwise(edited: Any) -> None:
    directory: Path = edited("prospectivity.yml", "    max_lag_days: 8\n", "")
    assert load(directory).current.prospectivity["DIR_stimulated"].max_lag_days == 8
    other: Path = edited("prospectivity.yml", "    max_lag_days: 8\n", "    max_lag_days: 4\n")
    assert load(other).current.prospectivity["DIR_thaw"].max_lag_days == 4


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("anchor: stim_start_date", "anchor: bmi", "anchor is"),
        ("anchor: stim_start_date", "anchor: female_birth_date", "anchor is"),
        ("register: DIR", "register: XYZ", "register is"),
        ("treatments: [thaw, oocyte_thaw]", "treatments: [cryo]", "no known treatment"),
        ("treatments: [thaw, oocyte_thaw]", "treatments: [icsi]", "shares a treatment"),
        ("max_lag_days: 8", "max_lag_days: -1", "positive whole number"),
    ],
)
def test_a_defect_is_refused(edited: Any, old: str, new: str, problem: str) -> None:
    with pytest.raises(CatalogueError, match=problem):
        load(edited("prospectivity.yml", old, new))
