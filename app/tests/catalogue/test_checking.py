"""The check of one patient: every objection at its place, in one pass, and never a value."""

import copy
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artbox import catalogue
from artbox.catalogue import Finding, Release, Severity

TODAY = date(2026, 7, 1)
CENTRE = 123
SECRET = "Qzv7Wk"
RELEASE = catalogue.load().release("2026.1")
Json = dict[str, Any]

SOUND: Json = {
    "patient_ref": "p1",
    "female_birth_date": "1988-05-01",
    "consents": [{"register": "DIR", "status": "given", "date": "2026-01-02"}],
    "cycles": [
        {
            "cycle_ref": "c1",
            "treatment_type": "icsi",
            "cycle_start_date": "2025-03-01",
            "stim_used": True,
            "opu_date": "2025-03-14",
            "oocytes_retrieved": 9,
            "n_inseminated_ivf": 0,
            "n_injected_icsi": 8,
            "n_2pn": 6,
            "et_done": True,
            "et_date": "2025-03-19",
            "embryos_transferred": 1,
            "clinical_pregnancy": "yes",
            "fetal_hearts": 1,
            "ectopic": "no",
            "fetal_reduction": False,
            "pregnancy_outcome": "live_birth",
            "n_children": 1,
            "children": [{"child_no": 1, "child_status": "live", "child_weight_g": 3200}],
        }
    ],
}


def judged(patient: object, index: int = 0) -> list[Finding]:
    return RELEASE.check(patient, index, centre_no=CENTRE, today=TODAY)


def changed(*path: str | int, to: object) -> Json:
    patient = copy.deepcopy(SOUND)
    place: Any = patient
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return patient


CYCLE = ("cycles", 0)
CHILD = (*CYCLE, "children", 0)

OBJECTIONS: list[tuple[tuple[str | int, ...], object, str, str, bool]] = [
    (("last_name",), SECRET, "F03", "/last_name", True),
    (("Vor-Name",), SECRET, "F03", "/Vor-Name", True),
    ((*CYCLE, "e_mail"), SECRET, "F03", "/cycles/0/e_mail", True),
    ((*CHILD, "first_name"), SECRET, "F03", "/cycles/0/children/0/first_name", True),
    (("shoe_size",), 38, "F02", "/shoe_size", True),
    ((*CYCLE, "a/b~c"), 38, "F02", "/cycles/0", True),
    ((*CYCLE, "child_sex"), "m", "F02", "/cycles/0/child_sex", True),
    ((*CYCLE, "female_age_at_start"), 30, "F02", "/cycles/0/female_age_at_start", True),
    ((*CYCLE, "cycle_ref"), 7, "F01", "/cycles/0/cycle_ref", True),
    (("cycles",), {}, "F01", "/cycles", True),
    (("cycles",), [3], "F01", "/cycles/0", True),
    (("consents",), None, "F01", "/consents", True),
    (("patient_ref",), f"{SECRET} {SECRET}", "F10", "/patient_ref", True),
    (("patient_ref",), "x" * 65, "F10", "/patient_ref", True),
    (("patient_ref",), "", "F10", "/patient_ref", True),
    (("patient_ref",), "A123456780", "F19", "/patient_ref", True),
    (("centre_no",), 124, "F11", "/centre_no", True),
    ((*CYCLE, "oocytes_mii"), "9", "F04", "/cycles/0/oocytes_mii", True),
    ((*CYCLE, "oocytes_mii"), None, "F04", "/cycles/0/oocytes_mii", True),
    ((*CYCLE, "oocytes_mii"), 8.5, "F04", "/cycles/0/oocytes_mii", True),
    ((*CYCLE, "oocytes_mii"), True, "F04", "/cycles/0/oocytes_mii", True),
    ((*CYCLE, "oocytes_mii"), [8], "F04", "/cycles/0/oocytes_mii", True),
    ((*CYCLE, "et_done"), 1, "F04", "/cycles/0/et_done", True),
    ((*CYCLE, "protocol"), SECRET, "F05", "/cycles/0/protocol", True),
    ((*CYCLE, "protocol"), 3, "F04", "/cycles/0/protocol", True),
    ((*CYCLE, "treatment_type"), SECRET, "F05", "/cycles/0/treatment_type", True),
    ((*CYCLE, "treatment_type"), 3, "F04", "/cycles/0/treatment_type", True),
    ((*CYCLE, "stim_days"), 41, "F06", "/cycles/0/stim_days", False),
    ((*CYCLE, "stim_days"), -1, "F06", "/cycles/0/stim_days", False),
    ((*CYCLE, "stim_start_date"), "1981-12-31", "F06", "/cycles/0/stim_start_date", False),
    ((*CYCLE, "stim_days"), 22, "F12", "/cycles/0/stim_days", False),
    ((*CYCLE, "bmi"), 22.55, "F08", "/cycles/0/bmi", False),
    ((*CYCLE, "thaw_date"), "2025-02-30", "F09", "/cycles/0/thaw_date", True),
    ((*CYCLE, "thaw_date"), "2025-02", "F09", "/cycles/0/thaw_date", True),
    ((*CYCLE, "thaw_date"), "20250201", "F09", "/cycles/0/thaw_date", True),
    ((*CYCLE, "thaw_date"), "2025-W01-1", "F09", "/cycles/0/thaw_date", True),
    ((*CYCLE, "thaw_date"), SECRET, "F09", "/cycles/0/thaw_date", True),
    ((*CYCLE, "thaw_date"), "2026-07-02", "F13", "/cycles/0/thaw_date", False),
    ((*CYCLE, "treatment_type"), {"unknown": "not_known"}, "F15", "/cycles/0/treatment_type", False),
    ((*CYCLE, "bmi"), {"unknown": SECRET}, "F16", "/cycles/0/bmi", True),
    ((*CYCLE, "bmi"), {"unknown": "refused", "why": SECRET}, "F16", "/cycles/0/bmi", True),
    ((*CYCLE, "bmi"), {}, "F16", "/cycles/0/bmi", True),
    (("consents",), [{"register": "DIR", "status": "not_documented"}] * 41, "F17", "/consents", True),
    (("consents", 0, "status"), SECRET, "F05", "/consents/0/status", True),
    (("consents", 0, "register"), "XYZ", "F05", "/consents/0/register", True),
    (("consents", 0, "date"), "2026-1-2", "F09", "/consents/0/date", True),
    (("consents", 0, "date"), "2026-07-02", "F13", "/consents/0/date", False),
    (("consents", 0, "note"), SECRET, "F02", "/consents/0/note", True),
    (("consents", 0), {"register": "DIR", "status": "given"}, "F01", "/consents/0/date", True),
    ((*CHILD, "child_weight_g"), 100, "F06", "/cycles/0/children/0/child_weight_g", False),
    ((*CHILD, "child_status"), {"unknown": "refused"}, "F15", "/cycles/0/children/0/child_status", False),
]


