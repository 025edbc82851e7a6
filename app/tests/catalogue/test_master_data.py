"""Master data are recognised in every text of a record, and harmless references are left alone.

The numbers are the published specimens of their norms; rates on generated persons stand in `test_rates`.
"""

import copy
import json
import time
from typing import Any

import pytest

from artbox.catalogue import Release
from artbox.catalogue.json_schema import is_delivered
from artbox.catalogue.master_data import LONGEST, BirthDate, MasterDataScan
from artbox.catalogue.model import Finding
from artbox.catalogue.synthetic import documents
from benchmarks.master_data import measure
from tests.catalogue.conftest import UNTIL

BORN = "1988-05-01"
CENTRE_NO = 123
PERSONAL = {
    "A123456780": "eine Krankenversichertennummer",
    "fall-a123456780": "eine Krankenversichertennummer",
    "A 123 456 780": "eine Krankenversichertennummer",
    "65170839J003": "eine Rentenversicherungsnummer",
    "65 170839 J 003": "eine Rentenversicherungsnummer",
    "DE89370400440532013000": "eine Kontonummer (IBAN)",
    "de89 3704 0044 0532 0130 00": "eine Kontonummer (IBAN)",
    "NL91ABNA0417164300": "eine Kontonummer (IBAN)",
    "AT611904300234573201": "eine Kontonummer (IBAN)",
    "erika.muster@example.org": "eine E-Mail-Adresse",
    "erika(at)example.org": "eine E-Mail-Adresse",
    "030/1234567": "eine Telefonnummer",
    "(0221) 123456": "eine Telefonnummer",
    "+49 30 1234567": "eine Telefonnummer",
    "0049301234567": "eine Telefonnummer",
    "0171-23456789": "eine Telefonnummer",
    "Heidestraße 17": "eine Anschrift",
    "Heidestrasse-17": "eine Anschrift",
    "Am Alten Weg 4": "eine Anschrift",
    "51147 Köln": "Postleitzahl und Ort",
    "51147-Koeln": "Postleitzahl und Ort",
    "Erika Mustermann": "ein Name oder Geburtsdatum",
    "Mueller-Anna": "ein Name oder Geburtsdatum",
    "AnnaMueller": "ein Name oder Geburtsdatum",
    "Mueller1988": "ein Name oder Geburtsdatum",
    "Ayşe-1988": "ein Name oder Geburtsdatum",
    "Zwergkaninchen, Zofia, 12.03.1979": "ein Name oder Geburtsdatum",
    "19880501": "ein Name oder Geburtsdatum",
    "1.5.1988": "ein Name oder Geburtsdatum",
    "ZK010588": "ein Name oder Geburtsdatum",
    "880501-2": "ein Name oder Geburtsdatum",
}
HARMLESS = (
    "A123456789",  # as an insurance number it lacks the right check digit
    "65170839J004",
    "DE89370400440532013001",
    "XX89370400440532013000",
    "DE893704004405320130001234",
    "4711",
    "0000012345",
    "0412-000815",
    "0412-123456",
    "2026-00017",
    "P-000123",
    "p9a76a7f08b16",
    "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "ICSI-2005-03-12",
    "Zyklus-3",
    "10234-Zyklus",
    "Lagerplatz-12",
    "Zwergkaninchen-7731-Patientin",
    "Anna",  # a word of its own says nothing; centres call devices so
    "19880502",
)


@pytest.fixture(scope="module")
def scan(release: Release) -> MasterDataScan:
    return MasterDataScan(release.definition.master_data)


@pytest.fixture
def patient(release: Release) -> dict[str, Any]:
    (document,) = documents(release, centre_no=CENTRE_NO, patients=1, seed=4, until=UNTIL)
    found: dict[str, Any] = copy.deepcopy(document["patients"][0])  # type: ignore[index]
    return found


def born() -> list[BirthDate]:
    found = BirthDate.read(BORN)
    assert found is not None
    return [found]


def judged(release: Release, patient: object) -> list[Finding]:
    return release.check(patient, 0, centre_no=CENTRE_NO, today=UNTIL)


@pytest.mark.parametrize(("text", "kind"), PERSONAL.items())
def test_what_tells_a_person_is_recognised(scan: MasterDataScan, text: str, kind: str) -> None:
    found = scan.look(text, born())
    assert found is not None
    assert found.de == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_what_tells_nobody_is_let_through(scan: MasterDataScan, text: str) -> None:
    assert scan.look(text, born()) is None


def test_a_birth_date_counts_only_in_its_own_record(scan: MasterDataScan) -> None:
    assert scan.look("880501-2") is None
    assert scan.look("880501-2", born()) is not None


def test_a_programs_name_may_hold_names_and_long_versions(scan: MasterDataScan) -> None:
    assert scan.look_in_header("Müller Anna Software GmbH 0301/1234567") is None
    assert scan.look_in_header("erika@example.org") is not None
    assert scan.look_in_header("A123456780") is not None


@pytest.mark.parametrize("sign", ["a", "A ", "0", "0 ", "a.", "1-", "@", "ä", "Str ", "01 a", "DE12", "a@a."])
def test_no_text_makes_the_scan_slow(scan: MasterDataScan, sign: str) -> None:
    """Longer texts are cut off: this is the longest that is looked at, repeated to make every pattern try."""
    text = (sign * LONGEST)[:LONGEST]
    begun = time.process_time()
    scan.look(text * 1000, born())
    assert time.process_time() - begun < 0.25


