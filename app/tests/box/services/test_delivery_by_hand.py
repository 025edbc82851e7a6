"""Deliveries beside the ordinary way: carried by hand, refused in part, and by themselves in their turn."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from artbox.box.adapters.identity import Identity
from artbox.box.adapters.server_client import ServerClient, ServerTrouble
from artbox.box.domain.deliveries import Kind, PackageState
from artbox.box.domain.worklist import REJECTED_RULE, Wanted
from artbox.box.errors import DeliveryFailed, PackageUnknown
from artbox.server import cli
from artbox.wire import cms
from artbox.wire.packages import Signer
from artbox.wire.receipts import Receipt, SignedReceipt, sign_receipt
from tests.box.real_parts import Box, correct, opened

ACTOR = "Dr. Muster"


def receive(box: Box, document: dict[str, Any]) -> None:
    assert box.application.intake.receive(json.dumps(document).encode(), token=box.token())["complete"]


def unreachable(*_: object) -> None:
    raise ServerTrouble("server-unreachable", reached=False)


@pytest.fixture
def offline(box: Box, monkeypatch: pytest.MonkeyPatch) -> int:
    """The package of a box that reaches no server: made, and waiting."""
    receive(box, box.document(patients=2, cycles=2, status="given"))
    monkeypatch.setattr(ServerClient, "send_package", unreachable)
    with pytest.raises(DeliveryFailed):
        box.application.delivery.deliver("DIR")
    (row,) = box.application.delivery.packages()
    return row.id


@pytest.fixture
def carried(box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], str]:
    """Carry a package to the server's operator and bring back the receipt."""

    def carry(package: Path) -> str:
        settings = tmp_path / "server.yml"
        settings.write_text(
            f"data_dir: {box.server.settings.data_dir}\ndatabase_url: {box.server.settings.database_url}\n"
        )
        monkeypatch.setenv("ARTBOX_SERVER_SETTINGS", str(settings))
        receipt = tmp_path / "receipt.json"
        assert cli.main(["package", "take", str(package), "--receipt", str(receipt)]) == 0
        return receipt.read_text()

    return carry


def test_a_package_and_its_receipt_can_be_carried_by_hand(
    box: Box, offline: int, carried: Callable[[Path], str]
) -> None:
    delivery = box.application.delivery
    receipt = carried(delivery.hand_out(offline, ACTOR))
    delivery.take_receipt(offline, receipt, ACTOR)
    row = delivery.package(offline)
    assert row.state is PackageState.RECEIPTED
    assert row.sent_at is not None
    kept = delivery.receipt(offline)
    assert kept is not None
    assert (kept.accepted, kept.rejected) == (4, 0)
    delivery.take_receipt(offline, receipt, ACTOR)
    assert delivery.waiting()["DIR"] == 0
    assert box.application.audit.verify() is None


