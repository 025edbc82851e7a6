"""NDJSON of any size: a header line, then patients, judged and stored while they come."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from artbox.box.domain import documents, limits
from artbox.box.domain.imports import Handover, ImportState, Json, ReportHead
from artbox.box.errors import DocumentRefused, ImportUnderWay
from artbox.box.services.importing import Opened
from artbox.box.services.intake import Intake


class Stream:
    """One body of NDJSON; holds one line and one portion of patients, never the document.

    Every step may raise DocumentRefused (with `import_id` when an import had begun), IdempotencyConflict,
    ImportUnderWay or BoxLocked; then only `abort` may follow.
    """

    def __init__(self, intake: Intake, handover: Handover) -> None:
        self._intake = intake
        self._handover = handover
        self._lines = documents.Lines()
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._opened: Opened | None = None
        earlier = intake.earlier(handover)
        self._earlier = _ended(earlier) if earlier else None

    def take(self, piece: bytes) -> None:
        """Take the next piece of the body, of any size."""
        self._digest.update(piece)
        self._bytes += len(piece)
        with self._named():
            if self._handover.dry_run and self._bytes > limits.DOCUMENT_BYTES:
                raise limits.exceeded("too-large", "document_bytes", limits.DOCUMENT_BYTES)
            self._objects(self._lines.feed(piece))

    def finish(self) -> tuple[str, dict[str, Any] | None]:
        """Take the end of the body; return the import's id, and the report of a dry run."""
        document_hash = self._digest.hexdigest()
        with self._named():
            self._objects(self._lines.end())
            if self._earlier is not None:
                return self._earlier.of(document_hash).id, None
            if self._opened is None:
                raise DocumentRefused(reason="not-a-document")
            self._opened.patients.finish(document_hash)
            dry_run = self._opened.dry_run
            return self._opened.id, dry_run.report if dry_run else None

    def abort(self) -> None:
        """End the import after an error; what was stored stays and is reported."""
        if self._opened is not None:
            self._opened.abort()

    def _objects(self, lines: Iterable[Json]) -> None:
        if self._earlier is not None:
            return  # of a body that was handed over before only the hash is needed
        for line in lines:
            if self._opened is not None:
                self._patient(self._opened, line)
            elif not self._header(line):
                return

    def _header(self, line: Json) -> bool:
        if "patients" in line:
            raise DocumentRefused(reason="not-a-document")
        opened = self._intake.open(line, self._handover)
        if isinstance(opened, ReportHead):
            self._earlier = _ended(opened)
            return False
        self._opened = opened
        return True

    def _patient(self, opened: Opened, line: Json) -> None:
        if opened.patients.count >= limits.STREAM_PATIENTS:
            raise limits.exceeded("too-many-patients", "patients", limits.STREAM_PATIENTS)
        opened.patients.take(line)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Say in a refusal which import had begun by then."""
        try:
            yield
        except DocumentRefused as error:
            if self._opened is not None and self._opened.dry_run is None:
                error.fields["import_id"] = self._opened.id
            raise


def _ended(head: ReportHead) -> ReportHead:
    if head.state is ImportState.RUNNING:
        raise ImportUnderWay(import_id=head.id)
    return head
