"""One import under way: its patients are judged as they come and stored portion by portion.

A portion is one transaction, so that an import of any size holds little in memory, locks nobody out for long,
and leaves each patient wholly old or wholly new wherever it breaks off.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from artbox.box.adapters.store import Store
from artbox.box.adapters.store.imports import Begun
from artbox.box.domain import reports
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.imports import Arrival, ImportState, Judgement, Outcome, Portion, ReportHead
from artbox.box.errors import BoxLocked
from artbox.box.services.judging import Judge

PORTION = 1000
"""Patients and cycles of one transaction: it locks others out for some tenths of a second on a small box."""


class Target(Protocol):
    """Where judged patients go."""

    def put(self, portion: Portion) -> None:
        """Take a portion: all of it or nothing."""


class Import:
    """Takes patients until it is finished."""

    def __init__(self, judge: Judge, target: Target) -> None:
        self._judge = judge
        self._target = target
        self._waiting: list[Judgement] = []
        self._weight = 0
        self.count = 0

    def take(self, patient: object) -> None:
        """Judge one patient; store the portion that has come together by now."""
        judged = self._judge.judge(self.count, patient)
        self.count += 1
        self._waiting.append(judged)
        self._weight += 1 + len(judged.subject.cycles)
        if self._weight >= PORTION:
            self._put(None)

    def finish(self, document_hash: str) -> None:
        """Store what is left and close the import; `document_hash` is that of all bytes."""
        self._put(document_hash)

    def _put(self, finished: str | None) -> None:
        portion, self._waiting, self._weight = Portion(self._waiting, finished), [], 0
        self._target.put(portion)


class Stored:
    """Stores what it is given, and logs every portion."""

    def __init__(self, store: Store, begun: Begun) -> None:
        self._store = store
        self._begun = begun
        self._tally = reports.Tally()

    def put(self, portion: Portion) -> None:
        """Store a portion; raise BoxLocked when the box was locked meanwhile."""
        outcomes = [judged.subject for judged in portion.judgements]
        rejected = sum(getattr(subject, "outcome", None) is Outcome.REJECTED for subject in outcomes)
        detail: Mapping[str, str | int | bool | None] = {
            "import_id": self._begun.arrival.id,
            "accepted": len(outcomes) - rejected,
            "rejected": rejected,
            "finished": portion.finished is not None,
        }
        entry = AuditEntry(AuditTag.IMPORT_STORED, actor(self._begun.arrival), detail)
        self._tally = self._store.imports.store(self._begun, portion, self._tally, entry)


class DryRun:
    """Only compares what it is given with the store, and keeps the results for its report."""

    def __init__(self, store: Store, arrival: Arrival) -> None:
        self._store = store
        self._arrival = arrival
        self._tally = reports.Tally()
        self._results: list[str] = []

    def put(self, portion: Portion) -> None:
        """Preview a portion."""
        results = self._store.imports.preview(self._arrival.product, portion.judgements)
        self._tally = self._tally.with_more(results)
        self._results.extend(reports.result_text(result) for result in results)

    @property
    def report(self) -> dict[str, Any]:
        """The report of the dry run."""
        head = ReportHead(
            self._arrival.id, ImportState.FINISHED, self._tally.complete, True, self._tally.summary, None
        )
        return {**head.as_dict(), "results": [json.loads(result) for result in self._results]}


@dataclass(frozen=True)
class Opened:
    """An import that takes patients; `dry_run` holds the report where nothing is stored."""

    id: str
    patients: Import
    dry_run: DryRun | None
    mark_aborted: Callable[[], None]

    def abort(self) -> None:
        """End the import where it is; if the box was locked meanwhile, the next opening will tell."""
        with suppress(BoxLocked):
            self.mark_aborted()


class Accepted:
    """A JSON document that was read and begun; without `opened` it is one that was handed over before."""

    def __init__(
        self,
        import_id: str,
        opened: Opened | None = None,
        patients: Sequence[object] = (),
        document_hash: str = "",
    ) -> None:
        self.id = import_id
        self._opened = opened
        self._patients = patients
        self._document_hash = document_hash

    def run(self) -> dict[str, Any] | None:
        """Judge and store, once; return the report of a dry run. An error aborts the import and goes on."""
        opened, patients = self._opened, self._patients
        self._opened, self._patients = None, ()
        if opened is None:
            return None
        try:
            for patient in patients:
                opened.patients.take(patient)
            opened.patients.finish(self._document_hash)
        except BaseException:
            opened.abort()
            raise
        return opened.dry_run.report if opened.dry_run else None


def actor(arrival: Arrival) -> str:
    """Name the token of an import in the audit log."""
    return f"token:{arrival.token_id}"
