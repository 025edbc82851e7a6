"""Receipts: what the server signs for each package it has stored, and how anyone verifies it.

The signed bytes are canonical JSON; box and auditor keep exactly these bytes with the detached signature.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from artbox.wire import canonical, cms
from artbox.wire.certificates import is_receipts_certificate
from artbox.wire.errors import ReceiptRefused, SignatureRejected

MAX_RECEIPT_BYTES = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Receipt:
    """What the server certifies; `received_at` is UTC in whole seconds, `rejected` names refused records."""

    package_sha256: str
    register: str
    sequence: int
    received_at: datetime
    accepted: int
    rejected: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the bytes that are signed."""
        return canonical.encode(
            {
                "package_sha256": self.package_sha256,
                "register": self.register,
                "sequence": self.sequence,
                "received_at": self.received_at.astimezone(UTC).strftime(_TIME),
                "accepted": self.accepted,
                "rejected": list(self.rejected),
            }
        )

    @classmethod
    def from_bytes(cls, document: bytes) -> "Receipt":
        """Read a receipt's bytes (its signature is another matter). Errors: ReceiptRefused."""
        if len(document) > MAX_RECEIPT_BYTES:
            raise ReceiptRefused("larger than any receipt")
        try:
            members = canonical.decode(document)
            received_at = datetime.strptime(str(members["received_at"]), _TIME).replace(tzinfo=UTC)
            receipt = cls(
                package_sha256=_text(members["package_sha256"]),
                register=_text(members["register"]),
                sequence=_number(members["sequence"]),
                received_at=received_at,
                accepted=_number(members["accepted"]),
                rejected=_texts(members["rejected"]),
            )
        except (ValueError, KeyError) as error:
            raise ReceiptRefused("the receipt is malformed") from error
        if _SHA256.match(receipt.package_sha256) is None:
            raise ReceiptRefused("the receipt names no package hash")
        return receipt

    def is_for(self, package_sha256: str, register: str, sequence: int) -> bool:
        """Say whether this receipt certifies exactly this package."""
        return (self.package_sha256, self.register, self.sequence) == (package_sha256, register, sequence)


@dataclass(frozen=True)
class SignedReceipt:
    """The exact receipt bytes and their detached DER CMS signature, as they are kept and shown."""

    document: bytes
    signature: bytes

    def to_answer(self) -> dict[str, str]:
        """Return the members of the server's JSON answer."""
        return {
            "receipt": base64.b64encode(self.document).decode(),
            "signature": base64.b64encode(self.signature).decode(),
        }

    @classmethod
    def from_answer(cls, answer: object) -> "SignedReceipt":
        """Read the server's JSON answer. Errors: ReceiptRefused."""
        if not isinstance(answer, dict):
            raise ReceiptRefused("the answer is no JSON object")
        try:
            return cls(
                document=base64.b64decode(_text(answer.get("receipt")), validate=True),
                signature=base64.b64decode(_text(answer.get("signature")), validate=True),
            )
        except (ValueError, binascii.Error) as error:
            raise ReceiptRefused("the answer holds no receipt") from error


def sign_receipt(receipt: Receipt, certificate: Path, key: Path) -> SignedReceipt:
    """Sign a receipt with the server's receipts key. Errors: CmsFailed."""
    document = receipt.to_bytes()
    return SignedReceipt(document, cms.sign(document, certificate, key))


def verify_receipt(signed: SignedReceipt, ca_certificate: Path, *, at: datetime | None = None) -> Receipt:
    """Check signature, chain and the signer's name, and return what was signed.

    A box's certificate chains to the same CA, so the name decides who may certify. `at` is the time the
    chain is judged at (now when None). Errors: ReceiptRefused.
    """
    receipt = Receipt.from_bytes(signed.document)
    try:
        signer = cms.verify(signed.document, signed.signature, ca_certificate, at=at)
    except SignatureRejected as error:
        raise ReceiptRefused(error.detail) from error
    if not is_receipts_certificate(signer):
        raise ReceiptRefused("not signed by the server's receipts certificate")
    return receipt


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a whole number")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("not a list")
    return tuple(_text(item) for item in value)
