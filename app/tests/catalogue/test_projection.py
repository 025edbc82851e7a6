"""What leaves: assigned fields only, coarsened when anonymised, and nothing of the master data ever."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artbox.catalogue import Disguise, Kind, Level, Release, synthetic
from artbox.catalogue.model import Anonymisation, Coarsening, FieldType, Origin
from artbox.catalogue.projection import band, coarsen

Json = dict[str, Any]

PATIENT: Json = {
    "patient_ref": "p1",
    "female_birth_date": "1988-05-01",
    "partner_constellation": "man_woman",
    "last_name": "Muster",
}
CYCLE: Json = {
    "cycle_ref": "c1",
    "treatment_type": "icsi",
    "cycle_start_date": "2026-03-01",
    "bmi": 22.5,
    "opu_date": "2026-03-14",
    "oocytes_retrieved": 9,
    "oocytes_frozen": {"unknown": "refused"},
    "embryos_transferred": 3,
    "pregnancy_end_date": "2026-11-20",
    "ohss_grade": "grade_3",
    "street": "Musterweg",
    "children": [{"child_no": 2, "child_status": "live", "child_weight_g": 3210, "first_name": "Max"}],
}
FORMED = (Origin.DELIVERED, Origin.DERIVED)
FORMS: dict[FieldType, object] = {
    FieldType.BOOLEAN: True,
    FieldType.DATE: "2025-02-03",
    FieldType.DATETIME: "2025-02-03T21:00:00Z",
    FieldType.CODE: "Q21.0",
}


def test_pseudonymised(release: Release) -> None:
    assert release.projection("DIR", "pseudonymised").cycle(PATIENT, CYCLE) == {
        "partner_constellation": "man_woman",
        "female_birth_year": 1988,
        "female_age_at_start": 37,
        "treatment_type": "icsi",
        "cycle_start_date": "2026-03-01",
        "bmi": 22.5,
        "opu_date": "2026-03-14",
        "oocytes_retrieved": 9,
        "oocytes_frozen": {"unknown": "refused"},
        "embryos_transferred": 3,
        "pregnancy_end_date": "2026-11-20",
        "ohss_grade": "grade_3",
        "children": [{"child_no": 2, "child_status": "live", "child_weight_g": 3210}],
    }


def test_anonymised(release: Release) -> None:
    assert release.projection("DIR", Kind.ANONYMISED).cycle(PATIENT, CYCLE) == {
        "partner_constellation": "man_woman",
        "female_age_at_start": "35-37",
        "treatment_type": "icsi",
        "cycle_start_date": 2026,
        "bmi": "18.5-<25",
        "opu_date": 13,
        "oocytes_retrieved": "6-10",
        "oocytes_frozen": {"unknown": "not_known"},
        "embryos_transferred": "3+",
        "pregnancy_end_date": 37,
        "ohss_grade": "grade_3",
        "children": [{"child_no": 2, "child_status": "live", "child_weight_g": "3000-3499"}],
    }


def test_a_further_step_coarsens_what_the_group_is_made_of(release: Release) -> None:
    projection = release.projection("DIR", "anonymised")
    fine, coarse = (projection.cycle(PATIENT, CYCLE, Disguise(steps)) for steps in (0, 1))
    assert (fine.pop("female_age_at_start"), coarse.pop("female_age_at_start")) == ("35-37", "35+")
    assert fine == coarse


def test_a_suppressed_value_looks_like_one_nobody_knows(release: Release) -> None:
    projection = release.projection("DIR", "anonymised")
    sent = projection.cycle(PATIENT, CYCLE, Disguise(0, ("ohss_grade", "child_status")))
    assert sent["ohss_grade"] == {"unknown": "not_known"}
    assert sent["children"][0]["child_status"] == {"unknown": "not_known"}  # type: ignore[index]


def test_traits_are_equal_where_the_values_are(release: Release) -> None:
    projection = release.projection("DIR", "anonymised")
    traits = projection.traits(PATIENT, CYCLE)
    older = projection.traits({**PATIENT, "female_birth_date": "1983-05-01"}, CYCLE)
    assert traits.groups[0] != older.groups[0]
    assert traits.groups[1] == older.groups[1]
    assert ("partner_constellation", '"man_woman"') in traits.rare
    assert "1988" not in repr(traits)


def test_another_register_receives_its_own_selection(release: Release) -> None:
    sent = release.projection("QSReproMed", "pseudonymised").cycle(PATIENT, CYCLE)
    assert "partner_constellation" not in sent
    assert "oocytes_frozen" not in sent
    assert sent["bmi"] == 22.5


@pytest.mark.parametrize(
    ("register", "treatment", "counts"),
    [
        ("DIR", "icsi", True),
        ("DIR", "fertility_protection", True),
        ("QSReproMed", "icsi", True),
        ("QSReproMed", "iui_donor", False),
        ("FertiPROTEKT", "fertility_protection", True),
        ("FertiPROTEKT", "icsi", False),
        ("DERI", "iui_partner", True),
        ("DERI", {"unknown": "not_known"}, False),
    ],
)
def test_which_cycles_count(release: Release, register: str, treatment: object, counts: bool) -> None:
    projection = release.projection(register, "anonymised")
    assert projection.applies(PATIENT, {**CYCLE, "treatment_type": treatment}) is counts


@pytest.mark.parametrize("kind", list(Kind))
def test_a_field_without_assignment_never_leaves(release: Release, kind: Kind) -> None:
    """Over the whole catalogue: every field filled, every register, both kinds."""
    full = _full(release)
    for register in release.registers:
        sent = release.projection(register, kind).cycle(*full)
        children = sent.pop("children", [])
        assert isinstance(children, list)
        names = {*sent, *(name for child in children for name in child)}
        assigned = {name for name, field in release.fields.items() if register in field.registers}
        assert names <= assigned
        assert not any(release.fields[name].identifier for name in names)
        if kind is Kind.PSEUDONYMISED:
            assert names == {name for name in assigned if release.fields[name].origin in FORMED}


def test_no_exact_date_leaves_anonymised(release: Release) -> None:
    dates = [field for field in release.fields.values() if field.key_date]
    assert dates
    for register in release.registers:
        sent = release.projection(register, "anonymised").cycle(*_full(release))
        assert not any(isinstance(sent.get(field.name), str) for field in dates)


def test_the_birth_date_leaves_in_no_form(release: Release) -> None:
    identifiers = {field.name: field.registers for field in release.fields.values() if field.identifier}
    assert identifiers == {"female_birth_date": (), "donor_sei_local": ()}
    for document in synthetic.documents(release, centre_no=1, patients=20, seed=3, until=date(2026, 7, 1)):
        for patient in document["patients"]:  # type: ignore[attr-defined]
            for cycle in patient["cycles"]:
                for register in release.registers:
                    for kind in Kind:
                        sent = repr(release.projection(register, kind).cycle(patient, cycle))
                        assert patient["female_birth_date"] not in sent
                        assert patient["patient_ref"] not in sent
                        assert cycle["cycle_ref"] not in sent


def test_what_cannot_be_coarsened_is_left_out(release: Release) -> None:
    projection = release.projection("DIR", "anonymised")
    sent = projection.cycle({}, {"opu_date": "2026-03-14", "bmi": "thin", "ohss_grade": "grade_9"})
    assert sent == {}


def test_an_age_outside_its_range_is_not_formed(release: Release) -> None:
    sent = release.projection("DIR", "pseudonymised").cycle(
        {**PATIENT, "female_birth_date": "1908-05-01"}, CYCLE
    )
    assert "female_age_at_start" not in sent


def test_the_pages_can_say_what_was_lost(release: Release) -> None:
    lost = {item.field.name: item.coarsening for item in release.projection("DIR", "anonymised").fields}
    assert lost["opu_date"] is Coarsening.OFFSET_DAYS
    assert {field.name for field in release.received_by("DIR")} >= set(lost)


def test_an_unknown_register_or_kind_is_an_error(release: Release) -> None:
    with pytest.raises(KeyError):
        release.projection("XYZ", "anonymised")
    with pytest.raises(ValueError, match="identified"):
        release.projection("DIR", "identified")


@pytest.mark.parametrize(
    ("bounds", "value", "name"),
    [
        ((0, 1, 6, 11), 0, "0"),
        ((0, 1, 6, 11), 5, "1-5"),
        ((0, 1, 6, 11), 11, "11+"),
        ((18, 25), 17, "<18"),
        ((18.5, 25), 24.9, "18.5-<25"),
        ((1000, 1500), 1499, "1000-1499"),
    ],
)
def test_bands(bounds: tuple[float, ...], value: float, name: str) -> None:
    assert band(bounds, value) == name


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=6, unique=True), st.integers(0, 60), st.integers(0, 60)
)
def test_bands_keep_the_order(bounds: list[int], one: int, other: int) -> None:
    ordered = tuple(sorted(bounds))
    names = list(dict.fromkeys(band(ordered, value) for value in range(61)))
    low, high = sorted((one, other))
    assert names.index(band(ordered, low)) <= names.index(band(ordered, high))


def test_offsets_in_weeks_and_years_and_lists() -> None:
    values = {"start": date(2026, 3, 1)}
    weeks = Anonymisation(Coarsening.OFFSET_WEEKS, reference="start")
    years = Anonymisation(Coarsening.OFFSET_YEARS, reference="start")
    codes = Anonymisation(Coarsening.MAP, codes={"a": "x", "b": "x", "c": "y"})
    assert coarsen(weeks, date(2026, 3, 20), values) == 2
    assert coarsen(years, date(2028, 2, 28), values) == 1
    assert coarsen(weeks, date(2026, 3, 20), {}) is None
    assert coarsen(codes, ("c", "a", "b"), {}) == ["x", "y"]
    assert coarsen(Anonymisation(Coarsening.DROP), 3, {}) is None


def test_years_until_another_date() -> None:
    how = Anonymisation(Coarsening.YEARS_UNTIL, reference="thawed")
    assert coarsen(how, date(2023, 6, 2), {"thawed": date(2026, 6, 1)}) == 2
    assert coarsen(how, date(2023, 6, 1), {"thawed": date(2026, 6, 1)}) == 3
    assert coarsen(how, date(2023, 6, 1), {}) is None


def test_what_the_document_carries_is_not_sent_again(release: Release) -> None:
    patient = {**PATIENT, "centre_no": 123, "schema_version": "2026.1"}
    for register in release.registers:
        for kind in Kind:
            assert not {"centre_no", "schema_version"} & set(
                release.projection(register, kind).cycle(patient, CYCLE)
            )


def _full(release: Release) -> tuple[Json, Json]:
    values = {
        name: _value(release, name) for name, field in release.fields.items() if field.origin == "delivered"
    }
    by_level = {
        level: {name: value for name, value in values.items() if release.fields[name].level is level}
        for level in Level
    }
    cycle = {**by_level[Level.CYCLE], "cycle_start_date": "2025-01-05", "children": [by_level[Level.CHILD]]}
    return {**by_level[Level.PATIENT], "female_birth_date": "1990-01-01", "patient_ref": "p"}, cycle


def _value(release: Release, name: str) -> object:
    field = release.fields[name]
    if field.choices is not None:
        code = release.choice_lists[field.choices].codes[0]
        return code if field.type is FieldType.CHOICE else [code]
    if field.type in FORMS:
        return FORMS[field.type]
    assert field.hard is not None
    maximum = field.hard.maximum
    return [maximum] if field.type is FieldType.INTEGERS else maximum
