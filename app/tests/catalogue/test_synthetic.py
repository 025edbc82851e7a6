"""Synthetic data: sound documents without a finding, faulty ones with exactly the one they name."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from artbox.catalogue import Catalogue, CatalogueError, Release, load, synthetic
from artbox.catalogue.faults import Faulty

UNTIL = date(2026, 7, 1)
CENTRE = 123


def rules_found(release: Release, document: dict[str, Any], until: date = UNTIL) -> set[str]:
    found = release.check_header(document, centre_no=CENTRE)
    for index, patient in enumerate(document["patients"]):
        found += release.check(patient, index, centre_no=CENTRE, today=until)
    return {finding.rule for finding in found}


@pytest.fixture(scope="module")
def documents(release: Release) -> list[dict[str, Any]]:
    return list(synthetic.documents(release, centre_no=CENTRE, patients=120, seed=7, until=UNTIL))


@pytest.fixture(scope="module")
def faults(release: Release) -> list[Faulty]:
    return list(synthetic.faulty(release, centre_no=CENTRE, seed=7, until=UNTIL))


def test_sound_documents_have_no_finding(release: Release, documents: list[dict[str, Any]]) -> None:
    assert sum(len(document["patients"]) for document in documents) == 120
    for document in documents:
        assert rules_found(release, document) == set()


def test_the_whole_catalogue_agrees(shipped: Catalogue, documents: list[dict[str, Any]]) -> None:
    for index, patient in enumerate(documents[0]["patients"]):
        assert shipped.check(patient, index, centre_no=CENTRE, today=UNTIL) == []


def test_stories_vary(documents: list[dict[str, Any]]) -> None:
    patients = [patient for document in documents for patient in document["patients"]]
    cycles = [cycle for patient in patients for cycle in patient["cycles"]]
    types = Counter(cycle["treatment_type"] for cycle in cycles)
    assert set(types) >= {"ivf", "icsi", "thaw", "iui_partner", "none", "fertility_protection"}
    assert {cycle.get("pregnancy_outcome") for cycle in cycles} >= {
        "live_birth",
        "ongoing",
        "early_miscarriage",
    }
    assert {len(cycle.get("children", [])) for cycle in cycles} >= {0, 1, 2}
    assert {len(patient["cycles"]) for patient in patients} >= {1, 2, 3}
    statuses = {consent["status"] for patient in patients for consent in patient["consents"]}
    assert statuses == {"given", "refused", "not_documented", "objected"}
    keys = [patient["patient_ref"] for patient in patients] + [cycle["cycle_ref"] for cycle in cycles]
    assert len(set(keys)) == len(keys)


def test_every_delivered_field_occurs(release: Release, documents: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for document in documents:
        for patient in document["patients"]:
            seen |= set(patient)
            for cycle in patient["cycles"]:
                seen |= set(cycle)
                seen |= {name for child in cycle.get("children", []) for name in child}
    delivered = {name for name, field in release.fields.items() if field.origin == "delivered"}
    assert delivered <= seen


def test_equal_arguments_give_equal_documents(release: Release) -> None:
    def told(seed: int) -> list[dict[str, object]]:
        return list(synthetic.documents(release, centre_no=CENTRE, patients=60, seed=seed, until=UNTIL))

    assert told(3) == told(3)
    assert told(3) != told(4)
    assert [len(document["patients"]) for document in told(3)] == [50, 10]  # type: ignore[arg-type]


def test_today_is_the_last_day_by_default(release: Release) -> None:
    (document,) = synthetic.documents(release, centre_no=CENTRE, patients=3, seed=1)
    assert document["schema_version"] == release.version


def test_each_rule_and_check_has_its_faulty_document(release: Release, faults: list[Faulty]) -> None:
    assert [fault.rule for fault in faults] == [*release.checks, *release.rules]


def test_a_faulty_document_breaks_exactly_its_rule(release: Release, faults: list[Faulty]) -> None:
    for fault in faults:
        assert rules_found(release, fault.document) == {fault.rule}


@pytest.mark.parametrize("until", [date(2026, 2, 1), date(2026, 11, 23), date(2029, 2, 28)])
def test_any_day_will_do(release: Release, until: date) -> None:
    for document in synthetic.documents(release, centre_no=CENTRE, patients=10, seed=2, until=until):
        assert rules_found(release, document, until) == set()
    for fault in synthetic.faulty(release, centre_no=CENTRE, seed=2, until=until):
        assert rules_found(release, fault.document, until) == {fault.rule}


def test_a_new_field_is_told_without_new_code(edited: Any) -> None:
    new = """  inhibin_b:
    level: cycle
    section: history
    label: {de: Inhibin B, en: Inhibin B}
    type: decimal
    digits: 2
    hard: [0, 60]
    soft: [0, 20]
    registers: [DIR]
    anonymised: {bands: [1, 3.5]}
    source: K
  treatment_type:
"""
    release = load(edited("fields.yml", "  treatment_type:\n", new)).release("2026.1")
    (document,) = synthetic.documents(release, centre_no=CENTRE, patients=20, seed=1, until=UNTIL)
    cycles: list[dict[str, Any]] = [cycle for patient in document["patients"] for cycle in patient["cycles"]]  # type: ignore[attr-defined]
    assert any("inhibin_b" in cycle for cycle in cycles)
    assert rules_found(release, document) == set()


def test_stories_against_the_rules_are_named(edited: Any) -> None:
    told = "embryos_transferred: {one_of: {1: 6, 2: 4}}"
    release = load(edited("stories.yml", told, "embryos_transferred: 4")).release("2026.1")
    with pytest.raises(CatalogueError, match="C10"):
        list(synthetic.documents(release, centre_no=CENTRE, patients=60, seed=1, until=UNTIL))
