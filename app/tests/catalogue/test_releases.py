"""Two releases side by side: each cycle is judged by the one valid on the day it starts."""

import re
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from artbox import catalogue
from artbox.catalogue import Catalogue, CatalogueError

TODAY = date(2027, 8, 1)


@pytest.fixture
def pair(copy: Path) -> Catalogue:
    """The shipped release and a later one that allows two embryos and knows one field less."""
    later = Path(copytree(copy / "2026.1", copy / "2027.1"))
    _replace(later / "release.yml", "2026.1", "2027.1")
    _replace(later / "release.yml", "2026-01-01", "2027-01-01")
    _replace(later / "rules.yml", "embryos_transferred <= 3", "embryos_transferred <= 2")
    _replace(later / "rules.yml", "sound: (.*)embryos_transferred: 3}", r"sound: \1embryos_transferred: 2}")
    fields = (later / "fields.yml").read_text()
    (later / "fields.yml").write_text(re.sub(r"  afc:\n(    .*\n)+", "", fields))
    return catalogue.load(copy)


def _replace(path: Path, old: str, new: str) -> None:
    path.write_text(re.sub(old, new, path.read_text(), count=1))


def _patient(*cycles: dict[str, object]) -> dict[str, object]:
    told = [{"cycle_ref": f"c{number}", **cycle} for number, cycle in enumerate(cycles)]
    return {"patient_ref": "p", "female_birth_date": "1985-01-01", "consents": [], "cycles": told}


def _transfer(year: int, month: int = 3, **more: object) -> dict[str, object]:
    return {
        "treatment_type": "thaw",
        "cycle_start_date": f"{year}-{month:02}-01",
        "et_date": f"{year}-{month:02}-18",
        "embryos_transferred": 3,
        "clinical_pregnancy": "no",
        **more,
    }


def test_the_start_date_chooses(pair: Catalogue) -> None:
    assert list(pair.releases) == ["2026.1", "2027.1"]
    assert pair.for_date(date(2026, 12, 31)).version == "2026.1"
    assert pair.for_date(date(2027, 1, 1)).version == "2027.1"
    assert pair.for_date(date(2019, 1, 1)).version == "2026.1"
    assert pair.for_cycle({"cycle_start_date": "2027-05-05"}).version == "2027.1"
    assert pair.for_cycle({"cycle_start_date": "soon"}) is pair.current
    assert pair.for_cycle({}) is pair.current


def test_each_cycle_has_its_own_rules(pair: Catalogue) -> None:
    found = pair.check(_patient(_transfer(2026), _transfer(2027)), 4, centre_no=1, today=TODAY)
    assert [(finding.rule, finding.pointer) for finding in found] == [
        ("C10", "/patients/4/cycles/1/embryos_transferred")
    ]


def test_each_cycle_has_its_own_fields(pair: Catalogue) -> None:
    patient = _patient(_transfer(2027, embryos_transferred=1, afc=12), _transfer(2026, afc=12))
    found = pair.check(patient, 0, centre_no=1, today=TODAY)
    assert [(finding.rule, finding.pointer) for finding in found] == [("F02", "/patients/0/cycles/0/afc")]


def test_a_patient_is_judged_once(pair: Catalogue) -> None:
    patient = {**_patient(_transfer(2027, embryos_transferred=1), _transfer(2026)), "last_name": "Muster"}
    found = pair.check(patient, 0, centre_no=1, today=TODAY)
    assert [finding.rule for finding in found] == ["F03"]


def test_a_rule_shown_at_the_patient_belongs_to_its_cycle(pair: Catalogue) -> None:
    patient = _patient(_transfer(2027, embryos_transferred=1), _transfer(2026)) | {
        "female_birth_date": "2026-03-02"
    }
    found = pair.check(patient, 0, centre_no=1, today=TODAY)
    assert ("A01", "c1") in [(finding.rule, finding.cycle_ref) for finding in found]
    assert all(finding.pointer == "/patients/0/female_birth_date" for finding in found)


def test_the_header_names_a_known_release(pair: Catalogue) -> None:
    header = {"centre_no": 1, "source_system": {"product": "x", "version": "1"}}
    for version in pair.releases:
        assert pair.check_header({**header, "schema_version": version}, centre_no=1) == []
    unknown: list[object] = ["2025.1", 2026.1, ["2026.1"], None]
    for other in unknown:
        found = pair.check_header({**header, "schema_version": other}, centre_no=1)
        assert [finding.rule for finding in found] == ["F18"]


def test_two_releases_may_not_begin_together(copy: Path) -> None:
    copytree(copy / "2026.1", copy / "2026.2")
    _replace(copy / "2026.2/release.yml", "2026.1", "2026.2")
    with pytest.raises(CatalogueError, match="also the first day"):
        catalogue.load(copy)


def test_nonsense_is_refused_without_an_error(pair: Catalogue) -> None:
    nonsense: list[object] = [None, 7, [], {}, {"cycles": None}, {"cycles": [None, {"cycle_start_date": 5}]}]
    for raw in nonsense:
        assert pair.check(raw, 0, centre_no=1, today=TODAY)
