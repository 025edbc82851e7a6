"""Two releases side by side: each cycle is judged, stored and assigned by the one valid at its start."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from artbox import catalogue
from artbox.catalogue.loading import SHIPPED
from tests.box.real_parts import Box

Receive = Callable[[dict[str, Any]], dict[str, Any]]


def replace(path: Path, old: str, new: str) -> None:
    content = path.read_text()
    assert re.search(old, content)
    path.write_text(re.sub(old, new, content, count=1))


@pytest.fixture
def receive(box: Box, tmp_path: Path) -> Receive:
    """Hand over to a box that has the shipped release and a later one, in force since 2026-03-01.

    The later one allows two embryos where the first allows three, and knows no field `afc`.
    """
    directory = tmp_path / "definitions"
    (first,) = [path.name for path in SHIPPED.iterdir() if path.is_dir()]
    copytree(SHIPPED, directory)
    later = Path(copytree(directory / first, directory / "2026.2"))
    replace(later / "release.yml", re.escape(first), "2026.2")
    replace(later / "release.yml", "valid_from: 2026-01-01", "valid_from: 2026-03-01")
    replace(later / "rules.yml", "embryos_transferred <= 3", "embryos_transferred <= 2")
    replace(later / "rules.yml", "sound: (.*)embryos_transferred: 3}", r"sound: \1embryos_transferred: 2}")
    replace(later / "fields.yml", r"  afc:\n(    .*\n)+", "")
    box.application.intake._catalogue = catalogue.load(directory)
    box.clock.advance(datetime(2026, 8, 1, tzinfo=UTC) - box.clock())

    def hand_over(document: dict[str, Any]) -> dict[str, Any]:
        return box.application.intake.receive(json.dumps(document).encode(), token=box.token())

    return hand_over


def document(box: Box, schema_version: str, *cycles: dict[str, Any]) -> dict[str, Any]:
    patient = {"patient_ref": "p", "female_birth_date": "1985-01-01", "consents": [], "cycles": list(cycles)}
    return {
        "schema_version": schema_version,
        "centre_no": box.centre_no,
        "source_system": {"product": "x", "version": "1"},
        "patients": [patient],
    }


def transfer(reference: str, month: int, **more: object) -> dict[str, Any]:
    return {
        "cycle_ref": reference,
        "treatment_type": "thaw",
        "cycle_start_date": f"2026-{month:02}-01",
        "et_date": f"2026-{month:02}-18",
        "embryos_transferred": 3,
        "clinical_pregnancy": "no",
        **more,
    }


@pytest.mark.parametrize("schema_version", ["2026.1", "2026.2"])
def test_the_start_of_a_cycle_chooses_its_rules_whatever_the_document_names(
    box: Box, receive: Receive, schema_version: str
) -> None:
    report = receive(document(box, schema_version, transfer("old", 2), transfer("new", 4)))
    assert report["results"][0]["outcome"] == "created"
    found = [(finding["rule"], finding["cycle_ref"]) for finding in report["results"][0]["findings"]]
    assert found == [("C10", "new")]
    stored = box.query("SELECT rule, ref FROM findings f JOIN cycles c ON c.id = f.cycle_id")
    assert stored == [("C10", "new")]


def test_each_revision_names_the_release_that_judged_it(box: Box, receive: Receive) -> None:
    receive(document(box, "2026.1", transfer("old", 2), transfer("new", 4, embryos_transferred=2)))
    stored = box.query("SELECT release FROM cycle_revisions ORDER BY release")
    assert stored == [("2026.1",), ("2026.2",)]
    assert box.query("SELECT ref, release FROM cycles ORDER BY ref") == [("new", "2026.2"), ("old", "2026.1")]
    assert box.query("SELECT release FROM patient_revisions") == [("2026.2",)]
    assert box.query("SELECT release FROM imports") == [("2026.1",)]


def test_a_field_only_the_older_release_knows_belongs_to_older_cycles(box: Box, receive: Receive) -> None:
    report = receive(document(box, "2026.2", transfer("old", 2, afc=12)))
    assert report["results"][0]["outcome"] == "created"
    report = receive(document(box, "2026.1", transfer("new", 4, embryos_transferred=2, afc=12)))
    assert report["results"][0]["outcome"] == "rejected"
    assert [finding["field"] for finding in report["results"][0]["findings"]] == ["afc"]


def test_a_corrected_start_moves_a_cycle_to_the_other_release(box: Box, receive: Receive) -> None:
    receive(document(box, "2026.2", transfer("c", 4)))
    receive(document(box, "2026.2", transfer("c", 2)))
    assert box.query("SELECT revision, release FROM cycle_revisions ORDER BY 1") == [
        (1, "2026.2"),
        (2, "2026.1"),
    ]
    assert box.query("SELECT rule FROM findings WHERE superseded_at IS NULL") == []


def test_the_document_names_a_release_the_box_knows(box: Box, receive: Receive) -> None:
    report = receive({**document(box, "2026.2", transfer("c", 2)), "centre_no": "x"})
    assert report["results"][0]["outcome"] == "rejected"
    assert report["results"][0]["findings"][0]["pointer"] == "/centre_no"
