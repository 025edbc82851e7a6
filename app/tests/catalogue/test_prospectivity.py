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
