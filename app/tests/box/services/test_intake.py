"""The door: what an import creates, changes, leaves alone and rejects."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from artbox.box.application import Application
from artbox.box.errors import DocumentRefused, FindingUnknown, IdempotencyConflict, ReasonMissing
from artbox.catalogue.synthetic import documents, faulty
from tests.box.real_parts import Box, correct

Document = dict[str, Any]
Receive = Callable[..., dict[str, Any]]


@pytest.fixture
def document(box: Box) -> Document:
    """Three patients with at least one cycle each."""
    release = box.application.catalogue.current
    made: Document = next(documents(release, centre_no=box.centre_no, patients=3, seed=11))
    return copy.deepcopy(made)


@pytest.fixture
def receive(box: Box) -> Receive:
    def receive(document: Document, **options: Any) -> dict[str, Any]:
        encoded = json.dumps(document).encode()
        return box.application.intake.receive(encoded, token=box.token(), **options)

    return receive


def outcomes(report: dict[str, Any]) -> list[str]:
    return [result["outcome"] for result in report["results"]]


def test_a_first_import_creates(receive: Receive, document: Document, box: Box) -> None:
    report = receive(document)
    cycles = sum(len(patient["cycles"]) for patient in document["patients"])
    assert outcomes(report) == ["created"] * 3
    assert report["complete"] is True
    assert report["summary"] == {
        "patients": 3,
        "cycles": cycles,
        "created": cycles,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "with_findings": 0,
    }
    assert box.application.intake.report(report["id"]) == report
    assert [result["patient_ref"] for result in report["results"]] == [
        patient["patient_ref"] for patient in document["patients"]
    ]
    assert {cycle["revision"] for result in report["results"] for cycle in result["cycles"]} == {1}


def test_the_same_document_again_changes_nothing(receive: Receive, document: Document, box: Box) -> None:
    receive(document)
    before = box.contents()
    report = receive(json.loads(json.dumps(document, indent=3, sort_keys=True)))
    assert outcomes(report) == ["unchanged"] * 3
    assert report["complete"] is True
    assert box.contents() == before


def test_a_changed_cycle_makes_one_revision(receive: Receive, document: Document, box: Box) -> None:
    receive(document)
    changed = document["patients"][1]["cycles"][0]
    correct(changed)
    report = receive(document)
    assert outcomes(report) == ["unchanged", "updated", "unchanged"]
    assert report["results"][1]["cycles"][0] == {
        "cycle_ref": changed["cycle_ref"],
        "outcome": "updated",
        "revision": 2,
    }
    assert report["summary"]["updated"] == 1
    kept = box.query("SELECT count(*) FROM cycle_revisions")[0][0]
    assert kept == report["summary"]["cycles"] + 1


def test_the_first_receipt_of_a_cycle_stays(receive: Receive, document: Document, box: Box) -> None:
    receive(document)
    question = "SELECT ref, first_received_at FROM cycles ORDER BY ref"
    before = box.query(question)
    correct(document["patients"][0]["cycles"][0])
    receive(document)
    assert box.query(question) == before


def test_a_consent_alone_updates_the_patient_and_keeps_the_history(
    receive: Receive, document: Document, box: Box
) -> None:
    receive(document)
    document["patients"][0]["consents"] = [{"register": "DIR", "status": "objected", "date": "2026-01-05"}]
    report = receive(document)
    assert outcomes(report) == ["updated", "unchanged", "unchanged"]
    assert report["summary"]["updated"] == 0
    current = box.query("SELECT status FROM consents WHERE superseded_at IS NULL AND patient_id = 1")
    assert current == [("objected",)]
    assert len(box.query("SELECT 1 FROM consents WHERE patient_id = 1")) > 1


def test_a_part_of_the_cycles_removes_nothing(receive: Receive, document: Document, box: Box) -> None:
    first = receive(document)
    for patient in document["patients"]:
        patient["cycles"] = []
    assert outcomes(receive(document)) == ["unchanged"] * 3
    assert box.query("SELECT count(*) FROM cycles") == [(first["summary"]["cycles"],)]


def test_a_faulty_patient_is_rejected_alone(receive: Receive, document: Document, box: Box) -> None:
    document["patients"][1]["last_name"] = "Mustermann-Merkwort"
    report = receive(document)
    assert outcomes(report) == ["created", "rejected", "created"]
    assert report["complete"] is False
    rules = {finding["rule"] for finding in report["results"][1]["findings"]}
    assert rules
    assert "Mustermann-Merkwort" not in json.dumps(report)
    assert box.query("SELECT count(*) FROM patients") == [(2,)]


def test_anything_may_stand_in_the_place_of_a_patient(receive: Receive, document: Document, box: Box) -> None:
    document["patients"] = [None, 5, "x", [], {}, {"cycles": 7}, {"patient_ref": {"unknown": "refused"}}]
    report = receive(document)
    assert outcomes(report) == ["rejected"] * 7
    assert all(result["findings"] for result in report["results"])
    assert box.query("SELECT count(*) FROM patients") == [(0,)]


def test_another_centres_records_are_rejected(receive: Receive, document: Document, box: Box) -> None:
    document["centre_no"] = box.centre_no + 1
    report = receive(document)
    assert outcomes(report) == ["rejected"] * 3
    assert report["results"][0]["findings"][0]["pointer"] == "/centre_no"
    assert box.query("SELECT count(*) FROM patients") == [(0,)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schema_version": "1999.1"}, "release-unknown"),
        ({"schema_version": None}, "release-unknown"),
        ({"schema_version": {"a": []}}, "release-unknown"),
        ({"patients": {}}, "not-a-document"),
        ({"patients": None}, "not-a-document"),
    ],
)
def test_a_document_without_sense_is_refused(
    receive: Receive, document: Document, change: Document, reason: str
) -> None:
    with pytest.raises(DocumentRefused) as refused:
        receive(document | change)
    assert refused.value.fields["reason"] == reason


def test_a_dry_run_tells_the_same_and_stores_nothing(receive: Receive, document: Document, box: Box) -> None:
    box.token()
    before = box.contents() | {"audit": len(box.application.audit.recent(1000))}
    dry = receive(document, dry_run=True)
    assert box.contents() | {"audit": len(box.application.audit.recent(1000))} == before
    assert box.application.intake.report(dry["id"]) is None
    wet = receive(document)
    assert dry | {"id": "", "dry_run": False} == wet | {"id": ""}
    assert outcomes(receive(document, dry_run=True)) == ["unchanged"] * 3


def test_an_idempotency_key_answers_the_first_report(receive: Receive, document: Document, box: Box) -> None:
    first = receive(document, idempotency_key="abc")
    assert receive(document, idempotency_key="abc") == first
    assert len(box.application.intake.recent()) == 1
    document["patients"].pop()
    with pytest.raises(IdempotencyConflict):
        receive(document, idempotency_key="abc")
    other = box.application.intake.receive(
        json.dumps(document).encode(), token=box.token("Anderes Programm"), idempotency_key="abc"
    )
    assert other["id"] != first["id"]


def test_two_programs_patients_of_one_reference_stay_apart(
    receive: Receive, document: Document, box: Box
) -> None:
    receive(document)
    encoded = json.dumps(document).encode()
    report = box.application.intake.receive(encoded, token=box.token("Anderes Programm"))
    assert outcomes(report) == ["created"] * 3
    assert box.query("SELECT count(*) FROM patients") == [(6,)]


def test_the_list_of_imports_is_newest_first(receive: Receive, document: Document, box: Box) -> None:
    reports = [receive(document) for _ in range(3)]
    recent = box.application.intake.recent(2)
    assert [one.id for one in recent] == [reports[2]["id"], reports[1]["id"]]
    assert (recent[0].product, recent[0].patients) == ("Testprogramm", 3)
    assert recent[0].unchanged == reports[2]["summary"]["unchanged"]


def test_reports_survive_a_restart(
    receive: Receive, document: Document, reopened: Callable[[], Application]
) -> None:
    report = receive(document)
    assert reopened().intake.report(report["id"]) == report


def by_severity(box: Box, severity: str) -> Document:
    """Return a document that breaks one rule of this severity and would go to the D·I·R."""
    release = box.application.catalogue.current
    for made in faulty(release, centre_no=box.centre_no, seed=3):
        check = release.rules.get(made.rule)
        if check is not None and check.severity.value == severity and "DIR" in check.registers:
            return dict(made.document)
    raise AssertionError(f"no rule of severity {severity}")


def test_a_hard_finding_is_stored_and_holds_the_record_back(receive: Receive, box: Box) -> None:
    report = receive(by_severity(box, "hart"))
    severities = {f["severity"] for result in report["results"] for f in result["findings"]}
    assert "hart" in severities
    assert report["summary"]["with_findings"] >= 1
    assert "rejected" not in outcomes(report)
    assert box.application.delivery.held()["DIR"] >= 1
    held = box.application.delivery.held()["DIR"]
    assigned = box.query("SELECT count(*) FROM assignments WHERE register = 'DIR'")[0][0]
    assert box.application.delivery.waiting()["DIR"] == assigned - held


def test_a_soft_finding_waits_for_a_person_with_a_reason(receive: Receive, box: Box) -> None:
    intake, delivery = box.application.intake, box.application.delivery
    document = by_severity(box, "weich")
    receive(document)
    held = delivery.held()["DIR"]
    assert held >= 1
    ids = [row[0] for row in box.query("SELECT id FROM findings WHERE severity = 'weich'")]
    with pytest.raises(ReasonMissing):
        intake.confirm(ids[0], actor="Dr. Muster", reason=" ")
    for finding_id in ids:
        intake.confirm(finding_id, actor="Dr. Muster", reason="Angabe geprüft")
    assert delivery.held()["DIR"] == 0
    with pytest.raises(FindingUnknown):
        intake.confirm(ids[0], actor="Dr. Muster", reason="Angabe geprüft")
    receive(document)
    assert delivery.held()["DIR"] == 0
    for patient in document["patients"]:
        for cycle in patient["cycles"]:
            correct(cycle)
    receive(document)
    assert delivery.held()["DIR"] == held
