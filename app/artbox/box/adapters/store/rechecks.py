"""Judging stored patients again, in batches that are wholly done or not at all: a kill loses nothing."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from artbox.box.adapters.store.database import Connection, Database, Writing
from artbox.box.domain.audit import AuditEntry
from artbox.box.domain.imports import JudgedPatient, StoredFinding
from artbox.box.domain.rechecks import Demands, Parts, Recheck, RecheckState

JudgeAgain = Callable[[dict[str, Any]], JudgedPatient]
_PATIENTS = """
SELECT p.id, v.body, v.import_id FROM patients p
JOIN patient_revisions v ON v.patient_id = p.id AND v.revision = p.revision
WHERE p.id > ? AND p.id <= ? ORDER BY p.id LIMIT ?
"""
_CYCLES = """
SELECT c.id, c.ref, v.body, v.import_id FROM cycles c
JOIN cycle_revisions v ON v.cycle_id = c.id AND v.revision = c.revision
WHERE c.patient_id = ? ORDER BY c.id
"""


class RechecksTable:
    """Every recheck with how far it has come."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self) -> Recheck | None:
        """Return the last recheck; None before the first."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM rechecks ORDER BY number DESC LIMIT 1").fetchone()
        return _recheck(row) if row else None

    def begin(self, release: str, fingerprint: str, parts: Parts, entry: AuditEntry) -> None:
        """Begin to judge every patient that is stored now; one that is still running is given up."""
        with self._database.write(entry) as writing:
            writing.execute(
                "UPDATE rechecks SET state = 'replaced', ended_at = ? WHERE state = 'running'", (writing.at,)
            )
            stock = writing.execute("SELECT coalesce(max(id), 0) AS last, count(*) AS number FROM patients")
            row = stock.fetchone()
            state = RecheckState.RUNNING if row["number"] else RecheckState.FINISHED
            writing.execute(
                "INSERT INTO rechecks"
                " (release, fingerprint, parts, state, last_patient, patients, started_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    release,
                    fingerprint,
                    json.dumps(parts),
                    state.value,
                    row["last"],
                    row["number"],
                    writing.at,
                ),
            )

    def parts_before(self) -> Parts | None:
        """Return the demands of the last recheck that was finished; None when there is none."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT parts FROM rechecks WHERE state = 'finished' ORDER BY number DESC LIMIT 1"
            ).fetchone()
        found: Parts | None = json.loads(row["parts"]) if row else None
        return found

    def go_on(self, size: int, judge: JudgeAgain, demands: Demands, entry: AuditEntry) -> None:
        """Judge the next `size` patients of the running recheck; with the last one it is finished.

        Reading, judging and writing are one transaction, so that no import comes between.
        """
        with self._database.write(entry) as writing:
            recheck = writing.execute("SELECT * FROM rechecks WHERE state = 'running'").fetchone()
            patients = writing.execute(
                _PATIENTS, (recheck["reached"], recheck["last_patient"], size)
            ).fetchall()
            fresh = sum(_again(writing, recheck["number"], row, judge, demands) for row in patients)
            reached = patients[-1]["id"] if patients else recheck["last_patient"]
            writing.execute(
                "UPDATE rechecks SET reached = ?, judged = judged + ?, fresh_findings = fresh_findings + ?"
                " WHERE number = ?",
                (reached, len(patients), fresh, recheck["number"]),
            )
            if reached >= recheck["last_patient"]:
                writing.execute(
                    "UPDATE rechecks SET state = 'finished', ended_at = ? WHERE number = ?",
                    (writing.at, recheck["number"]),
                )


