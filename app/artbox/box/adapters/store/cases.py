"""Reading the cycles a centre should look after, and noting those that are turned away."""

from collections.abc import Sequence
from datetime import date, datetime

from artbox.box.adapters.store.database import Connection, Database, Writing
from artbox.box.domain.cases import LateReceipt, MovedAnchor, OverdueOutcome, TurnedAway
from artbox.box.domain.imports import Arrival

# Somebody who confirmed a rule's finding with a reason has looked after the cycle.
_OVERDUE = """
FROM deadlines d JOIN cycles c ON c.id = d.cycle_id JOIN patients p ON p.id = c.patient_id
WHERE d.due_on <= :today AND (:rule IS NULL OR d.rule = :rule) AND NOT EXISTS (
    SELECT 1 FROM findings f WHERE f.patient_id = c.patient_id AND f.cycle_id = c.id AND f.rule = d.rule
    AND f.superseded_at IS NULL AND f.confirmed_at IS NOT NULL
)
"""
_LATE = """
FROM (
    SELECT r.patient_ref, r.cycle_ref, r.source, r.last_day, r.rejected_at, i.id AS import_id
    FROM rejected_cycles r JOIN imports i ON i.id = r.import_id
    WHERE r.last_day BETWEEN :first AND :last AND NOT EXISTS (
        SELECT 1 FROM patients p JOIN cycles c ON c.patient_id = p.id
        WHERE p.source = r.source AND p.ref = r.patient_ref AND c.ref = r.cycle_ref
    )
    UNION ALL
    SELECT p.ref, c.ref, p.source, q.last_day, NULL, NULL
    FROM cycles_to_assess q JOIN cycles c ON c.id = q.cycle_id JOIN patients p ON p.id = c.patient_id
    WHERE q.waits_for_clock = 1 AND q.last_day BETWEEN :first AND :last
)
"""
_MOVED = """
FROM assessments a JOIN cycles c ON c.id = a.cycle_id JOIN patients p ON p.id = c.patient_id WHERE a.moved = 1
"""
_STRETCH = "LIMIT :limit OFFSET :offset"


class CasesView:
    """The lists beside the findings; each counts and pages by itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count_overdue(self, today: date, rule: str | None) -> int:
        """Return how many outcomes are overdue."""
        return self._count(_OVERDUE, {"today": today.isoformat(), "rule": rule})

    def overdue_by_rule(self, today: date) -> dict[str, int]:
        """Return how many outcomes are overdue by each rule."""
        question = f"SELECT d.rule, count(*) AS number {_OVERDUE} GROUP BY d.rule ORDER BY d.rule"
        with self._database.read() as connection:
            rows = connection.execute(question, {"today": today.isoformat(), "rule": None})
            return {row["rule"]: row["number"] for row in rows}

    def overdue(self, today: date, rule: str | None, *, offset: int, limit: int) -> list[OverdueOutcome]:
        """Return a stretch of the overdue outcomes, the longest overdue first."""
        question = (
            "SELECT p.ref AS patient_ref, c.ref AS cycle_ref, d.rule, d.due_on, c.first_received_at"
            f" {_OVERDUE} ORDER BY d.due_on, p.ref, c.ref {_STRETCH}"
        )
        parameters = {"today": today.isoformat(), "rule": rule, "limit": limit, "offset": offset}
        with self._database.read() as connection:
            return [
                OverdueOutcome(
                    row["patient_ref"],
                    row["cycle_ref"],
                    row["rule"],
                    date.fromisoformat(row["due_on"]),
                    datetime.fromisoformat(row["first_received_at"]),
                )
                for row in connection.execute(question, parameters)
            ]

    def count_late(self, first: date, last: date) -> int:
        """Return how many receipts have their last day in this span."""
        return self._count(_LATE, {"first": first.isoformat(), "last": last.isoformat()})

    def late(self, first: date, last: date, *, offset: int, limit: int) -> list[LateReceipt]:
        """Return a stretch of the receipts with their last day in this span, the most urgent first."""
        parameters = {"first": first.isoformat(), "last": last.isoformat(), "limit": limit, "offset": offset}
        question = f"SELECT * {_LATE} ORDER BY last_day, patient_ref, cycle_ref {_STRETCH}"
        with self._database.read() as connection:
            return [_late(row) for row in connection.execute(question, parameters)]

    def count_moved(self) -> int:
        """Return how many decided assessments had their anchor date moved."""
        return self._count(_MOVED, {})

    def moved(self, *, offset: int, limit: int) -> list[MovedAnchor]:
        """Return a stretch of the assessments whose anchor date was moved."""
        question = (
            f"SELECT p.ref AS patient_ref, c.ref AS cycle_ref, a.* {_MOVED}"
            f" ORDER BY p.ref, c.ref, a.register {_STRETCH}"
        )
        with self._database.read() as connection:
            return [
                MovedAnchor(
                    row["patient_ref"],
                    row["cycle_ref"],
                    row["register"],
                    row["rule"],
                    row["release"],
                    row["result"],
                    date.fromisoformat(row["anchor_on"]) if row["anchor_on"] else None,
                    date.fromisoformat(row["moved_to"]) if row["moved_to"] else None,
                )
                for row in connection.execute(question, {"limit": limit, "offset": offset})
            ]

    def _count(self, source: str, parameters: dict[str, object]) -> int:
        with self._database.read() as connection:
            return int(connection.execute(f"SELECT count(*) {source}", parameters).fetchone()[0])


def note_turned_away(writing: Writing, arrival: Arrival, cycles: Sequence[TurnedAway]) -> None:
    """Note rejected cycles with the last day for their receipt; a later rejection replaces an earlier."""
    writing.execute_many(
        "INSERT INTO rejected_cycles (source, patient_ref, cycle_ref, import_id, rejected_at, last_day)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET import_id = excluded.import_id,"
        " rejected_at = excluded.rejected_at, last_day = excluded.last_day",
        [
            (
                arrival.product,
                cycle.patient_ref,
                cycle.cycle_ref,
                arrival.id,
                writing.at,
                cycle.last_day.isoformat(),
            )
            for cycle in cycles
        ],
    )


def _late(row: Connection) -> LateReceipt:
    return LateReceipt(
        row["patient_ref"],
        row["cycle_ref"],
        row["source"],
        date.fromisoformat(row["last_day"]),
        datetime.fromisoformat(row["rejected_at"]) if row["rejected_at"] else None,
        row["import_id"],
    )
