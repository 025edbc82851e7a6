"""The release is whole: 158 fields, 112 rules, and an honest word on what makes sure of each."""

import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from artbox.catalogue import AssuredBy, CatalogueError, Level, Release, Severity, load
from artbox.catalogue.model import FieldType, Origin

FIELDS = 158
RULES = 112
OF_THE_BOX = {"E12"}
"""Rules that no list of a register names: a register has refused the record."""


def test_every_field_is_there(release: Release) -> None:
    assert len(release.fields) == FIELDS
    assert sum(field.key_date for field in release.fields.values()) == 18


def test_fields_stand_under_their_sections_in_order(release: Release) -> None:
    order = list(release.sections)
    places = [order.index(field.section) for field in release.fields.values()]
    assert sum(later < earlier for earlier, later in pairwise(places)) <= 1


def test_every_rule_is_there_once(release: Release) -> None:
    conditions = {name[:3] for name in release.rules}
    assert not conditions & set(release.assurances)
    assert len((conditions | set(release.assurances)) - OF_THE_BOX) == RULES


def test_severities(release: Release) -> None:
    found = [rule.severity for name, rule in release.rules.items() if len(name) == 3]
    found += [assurance.severity for name, assurance in release.assurances.items() if name not in OF_THE_BOX]
    assert (found.count(Severity.HARD), found.count(Severity.NOTE)) == (61, 4)


def test_every_assurance_says_by_whom(release: Release) -> None:
    for assurance in release.assurances.values():
        if assurance.by is AssuredBy.CHECKS:
            assert assurance.checks
            assert assurance.explanation is None
        else:
            assert assurance.explanation is not None
        assert set(assurance.checks) <= set(release.checks)


def test_what_never_leaves(release: Release) -> None:
    consent = [field for field in release.fields.values() if field.section == "consent"]
    assert len(consent) == 4
    assert all(field.registers == () and field.origin is Origin.DOCUMENT for field in consent)
    assert release.fields["donor_sei_local"].registers == ()
    assert release.fields["female_birth_date"].registers == ()


def test_no_field_takes_free_text(release: Release) -> None:
    for field in release.fields.values():
        if field.type is FieldType.CODE:
            assert field.pattern is not None
            assert " " not in field.pattern
            assert field.max_length is not None
            assert field.max_length <= 26


def test_only_what_makes_a_record_is_mandatory(release: Release) -> None:
    assert [name for name, field in release.fields.items() if field.mandatory] == [
        "female_birth_date",
        "treatment_type",
        "cycle_start_date",
        "child_no",
        "child_status",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "record_key",
        "prospective_flag",
        "rule_set_version",
        "female_birth_year",
        "fert_failure",
        "consent_date",
    ],
)
def test_what_the_box_forms_is_not_accepted(release: Release, name: str) -> None:
    schema = release.json_schema()["$defs"]
    for level in Level:
        assert name not in schema[level]["properties"]  # type: ignore[index]


def test_loading_is_fast() -> None:
    start = time.process_time()
    load()
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("by: checks\n    checks: [F05]", "by: checks", "names no check"),
        ("checks: [F05]", "checks: [F99]", "unknown check F99"),
        ("  G01:", "  D01:", "D01 is also a rule"),
        ("  G01:", "  F01:", "is no rule id"),
        ("by: open\n", "by: open\n    checks: [F05]\n", "is open, but names a check"),
    ],
)
def test_a_defect_of_an_assurance_is_refused(edited: object, old: str, new: str, problem: str) -> None:
    with pytest.raises(CatalogueError, match=problem):
        load(_changed(edited, old, new))


def _changed(edited: object, old: str, new: str) -> Path:
    assert callable(edited)
    changed: Path = edited("assurances.yml", old, new)
    return changed


def test_a_part_needs_its_rule(copy: Path) -> None:
    path = copy / "2026.1" / "rules.yml"
    path.write_text(path.read_text().replace("\n  C04:\n", "\n  C21:\n"))
    with pytest.raises(CatalogueError, match="part of no rule"):
        load(copy)


@pytest.mark.parametrize(
    ("values", "failed"),
    [
        ({"n_2pn": 0, "n_injected_icsi": 6}, True),
        ({"n_2pn": 2, "n_injected_icsi": 6}, False),
        ({"n_2pn": 0}, None),
    ],
)
def test_fertilisation_failure_is_derived(
    release: Release, values: dict[str, object], failed: bool | None
) -> None:
    sent = release.projection("DIR", "pseudonymised").cycle({}, values)
    assert sent.get("fert_failure") is failed


def test_the_same_code_may_stand_for_two_embryos(release: Release) -> None:
    cycle = {"cycle_ref": "c", "treatment_type": "thaw", "cycle_start_date": "2026-03-01"}
    patient = {"patient_ref": "p", "female_birth_date": "1990-01-01", "consents": [], "cycles": [cycle]}
    cycle |= {"embryo_state": ["thawed", "thawed"]}  # type: ignore[dict-item]
    assert release.check(patient, 0, centre_no=1, today=date(2026, 7, 1)) == []
    cycle |= {"luteal_support": ["hcg", "hcg"]}  # type: ignore[dict-item]
    found = release.check(patient, 0, centre_no=1, today=date(2026, 7, 1))
    assert [finding.rule for finding in found] == ["F14"]