def _again(writing: Writing, number: int, row: Connection, judge: JudgeAgain, demands: Demands) -> int:
    """Judge one patient and renew what follows from it; return how many findings are new by the rules."""
    cycles = writing.execute(_CYCLES, (row["id"],)).fetchall()
    document = {
        **json.loads(row["body"]),
        "consents": _consents(writing, row["id"]),
        "cycles": [json.loads(cycle["body"]) for cycle in cycles],
    }
    judged = judge(document)
    renewal = _Renewal(writing, number, demands, row["id"])
    renewal.renew(None, row["import_id"], judged.findings, judged.release)
    by_ref = {cycle.ref: cycle for cycle in judged.cycles}
    for stored in cycles:
        cycle = by_ref[stored["ref"]]
        writing.execute("UPDATE cycles SET release = ? WHERE id = ?", (cycle.release, stored["id"]))
        renewal.assign(stored["id"], cycle.registers)
        renewal.renew(stored["id"], stored["import_id"], cycle.findings, cycle.release)
        writing.execute(
            "INSERT INTO cycles_to_assess (cycle_id) VALUES (?)"
            " ON CONFLICT (cycle_id) DO UPDATE SET waits_for_clock = 0, changes = changes + 1",
            (stored["id"],),
        )
    return renewal.fresh


class _Renewal:
    """Renews the findings of one patient's records."""

    def __init__(self, writing: Writing, number: int, demands: Demands, patient_id: int) -> None:
        self._writing = writing
        self._number = number
        self._demands = demands
        self._patient_id = patient_id
        self.fresh = 0

    def renew(
        self, cycle_id: int | None, import_id: str, findings: tuple[StoredFinding, ...], release: str
    ) -> None:
        """Keep what is found again, supersede the rest, add what is found for the first time.

        A confirmation stays unless the demand it was given for has changed.
        """
        wanted = dict.fromkeys(findings)
        rows = self._writing.execute(
            "SELECT * FROM findings WHERE patient_id = ? AND cycle_id IS ? AND superseded_at IS NULL",
            (self._patient_id, cycle_id),
        ).fetchall()
        for row in rows:
            present = _stored(row)
            void = row["confirmed_at"] is not None and self._demands.has_changed(
                release, present.rule, present.field
            )
            if present in wanted and not void:
                del wanted[present]
            else:
                self._writing.execute(
                    "UPDATE findings SET superseded_at = ? WHERE id = ?", (self._writing.at, row["id"])
                )
        for finding in wanted:
            self._add(cycle_id, import_id, finding, release)

    def assign(self, cycle_id: int, registers: tuple[str, ...]) -> None:
        """Let the cycle count for these registers and no other."""
        self._writing.execute(
            "DELETE FROM assignments WHERE cycle_id = ? AND register NOT IN (SELECT value FROM json_each(?))",
            (cycle_id, json.dumps(registers)),
        )
        for register in registers:
            self._writing.execute(
                "INSERT INTO assignments (cycle_id, register) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (cycle_id, register),
            )

    def _add(self, cycle_id: int | None, import_id: str, finding: StoredFinding, release: str) -> None:
        by_rules = self._demands.is_new(release, finding.rule, finding.field)
        self.fresh += by_rules
        self._writing.execute(
            "INSERT INTO findings (patient_id, cycle_id, import_id, rule, severity, field, child_no,"
            " registers, found_at, open_since, judged_by, recheck)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._patient_id,
                cycle_id,
                import_id,
                finding.rule,
                finding.severity,
                finding.field,
                finding.child_no,
                json.dumps(finding.registers),
                self._writing.at,
                self._writing.at,
                release,
                self._number if by_rules else None,
            ),
        )


def _consents(writing: Writing, patient_id: int) -> list[dict[str, str]]:
    rows = writing.execute(
        "SELECT register, status, stated_on FROM consents WHERE patient_id = ? AND superseded_at IS NULL",
        (patient_id,),
    )
    return [
        {"register": row["register"], "status": row["status"]}
        | ({"date": row["stated_on"]} if row["stated_on"] else {})
        for row in rows
    ]


def _stored(row: Connection) -> StoredFinding:
    registers = tuple(json.loads(row["registers"]))
    return StoredFinding(row["rule"], row["severity"], row["field"], row["child_no"], registers)


def _recheck(row: Mapping[str, Any]) -> Recheck:
    return Recheck(
        number=row["number"],
        release=row["release"],
        fingerprint=row["fingerprint"],
        state=RecheckState(row["state"]),
        patients=row["patients"],
        judged=row["judged"],
        fresh_findings=row["fresh_findings"],
        started_at=datetime.fromisoformat(row["started_at"]),
    )