@pytest.mark.parametrize("place", ["patient_ref", "cycle_ref", "donor_code"])
def test_a_record_with_a_persons_number_is_rejected_and_its_value_withheld(
    release: Release, patient: dict[str, Any], place: str
) -> None:
    codes = [
        field.name
        for field in release.fields.values()
        if field.type == "code" and is_delivered(field, field.level)
    ]
    name = codes[0] if place == "donor_code" else place
    holder = patient if place == "patient_ref" else patient["cycles"][0]
    holder[name] = "A123456780"
    found = [item for item in judged(release, patient) if item.rule == "F19"]
    assert [(item.field, item.severity, item.rejects, item.withheld) for item in found] == [
        (name, "hart", True, True)
    ]
    assert "Krankenversichertennummer" in found[0].message.de
    assert "health insurance number" in found[0].message.en


def test_no_finding_repeats_a_reference_that_tells_a_person(
    release: Release, patient: dict[str, Any]
) -> None:
    patient["cycles"][0] |= {"cycle_ref": "Mueller-Anna", "shoe_size": 38, "stim_days": 22}
    found = judged(release, patient)
    assert {"F02", "F19"} <= {item.rule for item in found}
    assert "Mueller" not in json.dumps([item.as_dict() for item in found])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"shoe": "erika@example.org"}, "/patients/0/shoe"),
        ({"shoes": [["A123456780"]]}, "/patients/0/shoes/0/0"),
        ({"consents": [{"register": "Mueller Anna", "status": "given"}]}, "/patients/0/consents/0/register"),
        ({"cycles": "Heidestraße 17"}, "/patients/0/cycles"),
    ],
)
def test_texts_in_wrong_places_are_looked_at_as_well(
    release: Release, patient: dict[str, Any], change: dict[str, Any], pointer: str
) -> None:
    found = judged(release, patient | change)
    assert pointer in {item.pointer for item in found if item.rule == "F19"}


def test_a_persons_data_in_a_coded_field_are_named_beside_the_wrong_code(
    release: Release, patient: dict[str, Any]
) -> None:
    patient["cycles"][0]["treatment_type"] = "Mueller, Anna"
    found = {(item.rule, item.pointer) for item in judged(release, patient)}
    assert {
        ("F05", "/patients/0/cycles/0/treatment_type"),
        ("F19", "/patients/0/cycles/0/treatment_type"),
    } <= found


def test_a_wrong_form_elsewhere_makes_no_value_suspicious(release: Release, patient: dict[str, Any]) -> None:
    patient["shoe_size"] = 38
    assert {item.rule for item in judged(release, patient)} == {"F02"}


@pytest.mark.parametrize("name", ["A123456780", "Mueller_Anna_1988"])
def test_a_members_name_that_tells_a_person_is_not_repeated(
    release: Release, patient: dict[str, Any], name: str
) -> None:
    patient["cycles"][0][name] = {name: ["erika@example.org"]}
    found = judged(release, patient)
    assert {(item.rule, item.pointer) for item in found} == {
        ("F02", "/patients/0/cycles/0"),
        ("F19", "/patients/0/cycles/0/0"),
    }
    assert name not in json.dumps([item.as_dict() for item in found])


def test_master_data_in_the_header_refuse_the_document(release: Release) -> None:
    (document,) = documents(release, centre_no=CENTRE_NO, patients=1, seed=4, until=UNTIL)
    document["source_system"] = {"product": "Programm", "version": "erika@example.org"}
    found = release.check_header(document, centre_no=CENTRE_NO)
    assert [(item.rule, item.pointer, item.rejects) for item in found] == [
        ("F19", "/source_system/version", True)
    ]


@pytest.mark.parametrize("flood", [["erika@example.org"] * 100_000, [{"a": ["b"]}] * 100_000, [7] * 100_000])
def test_a_flood_in_a_wrong_place_is_bounded(
    release: Release, patient: dict[str, Any], flood: list[object]
) -> None:
    patient["shoes"] = flood
    begun = time.process_time()
    found = judged(release, patient)
    assert time.process_time() - begun < 2
    assert sum(item.rule == "F19" for item in found) == (50 if flood[0] == "erika@example.org" else 0)


def test_rates(release: Release) -> None:
    """Floors of what is found and ceilings of what is taken for it by mistake, on generated texts."""
    measured = measure(release, texts=300, seed=7)
    weaker = {
        "telephone with a hyphen": 0.0,  # looks like a site and a counter
        "telephone in one piece": 0.0,  # looks like any number
        "given name and birth year": 0.12,  # Faker's names are rarer than people's
        "name alone": 0.12,
    }
    assert {kind: rate for kind, rate in measured.detected.items() if rate < weaker.get(kind, 0.97)} == {}
    tolerated = {
        "letter and nine digits": 0.14,  # one in ten has the check digit of an insurance number
        "eleven random digits": 0.01,  # a few begin like a mobile number
    }
    assert {
        family: rate
        for family, rate in measured.false_positives.items()
        if rate > tolerated.get(family, 0.001)
    } == {}
