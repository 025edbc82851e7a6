"""Imports in the store: beginning one, storing it portion by portion, its report, confirming findings."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from artbox.box.adapters.store import plans, records
from artbox.box.adapters.store.database import Connection, Database, Writing
from artbox.box.domain import reports
from artbox.box.domain.audit import AuditEntry
from artbox.box.domain.imports import (
    Arrival,
    ImportState,
    ImportSummary,
    JudgedPatient,
    Judgement,
    PatientOutcome,
    Portion,
    ReportHead,
    Result,
)

_HEAD = "SELECT id, state, complete, summary, document_hash FROM imports"


@dataclass(frozen=True)
class Begun:
    """An import that has its row: the number it goes by in the store."""

    arrival: Arrival
    number: int


class _KeyTaken(Exception):
    """The idempotency key belongs to an import already."""


class ImportsTable:
    """Takes documents and remembers what became of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def preview(self, source: str, judgements: Sequence[Judgement]) -> list[Result]:
        """Return what storing these patients of the program `source` would do, without doing it."""
        with self._database.read() as connection:
            return _results(judgements, lambda patient: plans.plan(connection, source, patient).outcome)

    def begin(self, arrival: Arrival, entry: AuditEntry) -> Begun | ReportHead:
        """Add the row of a running import; give the head of the earlier one if its key was used before.

        An aborted import has given its key back, so that it can be repeated under the same one.
        """
        try:
            with self._database.write(entry) as writing:
                return Begun(arrival, _add(writing, arrival))
        except _KeyTaken:
            earlier = self.earlier(arrival.token_id, arrival.idempotency_key or "")
            # it may have been aborted this very moment, which frees its key
            return earlier or self.begin(arrival, entry)

    def store(self, begun: Begun, portion: Portion, tally: reports.Tally, entry: AuditEntry) -> reports.Tally:
        """Store patients and their results in one transaction, and return the tally with these counted.

        Each patient has its own savepoint; an error takes back the whole portion.
        """
        with self._database.write(entry) as writing:
            results = _results(portion.judgements, lambda patient: _stored(writing, begun.arrival, patient))
            counted = tally.with_more(results)
            writing.execute_many(
                "INSERT INTO import_results (import_number, position, urgency, result) VALUES (?, ?, ?, ?)",
                [
                    (begun.number, result.outcome.index, reports.urgency(result), reports.result_text(result))
                    for result in results
                ],
            )
            _count(writing, begun.number, portion.finished, counted)
        return counted

    def abort(self, import_id: str, entry: AuditEntry) -> None:
        """Mark a running import as aborted and give its key back; what it stored stays."""
        with self._database.write(entry) as writing:
            writing.execute(
                "UPDATE imports SET state = 'aborted', idempotency_key = NULL"
                " WHERE id = ? AND state = 'running'",
                (import_id,),
            )

    def running(self) -> list[str]:
        """Return the ids of imports under way, or broken off with the process that took them."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT id FROM imports WHERE state = 'running' ORDER BY number")
            return [row["id"] for row in rows]

    def earlier(self, token_id: int, idempotency_key: str) -> ReportHead | None:
        """Return the head of the import this token made under this key."""
        return self._head("token_id = ? AND idempotency_key = ?", token_id, idempotency_key)

    def head(self, import_id: str) -> ReportHead | None:
        """Return the report of an import without its results."""
        return self._head("id = ?", import_id)

    def results(self, import_id: str, first: int, limit: int) -> list[str]:
        """Return results as JSON texts in request order, beginning with the patient at place `first`."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT r.result FROM import_results r JOIN imports i ON i.number = r.import_number"
                " WHERE i.id = ? AND r.position >= ? ORDER BY r.position LIMIT ?",
                (import_id, first, limit),
            )
            return [row["result"] for row in rows]

    def urgent_results(self, import_id: str, limit: int) -> list[str]:
        """Return results as JSON texts: rejected patients first, then those with findings, then the rest."""
        with self._database.read() as connection:
            found: list[str] = []
            for wanted in ("urgency < 2 ORDER BY urgency, position", "urgency = 2 ORDER BY position"):
                rows = connection.execute(
                    "SELECT result FROM import_results WHERE import_number ="  # noqa: S608 - constants
                    f" (SELECT number FROM imports WHERE id = ?) AND {wanted} LIMIT ?",
                    (import_id, limit - len(found)),
                )
                found.extend(row["result"] for row in rows)
            return found

    def recent(self, limit: int) -> list[ImportSummary]:
        """Return the newest imports first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id, received_at, product, release, state, complete, summary FROM imports"
                " ORDER BY number DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [
            ImportSummary(
                id=row["id"],
                received_at=datetime.fromisoformat(row["received_at"]),
                product=row["product"],
                release=row["release"],
                state=ImportState(row["state"]),
                complete=bool(row["complete"]),
                **json.loads(row["summary"]),
            )
            for row in rows
        ]

    def confirm(self, finding_id: int, name: str, reason: str, entry: AuditEntry) -> bool:
        """Release an open `weich` finding; False when there is none of this id."""
        with self._database.write(entry) as writing:
            cursor = writing.execute(
                "UPDATE findings SET confirmed_at = ?, confirmed_by = ?, reason = ? WHERE id = ?"
                " AND severity = 'weich' AND superseded_at IS NULL AND confirmed_at IS NULL",
                (writing.at, name, reason, finding_id),
            )
            return bool(cursor.rowcount)

    def counts(self) -> dict[str, int]:
        """Return how many patients, cycles and imports there are."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM patients) AS patients, (SELECT count(*) FROM cycles) AS cycles,"
                " (SELECT count(*) FROM imports) AS imports"
            ).fetchone()
        return dict(row)

    def _head(self, condition: str, *parameters: object) -> ReportHead | None:
        with self._database.read() as connection:
            row: Connection = connection.execute(f"{_HEAD} WHERE {condition}", parameters).fetchone()
        if row is None:
            return None
        return ReportHead(
            id=row["id"],
            state=ImportState(row["state"]),
            complete=bool(row["complete"]),
            dry_run=False,
            summary=json.loads(row["summary"]),
            document_hash=row["document_hash"] or None,
        )