def test_a_sound_patient_passes() -> None:
    assert judged(SOUND) == []


@pytest.mark.parametrize(("path", "value", "rule", "pointer", "rejects"), OBJECTIONS)
def test_objection(
    path: tuple[str | int, ...], value: object, rule: str, pointer: str, rejects: bool
) -> None:
    found = judged(changed(*path, to=value), index=7)
    assert [(item.rule, item.pointer, item.rejects) for item in found if item.rule.startswith("F")] == [
        (rule, f"/patients/7{pointer}", rejects)
    ]
    assert SECRET not in json.dumps([item.as_dict() for item in found])


@pytest.mark.parametrize("name", ["treatment_type", "cycle_start_date"])
def test_a_mandatory_field_is_missed(name: str) -> None:
    patient = copy.deepcopy(SOUND)
    del patient["cycles"][0][name]
    (finding,) = [item for item in judged(patient) if item.rule == "F07"]
    assert (finding.field, finding.cycle_ref, finding.rejects) == (name, "c1", False)
    assert finding.severity is Severity.HARD


@pytest.mark.parametrize("name", ["patient_ref", "consents", "cycles"])
def test_a_part_of_the_structure_is_missed(name: str) -> None:
    patient = {key: value for key, value in SOUND.items() if key != name}
    assert [(item.rule, item.pointer) for item in judged(patient)] == [("F01", f"/patients/0/{name}")]


def test_doubles_are_refused() -> None:
    patient = copy.deepcopy(SOUND)
    patient["cycles"].append({**SOUND["cycles"][0], "cycle_start_date": "2024-03-01"})
    patient["cycles"][0]["children"].append({"child_no": 1, "child_status": "live"})
    doubles = {item.pointer for item in judged(patient) if item.rule == "F14"}
    assert doubles == {"/patients/0/cycles/0/children/1/child_no", "/patients/0/cycles/1/cycle_ref"}


