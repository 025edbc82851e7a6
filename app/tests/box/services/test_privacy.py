"""Nothing readable of a patient or a secret is in any file of the box, while open and when locked."""

import json
from pathlib import Path

import pytest

from tests.box.real_parts import ADMINISTRATOR, MASTER_PASSWORD, PASSWORD, Box

MARKED_PATIENT = "Merkwort-Patientin-4711"
MARKED_CYCLE = "Merkwort-Zyklus-0815"


def marked(box: Box) -> bytes:
    document = box.document(patients=4, cycles=2, status="given")
    for number, patient in enumerate(document["patients"]):
        patient["patient_ref"] = f"{MARKED_PATIENT}-{number}"
        patient["cycles"][0]["cycle_ref"] = f"{MARKED_CYCLE}-{number}"
    document["patients"][1]["consents"] = []
    document["patients"][3]["last_name"] = "Merkwort-Name"
    return json.dumps(document).encode()


def test_no_file_of_the_box_holds_a_marked_word(box: Box, tmp_path: Path) -> None:
    document = marked(box)
    secret = box.application.tokens.create("Merkwort-Programm")
    token = box.application.tokens.verify(secret)
    assert token is not None
    box.application.intake.receive(document, token=token)
    box.application.delivery.deliver()
    birth_dates = [patient["female_birth_date"] for patient in json.loads(document)["patients"]]
    words = [MARKED_PATIENT, MARKED_CYCLE, "Merkwort-Name", "Merkwort-Programm", *birth_dates]
    words += [secret, MASTER_PASSWORD, PASSWORD, ADMINISTRATOR, "female_birth_date", "SQLite format"]
    keys = [bytes.fromhex(key) for key in box.keys.to_hex().values()]
    for _ in range(2):
        files = box.files()
        assert any(path.name == "artbox.db" for path in files)
        assert any(path.suffix == ".tgz" for path in files)
        for path, content in files.items():
            assert not [word for word in words if word.encode() in content], path
            assert not [key for key in keys if key in content or key.hex().encode() in content], path
        box.application.lifecycle.lock()


def test_no_word_of_a_patient_is_in_the_audit_log(box: Box) -> None:
    box.application.intake.receive(marked(box), token=box.token())
    box.application.delivery.deliver()
    assert "Merkwort" not in repr(box.application.audit.recent(1000))


def test_what_is_logged_as_a_repr_shows_nothing(box: Box) -> None:
    box.application.intake.receive(marked(box), token=box.token())
    box.application.delivery.deliver()
    store = box.application._handle.store
    shown = repr((store.box(), store.packages.records(1), box.keys, box.application.setup.draft))
    shown += repr(store.accounts.named(ADMINISTRATOR))
    assert "Merkwort" not in shown
    assert "argon2id" not in shown
    assert store.box().pseudonym_key.hex() not in shown


def test_a_reference_that_tells_a_person_is_neither_stored_nor_repeated_nor_logged(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    document = box.document(patients=2, cycles=1, status="given")
    told = ("A123456780", "Merkwort_Anna_19880501")
    document["patients"][0] |= {"patient_ref": told[0], "shoe_size": told[1]}
    document["patients"][0]["cycles"][0]["cycle_ref"] = told[1]
    report = box.application.intake.receive(json.dumps(document).encode(), token=box.token())
    assert [result["outcome"] for result in report["results"]] == ["rejected", "created"]
    assert report["results"][0]["patient_ref"] is None
    assert report["results"][0]["cycles"] == [{"cycle_ref": None, "outcome": "rejected", "revision": None}]
    tables = [name for (name,) in box.query("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    stored = repr([box.query(f"SELECT * FROM {table}") for table in tables])  # noqa: S608 - own names
    assert "imports" in tables
    for word in told:
        assert word not in json.dumps(report) + stored + caplog.text