def _add(writing: Writing, arrival: Arrival) -> int:
    number = int(writing.execute("SELECT coalesce(max(number), 0) + 1 FROM imports").fetchone()[0])
    cursor = writing.execute(
        "INSERT INTO imports (id, number, received_at, token_id, product, release, document_hash,"
        " idempotency_key, complete, summary, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 'running')"
        " ON CONFLICT (token_id, idempotency_key) DO NOTHING",
        (
            arrival.id,
            number,
            writing.at,
            arrival.token_id,
            arrival.product,
            arrival.release,
            arrival.document_hash or "",
            arrival.idempotency_key,
            json.dumps(dict(reports.Tally().summary)),
        ),
    )
    if not cursor.rowcount:
        raise _KeyTaken
    return number


def _results(
    judgements: Sequence[Judgement], outcome_of: Callable[[JudgedPatient], PatientOutcome]
) -> list[Result]:
    return [
        Result(
            outcome_of(judged.subject) if isinstance(judged.subject, JudgedPatient) else judged.subject,
            judged.findings,
        )
        for judged in judgements
    ]


def _stored(writing: Writing, arrival: Arrival, patient: JudgedPatient) -> PatientOutcome:
    with writing.savepoint():
        return records.apply(writing, arrival.product, arrival.id, patient)


def _count(writing: Writing, number: int, finished: str | None, tally: reports.Tally) -> None:
    state = ImportState.RUNNING if finished is None else ImportState.FINISHED
    writing.execute(
        "UPDATE imports SET summary = ?, state = ?, complete = ?, document_hash = coalesce(?, document_hash)"
        " WHERE number = ?",
        (
            json.dumps(dict(tally.summary)),
            state.value,
            int(state is ImportState.FINISHED and tally.complete),
            finished,
            number,
        ),
    )
