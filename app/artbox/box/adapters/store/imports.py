"""Import documents in the store: taking a judged one in one transaction, its report, confirming findings."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from artbox.box.adapters.store import records
from artbox.box.adapters.store.database import Database
from artbox.box.domain.audit import AuditEntry
from artbox.box.domain.imports import (
    Arrival,
    ImportSummary,
    JudgedPatient,
    PatientOutcome,
    Report,
)

ReportOf = Callable[[Sequence[PatientOutcome]], Report]


class ImportsTable:
    """Takes documents and remembers what became of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def preview(self, arrival: Arrival, patients: Sequence[JudgedPatient]) -> list[PatientOutcome]:
        """Return what taking these patients would do, without doing it."""
        with self._database.read() as connection:
            return [records.plan(connection, arrival.product, patient).outcome for patient in patients]

    def take(
        self, arrival: Arrival, patients: Sequence[JudgedPatient], report_of: ReportOf, entry: AuditEntry
    ) -> Report:
        """Store the patients and the report that `report_of` makes of the outcomes: all of it or nothing."""
        with self._database.write(entry) as writing:
            outcomes = []
            for patient in patients:
                with writing.savepoint():
                    outcomes.append(
                        records.apply(writing, arrival.product, arrival.id, arrival.release, patient)
                    )
            report = report_of(outcomes)
            writing.execute(
                "INSERT INTO imports (id, number, received_at, token_id, product, release, document_hash,"
                " idempotency_key, complete, summary, report)"
                " VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM imports), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    arrival.id,
                    writing.at,
                    arrival.token_id,
                    arrival.product,
                    arrival.release,
                    arrival.document_hash,
                    arrival.idempotency_key,
                    int(report.complete),
                    json.dumps(dict(report.summary)),
                    json.dumps(report.document, ensure_ascii=False),
                ),
            )
        return report

    def earlier(self, token_id: int, idempotency_key: str) -> tuple[str, dict[str, Any]] | None:
        """Return document hash and report of the import this token made under this key."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT document_hash, report FROM imports WHERE token_id = ? AND idempotency_key = ?",
                (token_id, idempotency_key),
            ).fetchone()
        return (row["document_hash"], json.loads(row["report"])) if row else None

    def report(self, import_id: str) -> dict[str, Any] | None:
        """Return the report of an import."""
        with self._database.read() as connection:
            row = connection.execute("SELECT report FROM imports WHERE id = ?", (import_id,)).fetchone()
        return json.loads(row["report"]) if row else None

    def recent(self, limit: int) -> list[ImportSummary]:
        """Return the newest imports first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id, received_at, product, release, complete, summary FROM imports"
                " ORDER BY number DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [
            ImportSummary(
                id=row["id"],
                received_at=datetime.fromisoformat(row["received_at"]),
                product=row["product"],
                release=row["release"],
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
