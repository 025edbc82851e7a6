"""Receipts: one byte form, verified by openssl and by us, and only the server may certify."""

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from artbox.wire.certificates import RECEIPTS_NAME
from artbox.wire.errors import ReceiptRefused
from artbox.wire.packages import Signer
from artbox.wire.receipts import Receipt, SignedReceipt, sign_receipt, verify_receipt

from .conftest import NOW, Authority

RECEIPT = Receipt("cd" * 32, "DIR", 7, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), 3, ("r1",))


@pytest.fixture(scope="module")
def server(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return authority.issue(RECEIPTS_NAME, tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="module")
def signed(server: Signer) -> SignedReceipt:
    return sign_receipt(RECEIPT, server.certificate, server.key)


def test_a_receipt_has_the_agreed_members() -> None:
    assert json.loads(RECEIPT.to_bytes()) == {
        "package_sha256": "cd" * 32,
        "register": "DIR",
        "sequence": 7,
        "received_at": "2026-01-02T03:04:05Z",
        "accepted": 3,
        "rejected": ["r1"],
    }


def test_a_receipt_is_verified_and_read(signed: SignedReceipt, authority: Authority) -> None:
    assert verify_receipt(signed, authority.path) == RECEIPT


def test_openssl_verifies_a_receipt(signed: SignedReceipt, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "receipt.json").write_bytes(signed.document)
    (tmp_path / "receipt.cms").write_bytes(signed.signature)
    command = ["/usr/bin/openssl", "cms", "-verify", "-binary", "-inform", "DER"]
    command += ["-in", str(tmp_path / "receipt.cms"), "-content", str(tmp_path / "receipt.json")]
    done = subprocess.run([*command, "-CAfile", str(authority.path)], check=True, capture_output=True)
    assert done.stdout == signed.document


def test_every_changed_byte_of_a_receipt_is_refused(signed: SignedReceipt, authority: Authority) -> None:
    for position in range(0, len(signed.document), 5):
        document = bytearray(signed.document)
        document[position] ^= 1
        with pytest.raises(ReceiptRefused):
            verify_receipt(replace(signed, document=bytes(document)), authority.path)


def test_a_box_cannot_certify(box: Signer, authority: Authority) -> None:
    forged = sign_receipt(RECEIPT, box.certificate, box.key)
    with pytest.raises(ReceiptRefused):
        verify_receipt(forged, authority.path)


def test_a_stranger_of_the_same_name_cannot_certify(
    stranger: Authority, authority: Authority, tmp_path: Path
) -> None:
    signer = stranger.issue(RECEIPTS_NAME, tmp_path)
    with pytest.raises(ReceiptRefused):
        verify_receipt(sign_receipt(RECEIPT, signer.certificate, signer.key), authority.path)


def test_an_old_receipt_is_verified_at_its_time(authority: Authority, tmp_path: Path) -> None:
    signer = authority.issue(RECEIPTS_NAME, tmp_path, until=NOW - timedelta(days=1))
    old = sign_receipt(RECEIPT, signer.certificate, signer.key)
    with pytest.raises(ReceiptRefused):
        verify_receipt(old, authority.path)
    assert verify_receipt(old, authority.path, at=NOW - timedelta(days=1, hours=5)) == RECEIPT


def test_a_receipt_says_which_package_it_is_for() -> None:
    assert RECEIPT.is_for("cd" * 32, "DIR", 7)
    assert not RECEIPT.is_for("ce" * 32, "DIR", 7)
    assert not RECEIPT.is_for("cd" * 32, "DERI", 7)
    assert not RECEIPT.is_for("cd" * 32, "DIR", 8)


def test_an_answer_carries_the_exact_bytes(signed: SignedReceipt) -> None:
    assert SignedReceipt.from_answer(json.loads(json.dumps(signed.to_answer()))) == signed


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, {"receipt": 1, "signature": 2}, {"receipt": "!", "signature": ""}, {"receipt": "YQ=="}],
)
def test_an_answer_without_receipt_is_refused(answer: object) -> None:
    with pytest.raises(ReceiptRefused):
        SignedReceipt.from_answer(answer)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("package_sha256", "x"),
        ("register", None),
        ("sequence", -1),
        ("sequence", True),
        ("received_at", "2026"),
        ("accepted", "3"),
        ("rejected", "r1"),
        ("rejected", [1]),
    ],
)
def test_a_receipt_with_a_wrong_member_is_refused(member: str, value: object) -> None:
    members = {**json.loads(RECEIPT.to_bytes()), member: value}
    with pytest.raises(ReceiptRefused):
        Receipt.from_bytes(json.dumps(members, sort_keys=True, separators=(",", ":")).encode())


def test_a_receipt_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ReceiptRefused):
        Receipt.from_bytes(b" " * (1024 * 1024 + 1))
