"""Keeping the ledger: enter what happened, have its head stamped, and hand it out."""

import base64
import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from artbox.box.adapters.store import Store, StoreHandle
from artbox.box.adapters.timestamp_client import TimestampClient
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.ledger import DISCLOSED, Entry, EntryKind, Fact, Timestamp, first_broken
from artbox.box.domain.schedule import is_due
from artbox.box.errors import TimestampFailed
from artbox.box.services.clock import Clock
from artbox.box.settings import TimestampAuthority
from artbox.wire.errors import TimestampRefused
from artbox.wire.timestamps import new_request, verify_reply

ACTOR = "ledger"
TURN = "time-stamp"
OVERDUE = timedelta(hours=48)
"""After so long without a token the page warns."""
log = logging.getLogger(__name__)


class Ledger:
    """Enters imports, exports and receipts; needs no authority to do so, only to have its head stamped."""

    def __init__(
        self,
        handle: StoreHandle,
        client: TimestampClient,
        authorities: Sequence[TimestampAuthority],
        now: Clock,
    ) -> None:
        self._handle = handle
        self._client = client
        self._authorities = authorities
        self._now = now
        self._stamping = threading.Lock()

    def update(self) -> None:
        """Enter everything that is not entered yet, and forget what objections ask to forget."""
        store = self._handle.store
        for found in (_records, _packages, _receipts):
            _enter(store, found)
        if store.ledger.has_objected():
            store.ledger.forget_objected(AuditEntry(AuditTag.LEDGER_FORGOTTEN, ACTOR))

    def stamp(self) -> Timestamp:
        """Update and have the head stamped by the first authority that can; raise TimestampFailed."""
        store = self._handle.store
        with self._stamping:
            self.update()
            audit = store.ledger.audit_head()
            if audit is not None:
                fact = Fact.of(EntryKind.AUDIT, f"audit:{audit[0]}", sequence=audit[0], hash=audit[1])
                store.ledger.enter([fact], AuditEntry(AuditTag.LEDGER_EXTENDED, ACTOR, {"count": 1}))
            head = store.ledger.head()
            if head is None:
                raise TimestampFailed(reason="nothing-to-stamp")
            try:
                stamped = self._stamped(head)
            except TimestampFailed:
                store.turns.failed(TURN, AuditEntry(AuditTag.TIMESTAMP_FAILED, ACTOR))
                raise
            digest = hashlib.sha256(stamped.reply).hexdigest()
            fact = Fact.of(
                EntryKind.TIMESTAMP,
                f"timestamp:{stamped.sequence}",
                stamps=stamped.sequence,
                token_sha256=digest,
                authority=stamped.authority,
                time=stamped.stamped_at.isoformat(),
            )
            entry = AuditEntry(AuditTag.TIMESTAMP_TAKEN, ACTOR, {"sequence": stamped.sequence})
            store.ledger.stamped(stamped, fact, entry)
            store.turns.succeeded(TURN, AuditEntry(AuditTag.TURN_FINISHED, ACTOR))
            return stamped

    def stamp_if_due(self, *, delivered: bool) -> None:
        """Stamp daily and after a delivery, with growing pauses after failures; a failure is only noted."""
        turn = self._handle.store.turns.all().get(TURN)
        fresh = delivered and not (turn and turn.failures)
        if self._authorities and (fresh or is_due(turn, self._now())):
            try:
                self.stamp()
            except TimestampFailed as failure:
                log.warning("no time stamp: %s", failure)

    def last_timestamp(self) -> Timestamp | None:
        """Return the newest token."""
        return self._handle.store.ledger.last_timestamp()

    def head(self) -> Entry | None:
        """Return the last entry."""
        return self._handle.store.ledger.head()

    def is_overdue(self) -> bool:
        """Say whether there are entries, and for more than 48 hours no token over any of them."""
        last, head = self.last_timestamp(), self.head()
        return head is not None and (last is None or self._now() - last.stamped_at > OVERDUE)

    @property
    def is_stamped(self) -> bool:
        """Say whether the box has an authority to ask."""
        return bool(self._authorities)

    def first_broken(self) -> int | None:
        """Return the sequence of the first entry that does not fit the chain; None when all fit."""
        return first_broken(entry for entry, _, _ in self._handle.store.ledger.entries())

    def export(self, *, with_audit: bool = False) -> Iterator[dict[str, Any]]:
        """Yield `{"entry": …}` for each link, then `{"timestamp": …}` and `{"receipt": …}`, ready for JSON.

        Salt and text come with links that hold nothing of a patient; bytes in base 64. The audit log names
        the centre's staff and is added only on demand, as `{"audit": …}`.
        """
        view = self._handle.store.ledger
        log = list(view.audit_rows()) if with_audit else []
        receipts, stamps = list(view.receipts()), list(view.timestamps())
        for entry, salt, document in view.entries():
            opening = {"salt": salt, "document": document} if entry.kind in DISCLOSED else {}
            yield {"entry": {**asdict(entry), **opening}}
        for stamp in stamps:
            tokens = {"request": _text(stamp.request), "reply": _text(stamp.reply), "chain": stamp.chain}
            yield {"timestamp": {"sequence": stamp.sequence, "authority": stamp.authority, **tokens}}
        for package, receipt, signature in receipts:
            signed = {"document": _text(receipt), "signature": _text(signature)}
            yield {"receipt": {"package": package, **signed}}
        for row in log:
            yield {"audit": row}

    def _stamped(self, head: Entry) -> Timestamp:
        for authority in self._authorities:
            try:
                chain, request = self._client.chain(authority), new_request(head.hash)
                reply = self._client.ask(authority, request)
                at = verify_reply(request, reply, chain)
            except TimestampRefused as error:
                log.warning("time stamp refused: %s: %s", authority.name, error)
            else:
                return Timestamp(head.sequence, authority.name, request, reply, chain, at)
        raise TimestampFailed(reason="no-authority" if not self._authorities else "none-answered")


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _enter(store: Store, found: Callable[[Store], list[Fact]]) -> None:
    while facts := found(store):
        store.ledger.enter(facts, AuditEntry(AuditTag.LEDGER_EXTENDED, ACTOR, {"count": len(facts)}))


def _records(store: Store) -> list[Fact]:
    return [
        Fact.of(
            EntryKind.RECORD,
            f"record:{cycle_id}:{revision}",
            cycle=cycle_id,
            revision=revision,
            received_at=received_at,
            content_sha256=content_hash,
        )
        for cycle_id, revision, received_at, content_hash in store.ledger.unentered()
    ]


def _packages(store: Store) -> list[Fact]:
    return [
        Fact.of(EntryKind.PACKAGE, f"package:{package_id}:{sha256}", name=name, form=kind, sha256=sha256)
        for package_id, name, kind, sha256 in store.ledger.unentered_packages()
    ]


def _receipts(store: Store) -> list[Fact]:
    return [
        Fact.of(
            EntryKind.RECEIPT,
            f"receipt:{package_id}",
            package=name,
            receipt_sha256=hashlib.sha256(document).hexdigest(),
        )
        for package_id, name, document in store.ledger.unentered_receipts()
    ]
