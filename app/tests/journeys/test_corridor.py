"""One record walks the whole corridor: capture program, check, store, consent, package, server, receipt.

The package at the server and the receipt are judged by openssl alone, and nothing readable stays behind.
"""

import json
import tempfile
from pathlib import Path

import pytest

from tests import markers, openssl
from tests.centre import Centre
from tests.journeys.conftest import Facts

pytestmark = pytest.mark.journey


def test_a_record_arrives_at_every_register_and_leaves_no_trace(fresh: Facts, tmp_path: Path) -> None:
    centre = Centre.of(fresh)
    centre.set_up(fresh["enrolment_code"])
    centre.sign_in()
    token = centre.make_token("Prüfprogramm")
    document = markers.marked_document(centre.centre_no)

    first = centre.hand_over(token, document)
    assert first.status_code == 200, first.text
    assert first.json()["summary"]["created"] == 1
    assert first.json()["complete"] is True
    again = centre.hand_over(token, document)
    assert again.json()["summary"]["unchanged"] == 1

    centre.deliver()
    numbers = centre.package_numbers()
    assert numbers
    for number in numbers:
        _check_package(centre, fresh, number, tmp_path)

    before = set(Path(tempfile.gettempdir()).iterdir())
    centre.lock()
    wanted = markers.patterns(token)
    assert markers.hunt_in_files([Path(fresh["directory"])], wanted) == []
    assert {path for path in before if path.is_file() and markers.hunt_in_files([path], wanted)} == set()

    centre.unlock()
    centre.sign_in()
    assert centre.package_numbers() == numbers


def _check_package(centre: Centre, facts: Facts, number: int, scratch: Path) -> None:
    package = centre.download(f"/exporte/{number}/paket")
    receipt = centre.download(f"/exporte/{number}/quittung")
    signature = centre.download(f"/exporte/{number}/quittung/signatur")
    ca_file = Path(facts["server_ca_file"])
    openssl.verify(receipt, signature, ca_file=ca_file, scratch=scratch)
    register = json.loads(receipt)["register"]
    recipients = Path(facts["recipients"])
    opened = openssl.open_package(
        package,
        ca_file=ca_file,
        certificate=recipients / f"{register}.crt",
        key=recipients / f"{register}.key",
        scratch=scratch,
    )
    assert opened.manifest["count"] == len(opened.records) > 0
    text = json.dumps(opened.records)
    for secret in (markers.PATIENT_REF, markers.CYCLE_REF, markers.BIRTH_DATE):
        assert secret not in text
    stored = list(Path(facts["server_settings"]).parent.glob(f"server/packages/*/{register}/*.tgz"))
    assert [path for path in stored if path.read_bytes() == package], "the server holds other bytes"


def test_patients_without_consent_leave_together_as_anonymous_records(fresh: Facts, tmp_path: Path) -> None:
    centre = Centre.of(fresh)
    centre.set_up(fresh["enrolment_code"])
    centre.sign_in()
    token = centre.make_token("Prüfprogramm")
    document = markers.marked_document(101, consent="refused")
    (patient,) = document["patients"]
    assert centre.hand_over(token, document).status_code == 200
    centre.deliver()
    assert centre.package_numbers() == [], "one alone would be recognised"
    others = [{**patient, "patient_ref": f"{patient['patient_ref']}{number}"} for number in range(4)]
    assert centre.hand_over(token, {**document, "patients": others}).status_code == 200
    centre.deliver()
    assert centre.package_numbers()
    recipients = Path(fresh["recipients"])
    for number in centre.package_numbers():
        opened = (
            openssl.open_package(
                centre.download(f"/exporte/{number}/paket"),
                ca_file=Path(fresh["server_ca_file"]),
                certificate=recipients / "DIR.crt",
                key=recipients / "DIR.key",
                scratch=tmp_path,
            )
            if json.loads(centre.download(f"/exporte/{number}/quittung"))["register"] == "DIR"
            else None
        )
        if opened is not None:
            assert opened.manifest["kind"] == "anonymised"
            assert len(opened.records) % 5 == 0
            for record in opened.records:
                assert "pseudonym" not in record
                assert isinstance(record["cycle"]["cycle_start_date"], int)
