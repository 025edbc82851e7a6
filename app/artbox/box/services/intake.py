"""The door: an import document in, a report per record out."""

import hashlib
import threading
from typing import Any
from uuid import uuid4

from artbox.box.adapters.store import Store, StoreHandle
from artbox.box.domain import documents, reports
from artbox.box.domain.accounts import Token
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.imports import Arrival, ImportSummary
from artbox.box.errors import DocumentRefused, FindingUnknown, IdempotencyConflict, ReasonMissing
from artbox.box.services.clock import Clock
from artbox.box.services.judging import Judgement, judge
from artbox.catalogue import Catalogue, Release

REASON_MINIMUM = 3
REASON_MAXIMUM = 500


class Intake:
    """Checks, stores and reports; each patient stands or falls alone."""

    def __init__(self, handle: StoreHandle, catalogue: Catalogue, now: Clock) -> None:
        self._handle = handle
        self._catalogue = catalogue
        self._now = now
        self._taking = threading.Lock()

    def receive(
        self, document: bytes, *, token: Token, dry_run: bool = False, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Take one import document and return its report (architecture, section 5).

        Raise DocumentRefused, IdempotencyConflict or BoxLocked. A dry run leaves nothing in the store.
        """
        store = self._handle.store
        document_hash = hashlib.sha256(document).hexdigest()
        earlier = self._earlier(store, token, idempotency_key, document_hash)
        if earlier is not None:
            return earlier
        content = documents.read(document)
        release = self._release(content)
        judgement = self._judge(content, release, store.box().centre_no)
        arrival = Arrival(
            str(uuid4()), token.id, token.product, release.version, document_hash, idempotency_key
        )
        if dry_run:
            outcomes = [*store.imports.preview(arrival, judgement.accepted), *judgement.rejected]
            return reports.report(arrival.id, outcomes, judgement.findings, dry_run=True).document
        with self._taking:
            earlier = self._earlier(store, token, idempotency_key, document_hash)
            return earlier or self._take(store, arrival, judgement)

    def report(self, import_id: str) -> dict[str, Any] | None:
        """Return the stored report; None when there is none of this id."""
        return self._handle.store.imports.report(import_id)

    def recent(self, limit: int = 50) -> list[ImportSummary]:
        """Return the newest imports first."""
        return self._handle.store.imports.recent(limit)

    def confirm(self, finding_id: int, *, actor: str, reason: str) -> None:
        """Release a `weich` finding for export; raise FindingUnknown or ReasonMissing."""
        written = " ".join(reason.split())
        if not REASON_MINIMUM <= len(written) <= REASON_MAXIMUM:
            raise ReasonMissing(minimum=REASON_MINIMUM, maximum=REASON_MAXIMUM)
        entry = AuditEntry(AuditTag.FINDING_CONFIRMED, actor, {"finding_id": finding_id})
        if not self._handle.store.imports.confirm(finding_id, actor, written, entry):
            raise FindingUnknown

    def _release(self, content: dict[str, object]) -> Release:
        try:
            return self._catalogue.release(str(content.get("schema_version")))
        except KeyError as error:
            raise DocumentRefused(reason="release-unknown") from error

    def _judge(self, content: dict[str, object], release: Release, centre_no: int) -> Judgement:
        """Judge header and patients; a header that names no list of patients refuses the document."""
        header = release.check_header(content, centre_no=centre_no)
        patients = content.get("patients")
        if not isinstance(patients, list):
            raise DocumentRefused(reason="not-a-document")
        if len(patients) > release.definition.limits.patients:
            raise DocumentRefused(reason="too-many-patients")
        return judge(patients, release, header, centre_no, self._now().date())

    def _take(self, store: Store, arrival: Arrival, judgement: Judgement) -> dict[str, Any]:
        if judgement.turned_away:
            noted = AuditEntry(
                AuditTag.CYCLES_TURNED_AWAY,
                f"token:{arrival.token_id}",
                {"import_id": arrival.id, "count": len(judgement.turned_away)},
            )
            store.cases.turned_away(arrival.product, arrival.id, judgement.turned_away, noted)
        entry = AuditEntry(
            AuditTag.IMPORT_STORED,
            f"token:{arrival.token_id}",
            {
                "import_id": arrival.id,
                "accepted": len(judgement.accepted),
                "rejected": len(judgement.rejected),
            },
        )
        return store.imports.take(
            arrival,
            judgement.accepted,
            lambda outcomes: reports.report(
                arrival.id, [*outcomes, *judgement.rejected], judgement.findings, dry_run=False
            ),
            entry,
        ).document

    def _earlier(
        self, store: Store, token: Token, idempotency_key: str | None, document_hash: str
    ) -> dict[str, Any] | None:
        found = store.imports.earlier(token.id, idempotency_key) if idempotency_key else None
        if found is None:
            return None
        if found[0] != document_hash:
            raise IdempotencyConflict
        return found[1]
