"""Nothing readable of a patient or a secret is in any file of the box, while open and when locked."""

import json
from pathlib import Path

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
