"""Sending one package to the server and judging the receipt that comes back."""

import json
from pathlib import Path

from artbox.box.adapters.identity import Identity
from artbox.box.adapters.server_client import ServerClient, ServerTrouble
from artbox.box.adapters.store import Store
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.deliveries import PackageRow, ReceiptRow
from artbox.box.errors import DeliveryFailed
from artbox.box.services.packing import ACTOR
from artbox.wire.errors import WireError
from artbox.wire.receipts import SignedReceipt, verify_receipt


class Sending:
    """Hands over a finished file; counts on nothing but a verified receipt."""

    def __init__(self, client: ServerClient, identity: Identity, ca_certificate: Path) -> None:
        self._client = client
        self._identity = identity
        self._ca_certificate = ca_certificate

    @property
    def is_possible(self) -> bool:
        """Say whether the box has the certificate it needs."""
        return self._identity.status() is not None

    def send(self, store: Store, row: PackageRow, path: Path) -> None:
        """Send the package and keep its verified receipt; raise DeliveryFailed, noted at the package."""
        try:
            receipt = self._verified(row, self._exchanged(store, row, path))
        except DeliveryFailed as failure:
            note_failure(store, row, failure)
            raise
        store.packages.receipted(receipt, _entry(AuditTag.PACKAGE_RECEIPTED, row))

    def take(self, store: Store, row: PackageRow, answer: str, actor: str) -> None:
        """Keep a receipt that came by hand as the server's JSON answer; raise DeliveryFailed."""
        try:
            signed = SignedReceipt.from_answer(json.loads(answer))
        except (WireError, ValueError, RecursionError) as error:
            raise _invalid(row) from error
        receipt = self._verified(row, signed)
        store.packages.receipted(receipt, AuditEntry(AuditTag.RECEIPT_TAKEN, actor, {"package_id": row.id}))

    def _exchanged(self, store: Store, row: PackageRow, path: Path) -> SignedReceipt:
        first = not store.packages.attempted(row.id)
        store.packages.attempting(row.id, _entry(AuditTag.PACKAGE_ATTEMPTED, row))
        try:
            answer = self._client.send_package(path, self._identity.signer)
        except ServerTrouble as trouble:
            if first and not trouble.reached:
                store.packages.never_left(row.id, _entry(AuditTag.PACKAGE_NEVER_LEFT, row))
            raise _failure(row, trouble) from trouble
        store.packages.sent(row.id, _entry(AuditTag.PACKAGE_SENT, row))
        try:
            return SignedReceipt.from_answer(answer)
        except WireError as error:
            raise _invalid(row) from error

    def _verified(self, row: PackageRow, signed: SignedReceipt) -> ReceiptRow:
        try:
            receipt = verify_receipt(signed, self._ca_certificate)
        except WireError as error:
            raise _invalid(row) from error
        if row.sha256 is None or not receipt.is_for(row.sha256, row.register, row.sequence):
            raise _invalid(row)
        return ReceiptRow(
            row.id,
            row.register,
            row.sequence,
            receipt.received_at,
            receipt.accepted,
            len(receipt.rejected),
            signed.document,
            signed.signature,
            receipt.rejected,
        )


def note_failure(store: Store, row: PackageRow, failure: DeliveryFailed) -> None:
    """Keep the reason of a failure at the package, for the pages and the log."""
    reason = str(failure.fields["reason"])
    entry = AuditEntry(AuditTag.PACKAGE_FAILED, ACTOR, {"package_id": row.id, "reason": reason})
    store.packages.failed(row.id, reason, entry)


def _entry(tag: AuditTag, row: PackageRow) -> AuditEntry:
    return AuditEntry(tag, ACTOR, {"package_id": row.id})


def _failure(row: PackageRow, trouble: ServerTrouble) -> DeliveryFailed:
    details = {"issuer": trouble.issuer, "problem": trouble.problem, "status": trouble.status}
    known = {name: value for name, value in details.items() if value is not None}
    return DeliveryFailed(reason=trouble.reason, register=row.register, package=row.name, **known)


def _invalid(row: PackageRow) -> DeliveryFailed:
    return DeliveryFailed(reason="receipt-invalid", register=row.register, package=row.name)
