"""Assessments of prospectivity in the store: what is to be assessed, and keeping what was found."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from artbox.box.adapters.store.database import Connection, Database, Writing
from artbox.box.domain.assessments import (
    AssessedCycle,
    CycleToAssess,
    FirstReceipt,
    Json,
    KeptAssessment,
    german_day,
)
from artbox.box.domain.audit import AuditEntry

_PENDING = """
SELECT q.cycle_id, q.changes, c.first_received_at, r.proven_at, v.body AS patient
FROM cycles_to_assess q JOIN cycles c ON c.id = q.cycle_id JOIN patients p ON p.id = c.patient_id
JOIN patient_revisions v ON v.patient_id = p.id AND v.revision = p.revision
LEFT JOIN proven_receipts r ON r.cycle_id = q.cycle_id
"""
_NOT_WAITING = "WHERE q.waits_for_clock = 0"


class AssessmentsTable:
    """What is known of the prospectivity and the deadlines of cycles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, limit: int, *, clock_proves: bool) -> list[CycleToAssess]:
        """Return cycles that changed; those that wait for a synchronised clock only if it is one now."""
        with self._database.read() as connection:
            question = f"{_PENDING} {'' if clock_proves else _NOT_WAITING} ORDER BY q.cycle_id LIMIT ?"
            rows = connection.execute(question, (limit,)).fetchall()
            if not rows:
                return []
            ids = json.dumps([row["cycle_id"] for row in rows])
            revisions, registers, kept = (
                _revisions(connection, ids),
                _registers(connection, ids),
                _kept(connection, ids),
            )
        return [
            CycleToAssess(
                cycle_id=row["cycle_id"],
                changes=row["changes"],
                patient=json.loads(row["patient"]),
                revisions=revisions[row["cycle_id"]],
                registers=tuple(registers[row["cycle_id"]]),
                first_received_at=datetime.fromisoformat(row["first_received_at"]),
                proven_at=datetime.fromisoformat(row["proven_at"]) if row["proven_at"] else None,
                kept=kept[row["cycle_id"]],
            )
            for row in rows
        ]

    def keep(self, cycles: Sequence[AssessedCycle], entry: AuditEntry) -> None:
        """Keep what was found of these cycles, all of it or nothing."""
        with self._database.write(entry) as writing:
            for cycle in cycles:
                _keep(writing, cycle)

    def of_cycle(self, cycle_id: int) -> dict[str, KeptAssessment]:
        """Return the assessments of a cycle by register."""
        with self._database.read() as connection:
            return dict(_kept(connection, json.dumps([cycle_id]))[cycle_id])

    def first_receipts(self, register: str, record_key_ids: Sequence[int]) -> dict[int, FirstReceipt]:
        """Return what a register is told, by its record's key id; a cycle not yet assessed is left out."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT k.id, a.result, r.proven_at FROM record_keys k"
                " JOIN assessments a ON a.cycle_id = k.cycle_id AND a.register = ?"
                " LEFT JOIN proven_receipts r ON r.cycle_id = k.cycle_id"
                " WHERE k.id IN (SELECT value FROM json_each(?))",
                (register, json.dumps(list(record_key_ids))),
            )
            return {row["id"]: FirstReceipt(row["result"], _german_day(row["proven_at"])) for row in rows}


def _revisions(connection: Connection, ids: str) -> Mapping[int, list[Json]]:
    rows = connection.execute(
        "SELECT cycle_id, body FROM cycle_revisions WHERE cycle_id IN (SELECT value FROM json_each(?))"
        " ORDER BY cycle_id, revision DESC",
        (ids,),
    )
    found = defaultdict(list)
    for row in rows:
        found[row["cycle_id"]].append(json.loads(row["body"]))
    return found


def _registers(connection: Connection, ids: str) -> Mapping[int, list[str]]:
    rows = connection.execute(
        "SELECT cycle_id, register FROM assignments WHERE cycle_id IN (SELECT value FROM json_each(?))",
        (ids,),
    )
    found = defaultdict(list)
    for row in rows:
        found[row["cycle_id"]].append(row["register"])
    return found


def _kept(connection: Connection, ids: str) -> Mapping[int, dict[str, KeptAssessment]]:
    rows = connection.execute(
        "SELECT * FROM assessments WHERE cycle_id IN (SELECT value FROM json_each(?))", (ids,)
    )
    found: defaultdict[int, dict[str, KeptAssessment]] = defaultdict(dict)
    for row in rows:
        found[row["cycle_id"]][row["register"]] = KeptAssessment(
            register=row["register"],
            result=row["result"],
            reason=row["reason"],
            rule=row["rule"],
            anchor_on=_day(row["anchor_on"]),
            lag_days=row["lag_days"],
            release=row["release"],
            moved=bool(row["moved"]),
            moved_to=_day(row["moved_to"]),
        )
    return found


def _keep(writing: Writing, cycle: AssessedCycle) -> None:
    # A cycle that changed again in the meantime stays in the queue as it is.
    seen = (cycle.cycle_id, cycle.changes)
    if cycle.proven_at is None:
        writing.execute(
            "UPDATE cycles_to_assess SET waits_for_clock = 1, last_day = ?"
            " WHERE cycle_id = ? AND changes = ?",
            (_text(cycle.last_day), *seen),
        )
    else:
        writing.execute("DELETE FROM cycles_to_assess WHERE cycle_id = ? AND changes = ?", seen)
        writing.execute(
            "INSERT INTO proven_receipts (cycle_id, proven_at) VALUES (?, ?)"
            " ON CONFLICT (cycle_id) DO NOTHING",
            (cycle.cycle_id, cycle.proven_at.isoformat()),
        )
    for assessment in cycle.assessments:
        _keep_assessment(writing, cycle.cycle_id, assessment)
    writing.execute("DELETE FROM deadlines WHERE cycle_id = ?", (cycle.cycle_id,))
    for rule, due_on in cycle.deadlines.items():
        writing.execute(
            "INSERT INTO deadlines (cycle_id, rule, due_on) VALUES (?, ?, ?)",
            (cycle.cycle_id, rule, due_on.isoformat()),
        )


def _keep_assessment(writing: Writing, cycle_id: int, found: KeptAssessment) -> None:
    """Write a first or not yet decided assessment; of a final one only whether its date was moved."""
    cursor = writing.execute(
        "UPDATE assessments SET moved = ?, moved_to = ?"
        " WHERE cycle_id = ? AND register = ? AND result <> 'not_assessable'",
        (int(found.moved), _text(found.moved_to), cycle_id, found.register),
    )
    if cursor.rowcount:
        return
    writing.execute(
        "INSERT INTO assessments (cycle_id, register, result, reason, rule, anchor_on, lag_days, release,"
        " assessed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (cycle_id, register) DO UPDATE SET"
        " result = excluded.result, reason = excluded.reason, rule = excluded.rule,"
        " anchor_on = excluded.anchor_on, lag_days = excluded.lag_days, release = excluded.release,"
        " assessed_at = excluded.assessed_at",
        (
            cycle_id,
            found.register,
            found.result,
            found.reason,
            found.rule,
            _text(found.anchor_on),
            found.lag_days,
            found.release,
            writing.at,
        ),
    )


def _german_day(proven_at: str | None) -> date | None:
    return german_day(datetime.fromisoformat(proven_at)) if proven_at else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
