"""The door: an import document in, a report per record out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from artbox.box.adapters.store import Store, StoreHandle
from artbox.box.domain import documents, limits
from artbox.box.domain.accounts import Token
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.imports import Arrival, Handover, ImportSummary, ReportHead
from artbox.box.errors import DocumentRefused, FindingUnknown, ReasonMissing
from artbox.box.services.clock import Clock
from artbox.box.services.importing import Accepted, DryRun, Import, Opened, Stored, actor
from artbox.box.services.judging import Judge
from artbox.catalogue import Catalogue, Release

REASON_MINIMUM = 3
REASON_MAXIMUM = 500

Json = Mapping[str, object]


class Intake:
    """Checks, stores and reports; each patient stands or falls alone."""

    def __init__(self, handle: StoreHandle, catalogue: Catalogue, now: Clock) -> None:
        self._handle = handle
        self._catalogue = catalogue
        self._now = now

    def receive(
        self, document: bytes, *, token: Token, dry_run: bool = False, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Take one import document and return its report (architecture, section 5).

        Raise DocumentRefused, IdempotencyConflict, ImportUnderWay or BoxLocked.
        """
        accepted = self.accept(document, Handover(token, dry_run, idempotency_key))
        return accepted.run() or self.report(accepted.id) or {}

    def accept(self, document: bytes, handover: Handover) -> Accepted:
        """Read one JSON document and begin its import; what is returned judges and stores it when it is run.

        Raise DocumentRefused, IdempotencyConflict, ImportUnderWay or BoxLocked; nothing has begun then.
        """
        _ = self._handle.store  # a locked box reads nothing
        document_hash = hashlib.sha256(document).hexdigest()
        earlier = self.earlier(handover)
        if earlier is not None:
            return Accepted(earlier.of(document_hash).id)
        content = documents.read(document)
        patients = self._patients(content)
        opened = self.open(content, handover, document_hash)
        if isinstance(opened, ReportHead):
            return Accepted(opened.of(document_hash).id)
        return Accepted(opened.id, opened, patients, document_hash)

    def open(self, header: Json, handover: Handover, document_hash: str | None = None) -> Opened | ReportHead:
        """Begin an import by its header; give the head of the earlier one if its key was used before.

        A header with findings rejects every patient; raise DocumentRefused for a release that is not known.
        """
        store = self._handle.store
        release = self._release(header)
        centre_no = store.box().centre_no
        found = release.check_header(header, centre_no=centre_no)
        judge = Judge(self._catalogue, found, centre_no=centre_no, today=self._now().date())
        token = handover.token
        arrival = Arrival(
            str(uuid4()), token.id, token.product, release.version, document_hash, handover.idempotency_key
        )
        if handover.dry_run:
            target = DryRun(store, arrival)
            return Opened(arrival.id, Import(judge, target), target, lambda: None)
        detail = {"import_id": arrival.id}
        begun = store.imports.begin(arrival, AuditEntry(AuditTag.IMPORT_BEGUN, actor(arrival), detail))
        if isinstance(begun, ReportHead):
            return begun
        return Opened(
            arrival.id, Import(judge, Stored(store, begun)), None, lambda: self._abort(store, arrival)
        )

    def earlier(self, handover: Handover) -> ReportHead | None:
        """Return the head of the import this token made under this key."""
        if handover.idempotency_key is None:
            return None
        return self._handle.store.imports.earlier(handover.token.id, handover.idempotency_key)

    def head(self, import_id: str) -> ReportHead | None:
        """Return a report without its results; None when there is none of this id."""
        return self._handle.store.imports.head(import_id)

    def results(self, import_id: str, first: int, limit: int) -> list[str]:
        """Return a stretch of a report's results as JSON texts, in request order."""
        return self._handle.store.imports.results(import_id, first, limit)

    def urgent_results(self, import_id: str, limit: int) -> list[dict[str, Any]]:
        """Return the results of a report that need work, then others, `limit` at most."""
        found = self._handle.store.imports.urgent_results(import_id, limit)
        return [json.loads(result) for result in found]

    def report(self, import_id: str) -> dict[str, Any] | None:
        """Return a stored report as a whole; None when there is none of this id."""
        head = self.head(import_id)
        if head is None:
            return None
        results = self.results(import_id, 0, head.summary["patients"])
        return {**head.as_dict(), "results": [json.loads(result) for result in results]}

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

    def _release(self, header: Json) -> Release:
        try:
            return self._catalogue.release(str(header.get("schema_version")))
        except KeyError as error:
            raise DocumentRefused(reason="release-unknown") from error

    def _patients(self, content: Json) -> Sequence[object]:
        """Return the patients of a whole document, within the limits."""
        release, patients = self._release(content), content.get("patients")
        if not isinstance(patients, list):
            raise DocumentRefused(reason="not-a-document")
        most = release.definition.limits.patients
        if len(patients) > most:
            raise limits.exceeded("too-many-patients", "patients", most)
        cycles = sum(_length(patient.get("cycles")) for patient in patients if isinstance(patient, dict))
        if cycles > limits.DOCUMENT_CYCLES:
            raise limits.exceeded("too-many-cycles", "cycles", limits.DOCUMENT_CYCLES)
        return patients

    @staticmethod
    def _abort(store: Store, arrival: Arrival) -> None:
        detail = {"import_id": arrival.id}
        store.imports.abort(arrival.id, AuditEntry(AuditTag.IMPORT_ABORTED, actor(arrival), detail))


def _length(listed: object) -> int:
    return len(listed) if isinstance(listed, list) else 0
