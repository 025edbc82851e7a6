"""Packages: kinds, consent changes, withdrawals, receipts, and what the network does to them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artbox.box.adapters.server_client import ServerClient, ServerTrouble
from artbox.box.application import Application
from artbox.box.domain.anonymity import Reason
from artbox.box.domain.deliveries import Delivered, Kind, PackageState
from artbox.box.errors import DeliveryFailed, NotEnrolled, PackageUnknown
from artbox.wire import cms
from artbox.wire.packages import Signer
from artbox.wire.receipts import SignedReceipt
from tests.box.real_parts import Box, correct, opened

Document = dict[str, Any]
Records = list[dict[str, Any]]


@pytest.fixture
def document(box: Box) -> Document:
    """Two patients of three cycles that go to the D·I·R; both consented."""
    return box.document(patients=2, cycles=3, status="given")


@pytest.fixture
def receive(box: Box) -> Callable[[Document], None]:
    def receive(document: Document) -> None:
        report = box.application.intake.receive(json.dumps(document).encode(), token=box.token())
        assert report["complete"], report

    return receive


@pytest.fixture
def read(box: Box, recipients: Path, tmp_path: Path) -> Callable[[Delivered], Records]:
    """Open a package as the register does."""
    return lambda package: opened(
        box.application.delivery.package_file(package.package_id), recipients, tmp_path
    )


def consent(document: Document, status: str, index: int = 0) -> Document:
    document["patients"][index]["consents"] = [{"register": "DIR", "status": status, "date": "2026-02-02"}]
    return document


def sequences(box: Box) -> list[int]:
    return [row.sequence for row in reversed(box.application.delivery.packages())]


def test_a_package_holds_one_kind(box: Box, receive: Any, read: Any, document: Document) -> None:
    receive(consent(document, "refused"))
    delivered = box.application.delivery.deliver("DIR")
    assert [(package.kind, package.count) for package in delivered] == [
        (Kind.ANONYMISED, 3),
        (Kind.PSEUDONYMISED, 3),
    ]
    anonymised, pseudonymised = map(read, delivered)
    assert all("pseudonym" not in record for record in anonymised)
    assert len({record["pseudonym"] for record in pseudonymised}) == 1
    keys = [record["record_key"] for record in anonymised + pseudonymised]
    assert len(set(keys)) == 6
    assert sequences(box) == [1, 2]


def test_a_new_revision_travels_under_the_same_key(
    box: Box, receive: Any, read: Any, document: Document
) -> None:
    receive(document)
    first = read(box.application.delivery.deliver("DIR")[0])
    correct(document["patients"][0]["cycles"][0])
    receive(document)
    (again,) = box.application.delivery.deliver("DIR")
    (record,) = read(again)
    assert record["version"] == 2
    before = {one["record_key"]: one for one in first}
    assert before[record["record_key"]]["pseudonym"] == record["pseudonym"]
    assert box.application.delivery.deliver("DIR") == []


def test_an_objection_withdraws_and_delivers_anew_without_a_link(
    box: Box, receive: Any, read: Any, document: Document
) -> None:
    receive(document)
    first = read(box.application.delivery.deliver("DIR")[0])
    receive(consent(document, "objected"))
    assert box.application.delivery.waiting()["DIR"] == 3
    assert box.application.delivery.retained()["DIR"] == {Reason.DELAY: 3}
    (withdrawal,) = box.application.delivery.deliver("DIR")
    (anonymised,) = box.application.delivery.deliver("DIR")
    assert (withdrawal.kind, withdrawal.count) == (Kind.WITHDRAWAL, 3)
    assert (anonymised.kind, anonymised.count) == (Kind.ANONYMISED, 3)
    withdrawn = read(withdrawal)
    assert all(set(record) == {"record_key", "pseudonym"} for record in withdrawn)
    known = {(record["record_key"], record["pseudonym"]) for record in first}
    assert {(record["record_key"], record["pseudonym"]) for record in withdrawn} <= known
    fresh = read(anonymised)
    assert {record["version"] for record in fresh} == {1}
    assert not {record["record_key"] for record in fresh} & {record["record_key"] for record in first}
    assert box.application.delivery.deliver("DIR") == []


def test_a_later_consent_works_the_other_way_round(
    box: Box, receive: Any, read: Any, document: Document
) -> None:
    receive(consent(document, "refused"))
    box.application.delivery.deliver("DIR")
    receive(consent(document, "given"))
    withdrawal, pseudonymised = box.application.delivery.deliver("DIR")
    assert all(set(record) == {"record_key"} for record in read(withdrawal))
    assert (pseudonymised.kind, pseudonymised.count) == (Kind.PSEUDONYMISED, 3)
    assert len({record["pseudonym"] for record in read(pseudonymised)}) == 1


def test_no_package_carries_what_the_registers_must_not_have(
    box: Box, receive: Any, read: Any, document: Document
) -> None:
    receive(consent(document, "refused", index=1))
    forbidden = {document["patients"][i]["patient_ref"] for i in (0, 1)}
    forbidden |= {patient["female_birth_date"] for patient in document["patients"]}
    forbidden |= {cycle["cycle_ref"] for patient in document["patients"] for cycle in patient["cycles"]}
    for package in box.application.delivery.deliver("DIR"):
        content = json.dumps(read(package))
        assert not [value for value in forbidden if value in content]


def test_an_unreachable_server_leaves_the_package_for_the_next_run(
    box: Box, receive: Any, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(document)

    def unreachable(*_: object) -> None:
        raise ServerTrouble("server-unreachable", reached=False)

    with monkeypatch.context() as broken:
        broken.setattr(ServerClient, "send_package", unreachable)
        for _ in range(2):
            with pytest.raises(DeliveryFailed) as failed:
                box.application.delivery.deliver()
            assert failed.value.fields["reason"] == "server-unreachable"
    (row,) = box.application.delivery.packages()
    assert (row.state, row.last_error) == (PackageState.PACKED, "server-unreachable")
    assert box.application.delivery.waiting()["DIR"] == row.count == 6
    (delivered,) = box.application.delivery.deliver()
    assert delivered.package_id == row.id
    assert box.application.delivery.package(row.id).last_error is None
    assert sequences(box) == [1]


def test_an_objection_stops_a_package_that_never_left(
    box: Box, receive: Any, read: Any, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(document)

    def unreachable(*_: object) -> None:
        raise ServerTrouble("server-unreachable", reached=False)

    with monkeypatch.context() as broken:
        broken.setattr(ServerClient, "send_package", unreachable)
        with pytest.raises(DeliveryFailed):
            box.application.delivery.deliver()
    receive(consent(document, "objected"))
    first, second = box.application.delivery.deliver()
    assert (first.kind, first.count) == (Kind.PSEUDONYMISED, 3)
    assert len(read(first)) == 3
    assert (second.kind, second.count) == (Kind.ANONYMISED, 3)
    assert sequences(box) == [1, 2]


def test_a_lost_answer_is_fetched_again_and_counts_once(
    box: Box, receive: Any, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(document)
    real = ServerClient.send_package

    def lost(client: ServerClient, package: Path, signer: Signer) -> Any:
        real(client, package, signer)
        raise ServerTrouble("server-unreachable", reached=True)

    with monkeypatch.context() as broken:
        broken.setattr(ServerClient, "send_package", lost)
        with pytest.raises(DeliveryFailed):
            box.application.delivery.deliver()
    receive(consent(document, "objected"))
    kinds = [package.kind for _ in range(2) for package in box.application.delivery.deliver()]
    assert kinds == [Kind.PSEUDONYMISED, Kind.WITHDRAWAL, Kind.ANONYMISED]
    assert sequences(box) == [1, 2, 3]
    stored = [path.name for path in box.server.stored()]
    assert sum(name.startswith(f"{box.centre_no:04d}-DIR-000001.") for name in stored) == 1


@pytest.mark.parametrize("forgery", ["other-package", "own-signature", "no-json", "changed"])
def test_a_receipt_that_is_not_genuine_does_not_count(
    box: Box, receive: Any, document: Document, monkeypatch: pytest.MonkeyPatch, forgery: str
) -> None:
    receive(document)
    real = ServerClient.send_package
    (genuine,) = box.application.delivery.deliver()
    earlier = box.application.delivery.receipt(genuine.package_id)
    assert earlier is not None
    correct(document["patients"][0]["cycles"][0])
    receive(document)

    def forge(client: ServerClient, package: Path, signer: Signer) -> Any:
        answer = SignedReceipt.from_answer(real(client, package, signer))
        changed = re.sub(rb'"accepted":\d+', b'"accepted":99', answer.document)
        return {
            "other-package": SignedReceipt(earlier.document, earlier.signature).to_answer(),
            "own-signature": SignedReceipt(
                answer.document, cms.sign(answer.document, signer.certificate, signer.key)
            ).to_answer(),
            "no-json": "receipt",
            "changed": SignedReceipt(changed, answer.signature).to_answer(),
        }[forgery]

    with monkeypatch.context() as broken:
        broken.setattr(ServerClient, "send_package", forge)
        with pytest.raises(DeliveryFailed) as failed:
            box.application.delivery.deliver()
    assert failed.value.fields["reason"] == "receipt-invalid"
    newest = box.application.delivery.packages()[0]
    assert (newest.state, newest.last_error) == (PackageState.SENT, "receipt-invalid")
    assert box.application.delivery.receipt(newest.id) is None
    (delivered,) = box.application.delivery.deliver()
    assert delivered.package_id == newest.id


def test_a_lost_file_is_written_again_if_it_never_left(
    box: Box, receive: Any, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(document)

    def unreachable(*_: object) -> None:
        raise ServerTrouble("server-unreachable", reached=False)

    with monkeypatch.context() as broken:
        broken.setattr(ServerClient, "send_package", unreachable)
        with pytest.raises(DeliveryFailed):
            box.application.delivery.deliver()
    (row,) = box.application.delivery.packages()
    box.application.delivery.package_file(row.id).write_bytes(b"damaged")
    (delivered,) = box.application.delivery.deliver()
    assert delivered.package_id == row.id
    box.application.delivery.package_file(row.id).unlink()
    with pytest.raises(PackageUnknown):
        box.application.delivery.package_file(row.id)
    with pytest.raises(PackageUnknown):
        box.application.delivery.package(99)


def test_registers_without_a_certificate_or_unknown(box: Box, receive: Any, document: Document) -> None:
    receive(document)
    for register, reason in {"DERI": "recipient-missing", "XYZ": "register-unknown"}.items():
        with pytest.raises(DeliveryFailed) as failed:
            box.application.delivery.deliver(register)
        assert failed.value.fields["reason"] == reason
    assert box.application.delivery.packages() == []


def test_a_box_without_a_certificate_delivers_nothing(box: Box) -> None:
    (box.settings.identity_dir / "centre.json").unlink()
    with pytest.raises(NotEnrolled):
        box.application.delivery.deliver()


def test_the_same_patient_keeps_the_pseudonym_over_a_restart(
    box: Box, receive: Any, read: Any, document: Document, reopened: Callable[[], Application]
) -> None:
    receive(document)
    first = read(box.application.delivery.deliver("DIR")[0])
    reopened()
    for patient in document["patients"]:
        for cycle in patient["cycles"]:
            correct(cycle)
    receive(document)
    again = read(box.application.delivery.deliver("DIR")[0])
    assert {record["pseudonym"] for record in again} == {record["pseudonym"] for record in first}


def test_interception_is_named(
    box: Box, receive: Any, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(document)

    def intercepted(*_: object) -> None:
        raise ServerTrouble("intercepted", reached=False, issuer="CN=Hospital Proxy")

    monkeypatch.setattr(ServerClient, "send_package", intercepted)
    with pytest.raises(DeliveryFailed) as failed:
        box.application.delivery.deliver()
    assert failed.value.fields["reason"] == "intercepted"
    assert failed.value.fields["issuer"] == "CN=Hospital Proxy"