def test_findings_name_cycle_child_and_registers() -> None:
    (finding,) = judged(changed(*CHILD, "child_weight_g", to=5600))
    assert (finding.cycle_ref, finding.child_no, finding.field) == ("c1", 1, "child_weight_g")
    assert finding.registers == ("DIR", "QSReproMed")
    assert finding.message.de == (
        "Geburtsgewicht: Der Wert liegt außerhalb des erwarteten Bereichs (400 bis 5500 g). Bitte prüfen."
    )
    assert finding.as_dict() == {
        "pointer": "/patients/0/cycles/0/children/0/child_weight_g",
        "cycle_ref": "c1",
        "child_no": 1,
        "field": "child_weight_g",
        "rule": "F12",
        "severity": "weich",
        "message": {"de": finding.message.de, "en": finding.message.en},
    }


def test_a_field_that_only_feeds_a_derived_one_counts_for_its_registers() -> None:
    (finding,) = judged(changed("female_birth_date", to="1950-05-01"))
    assert finding.rule == "A03"
    assert set(finding.registers) == set(RELEASE.registers)
    assert finding.pointer == "/patients/0/female_birth_date"
    assert finding.cycle_ref == "c1"


def test_all_objections_come_at_once() -> None:
    patient = changed(*CYCLE, "et_date", to="2025-03-12")
    patient["cycles"][0] |= {"n_2pn": 9, "embryos_transferred": 4, "stim_days": 22, "street": SECRET}
    assert {item.rule for item in judged(patient)} == {"F03", "F12", "D05", "C02", "C10"}


def test_unknown_values_decide_nothing() -> None:
    patient = changed(*CYCLE, "et_date", to={"unknown": "not_known"})
    assert [item.rule for item in judged(patient)] == ["C12", "O01"]
    patient["cycles"][0] |= {"embryos_transferred": {"unknown": "refused"}, "clinical_pregnancy": "lost"}
    patient["cycles"][0] |= {"fetal_hearts": {"unknown": "not_known"}}
    patient["cycles"][0] |= {"n_children": 0, "children": [], "pregnancy_outcome": {"unknown": "not_known"}}
    assert judged(patient) == []


def test_only_the_asked_cycles_are_judged() -> None:
    patient = changed(*CYCLE, "n_2pn", to=99)
    bare = {"cycle_ref": "c2", "treatment_type": "none", "cycle_start_date": "2024-03-01", "stim_days": 99}
    patient["cycles"].append(bare)
    found = RELEASE.check(patient, 0, centre_no=CENTRE, today=TODAY, cycles=[1])
    assert [item.cycle_ref for item in found] == ["c2"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
cycle_fields = st.sampled_from([name for name, field in RELEASE.fields.items() if field.level == "cycle"])


@settings(max_examples=50, deadline=None)
@given(values=st.dictionaries(cycle_fields, json_values, max_size=5), whole=json_values)
def test_any_json_is_judged_without_an_error(values: Json, whole: object) -> None:
    for patient in (
        whole,
        {**SOUND, "cycles": [{**SOUND["cycles"][0], **values}]},
        {**SOUND, "cycles": [values]},
    ):
        for finding in judged(patient):
            assert finding.rule in {**RELEASE.checks, **RELEASE.rules}
        if isinstance(patient, dict):
            for register in RELEASE.registers:
                RELEASE.projection(register, "anonymised").cycle(patient, values)


def test_a_very_deep_value_is_refused() -> None:
    deep: object = 1
    for _ in range(500):
        deep = [deep]
    assert any(item.rejects for item in judged(changed(*CYCLE, "bmi", to=deep)))


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({}, {("F01", "/schema_version"), ("F01", "/source_system"), ("F11", "/centre_no")}),
        ([], {("F01", "")}),
        ({"centre_no": 5}, {("F01", "/schema_version"), ("F01", "/source_system"), ("F11", "/centre_no")}),
        ({"patients": 5, "centre_no": True}, {("F01", "/patients"), ("F11", "/centre_no")}),
        ({"patients": [None] * 5001, "centre_no": CENTRE}, {("F17", "/patients")}),
        ({"last_name": SECRET, "centre_no": CENTRE}, {("F03", "/last_name")}),
    ],
)
def test_header(document: object, found: set[tuple[str, str]]) -> None:
    objections = RELEASE.check_header(document, centre_no=CENTRE)
    assert found <= {(item.rule, item.pointer) for item in objections}
    assert all(item.rejects for item in objections)


def test_performance_of_a_usual_patient(release: Release) -> None:
    import time

    start = time.perf_counter()
    for _ in range(100):
        judged(SOUND)
    assert (time.perf_counter() - start) / 100 < 0.02