def test_carried_and_then_sent_it_is_stored_once(
    box: Box, offline: int, carried: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    carried(box.application.delivery.hand_out(offline, ACTOR))
    monkeypatch.undo()
    (delivered,) = box.application.delivery.deliver("DIR")
    assert delivered.package_id == offline
    stored = [path for path in box.server.stored() if path.name.startswith(f"{box.centre_no:04d}-DIR-")]
    assert len(stored) == 1


def test_a_package_handed_out_counts_as_having_left(
    box: Box, offline: int, recipients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = box.document(patients=2, cycles=2, status="objected")
    receive(box, document)
    first = box.application.delivery.hand_out(offline, ACTOR)
    assert opened(first, recipients, tmp_path) == [], "the objection is minded before it leaves"
    before = first.read_bytes()
    receive(box, box.document(patients=2, cycles=2, status="given"))
    monkeypatch.undo()
    kinds = [package.kind for package in box.application.delivery.deliver("DIR")]
    assert kinds == [Kind.PSEUDONYMISED, Kind.PSEUDONYMISED]
    assert box.application.delivery.package_file(offline).read_bytes() == before


@pytest.mark.parametrize("forgery", ["empty", "no-json", "list", "changed", "own-signature", "other-package"])
def test_only_the_genuine_receipt_is_taken(
    box: Box, offline: int, carried: Callable[[Path], str], forgery: str
) -> None:
    delivery = box.application.delivery
    genuine = SignedReceipt.from_answer(json.loads(carried(delivery.hand_out(offline, ACTOR))))
    authority = box.server.application.authority
    signer = Identity(box.settings.identity_dir).signer
    row = delivery.package(offline)
    other = Receipt("0" * 64, "DIR", row.sequence, row.created_at, 4)
    forgeries: dict[str, str | SignedReceipt] = {
        "empty": "",
        "no-json": "receipt",
        "list": "[]",
        "changed": SignedReceipt(
            genuine.document.replace(b'"accepted":4', b'"accepted":5'), genuine.signature
        ),
        "own-signature": SignedReceipt(
            genuine.document, cms.sign(genuine.document, signer.certificate, signer.key)
        ),
        "other-package": sign_receipt(other, authority.receipts_certificate, authority.receipts_key),
    }
    forged = forgeries[forgery]
    answer = forged if isinstance(forged, str) else json.dumps(forged.to_answer())
    with pytest.raises(DeliveryFailed) as failed:
        delivery.take_receipt(offline, answer, ACTOR)
    assert failed.value.fields["reason"] == "receipt-invalid"
    assert delivery.receipt(offline) is None
    assert delivery.package(offline).state is PackageState.PACKED


def test_there_is_no_receipt_for_an_unknown_package(box: Box) -> None:
    with pytest.raises(PackageUnknown):
        box.application.delivery.take_receipt(99, "{}", ACTOR)


def test_what_the_register_refused_is_on_the_work_list_until_it_is_corrected(
    box: Box, recipients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = box.document(patients=2, cycles=2, status="given")
    receive(box, document)
    with monkeypatch.context() as refusing:
        _refuse_one(box, refusing, recipients, tmp_path)
        (delivered,) = box.application.delivery.deliver("DIR")
    receipt = box.application.delivery.receipt(delivered.package_id)
    assert receipt is not None
    assert (receipt.accepted, receipt.rejected) == (3, 1)
    (finding,) = box.application.corrections.all(Wanted(rule=REJECTED_RULE))
    assert finding.row.registers == ("DIR",)
    assert "abgelehnt" in finding.message.de
    receive(box, document)
    assert len(box.application.corrections.all(Wanted(rule=REJECTED_RULE))) == 1, "nothing has changed"
    assert box.application.delivery.deliver("DIR") == []
    for patient in document["patients"]:
        for cycle in patient["cycles"]:
            if cycle["cycle_ref"] == finding.row.cycle_ref:
                correct(cycle)
    receive(box, document)
    assert box.application.corrections.all(Wanted(rule=REJECTED_RULE)) == ()
    (again,) = box.application.delivery.deliver("DIR")
    assert again.count == 1


def _refuse_one(box: Box, monkeypatch: pytest.MonkeyPatch, recipients: Path, directory: Path) -> None:
    """Let the server's signed receipt refuse one record."""
    real, authority = ServerClient.send_package, box.server.application.authority

    def refusing(client: ServerClient, package: Path, signer: Signer) -> Any:
        receipt = Receipt.from_bytes(SignedReceipt.from_answer(real(client, package, signer)).document)
        key = opened(package, recipients, directory)[0]["record_key"]
        strict = Receipt(receipt.package_sha256, "DIR", receipt.sequence, receipt.received_at, 3, (key,))
        return sign_receipt(strict, authority.receipts_certificate, authority.receipts_key).to_answer()

    monkeypatch.setattr(ServerClient, "send_package", refusing)


def test_the_turn_comes_daily_and_after_failures_with_growing_pauses(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = box.document(patients=1, cycles=2, status="given")
    receive(box, document)
    delivery = box.application.delivery
    assert len(delivery.deliver_due()) == 1
    correct(document["patients"][0]["cycles"][0])
    receive(box, document)
    assert delivery.deliver_due() == [], "today it had its turn"
    box.clock.advance(timedelta(days=1))
    with monkeypatch.context() as broken:
        broken.setattr(ServerClient, "send_package", unreachable)
        for minutes in (0, 15, 30):
            box.clock.advance(timedelta(minutes=minutes))
            with pytest.raises(DeliveryFailed):
                delivery.deliver_due()
            assert delivery.deliver_due() == [], "the pause has begun"
    box.clock.advance(timedelta(minutes=60))
    assert len(delivery.deliver_due()) == 1
