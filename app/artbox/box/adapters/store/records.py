"""Storing what the arrival of a judged patient changes: patient, consents, cycles, registers, findings.

Nothing is deleted: a changed record gets a further revision, consents and findings that no longer hold are
marked as superseded. What is not there yet is added without asking for it first.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from uuid import uuid4

from artbox.box.adapters.store.database import Writing
from artbox.box.adapters.store.plans import Plan, StoredCycle, plan
from artbox.box.domain.imports import (
    CycleOutcome,
    JudgedCycle,
    JudgedPatient,
    Outcome,
    PatientOutcome,
    StoredFinding,
)
from artbox.box.domain.worklist import REJECTED_RULE


@dataclass(frozen=True)
class _OpenFinding:
    id: int
    since: str


@dataclass(frozen=True)
class _Context:
    """The writing of one patient: `findings` are the open ones by cycle (None: the patient's own)."""

    writing: Writing
    import_id: str
    patient_id: int
    findings: dict[int | None, dict[StoredFinding, _OpenFinding]]
    assignments: dict[int, set[str]]


def apply(writing: Writing, source: str, import_id: str, patient: JudgedPatient) -> PatientOutcome:
    """Store what the patient's arrival changes, and return the outcome."""
    planned = plan(writing, source, patient)
    context = _context(writing, import_id, source, planned, patient)
    if planned.body_changed:
        _revise_patient(context, planned, patient)
    if planned.consents_changed:
        _replace_consents(context, planned, patient)
    _renew_findings(context, None, patient.findings, fresh=planned.body_changed)
    for cycle, outcome in zip(patient.cycles, planned.outcome.cycles, strict=True):
        changed = outcome.outcome is not Outcome.UNCHANGED
        cycle_id = _take_cycle(context, planned.cycles.get(cycle.ref), cycle, outcome)
        _assign(context, cycle_id, cycle.registers)
        _renew_findings(context, cycle_id, cycle.findings, fresh=changed or planned.body_changed)
    return planned.outcome


def _context(
    writing: Writing, import_id: str, source: str, planned: Plan, patient: JudgedPatient
) -> _Context:
    if planned.patient_id is None:
        return _Context(writing, import_id, _add_patient(writing, source, patient), {}, {})
    return _Context(
        writing,
        import_id,
        planned.patient_id,
        _open_findings(writing, planned.patient_id),
        _assignments(writing, planned.patient_id),
    )


def _add_patient(writing: Writing, source: str, patient: JudgedPatient) -> int:
    cursor = writing.execute(
        "INSERT INTO patients (uuid, source, ref, revision, content_hash, first_received_at)"
        " VALUES (?, ?, ?, 1, ?, ?)",
        (str(uuid4()), source, patient.ref, patient.content_hash, writing.at),
    )
    return int(cursor.lastrowid)


def _revise_patient(context: _Context, planned: Plan, patient: JudgedPatient) -> None:
    if planned.patient_id is not None:
        context.writing.execute(
            "UPDATE patients SET revision = ?, content_hash = ? WHERE id = ?",
            (planned.revision, patient.content_hash, context.patient_id),
        )
    context.writing.execute(
        "INSERT INTO patient_revisions"
        " (patient_id, revision, import_id, received_at, release, content_hash, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            context.patient_id,
            planned.revision,
            context.import_id,
            context.writing.at,
            patient.release,
            patient.content_hash,
            patient.text,
        ),
    )


def _replace_consents(context: _Context, planned: Plan, patient: JudgedPatient) -> None:
    if planned.patient_id is not None:
        context.writing.execute(
            "UPDATE consents SET superseded_at = ? WHERE patient_id = ? AND superseded_at IS NULL",
            (context.writing.at, context.patient_id),
        )
    context.writing.execute_many(
        "INSERT INTO consents (patient_id, register, status, stated_on, import_id, received_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                context.patient_id,
                statement.register,
                statement.status.value,
                statement.on.isoformat() if statement.on else None,
                context.import_id,
                context.writing.at,
            )
            for statement in dict.fromkeys(patient.consents)
        ],
    )


def _take_cycle(
    context: _Context, stored: StoredCycle | None, cycle: JudgedCycle, outcome: CycleOutcome
) -> int:
    if stored is not None and outcome.outcome is Outcome.UNCHANGED:
        return stored.id
    writing = context.writing
    if stored is None:
        cursor = writing.execute(
            "INSERT INTO cycles (patient_id, ref, revision, release, content_hash, first_received_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (context.patient_id, cycle.ref, outcome.revision, cycle.release, cycle.content_hash, writing.at),
        )
        cycle_id = int(cursor.lastrowid)
    else:
        cycle_id = stored.id
        writing.execute(
            "UPDATE cycles SET revision = ?, release = ?, content_hash = ? WHERE id = ?",
            (outcome.revision, cycle.release, cycle.content_hash, cycle_id),
        )
    writing.execute(
        "INSERT INTO cycle_revisions (cycle_id, revision, import_id, received_at, release, content_hash,"
        " body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            cycle_id,
            outcome.revision,
            context.import_id,
            writing.at,
            cycle.release,
            cycle.content_hash,
            cycle.text,
        ),
    )
    return cycle_id


def _assignments(writing: Writing, patient_id: int) -> dict[int, set[str]]:
    rows = writing.execute(
        "SELECT a.cycle_id, a.register FROM assignments a JOIN cycles c ON c.id = a.cycle_id"
        " WHERE c.patient_id = ?",
        (patient_id,),
    )
    present: defaultdict[int, set[str]] = defaultdict(set)
    for row in rows:
        present[row["cycle_id"]].add(row["register"])
    return present


def _assign(context: _Context, cycle_id: int, registers: tuple[str, ...]) -> None:
    present = context.assignments.get(cycle_id, set())
    for register in present - set(registers):
        context.writing.execute(
            "DELETE FROM assignments WHERE cycle_id = ? AND register = ?", (cycle_id, register)
        )
    context.writing.execute_many(
        "INSERT INTO assignments (cycle_id, register) VALUES (?, ?)",
        [(cycle_id, register) for register in registers if register not in present],
    )


def _open_findings(writing: Writing, patient_id: int) -> dict[int | None, dict[StoredFinding, _OpenFinding]]:
    rows = writing.execute(
        "SELECT id, cycle_id, rule, severity, field, child_no, registers, open_since FROM findings"
        " WHERE patient_id = ? AND superseded_at IS NULL",
        (patient_id,),
    )
    found: dict[int | None, dict[StoredFinding, _OpenFinding]] = {}
    for row in rows:
        finding = StoredFinding(
            row["rule"], row["severity"], row["field"], row["child_no"], tuple(json.loads(row["registers"]))
        )
        found.setdefault(row["cycle_id"], {})[finding] = _OpenFinding(row["id"], row["open_since"])
    return found


def _renew_findings(
    context: _Context, cycle_id: int | None, findings: tuple[StoredFinding, ...], *, fresh: bool
) -> None:
    """Supersede findings that no longer hold and add new ones; `fresh` records lose their confirmations."""
    writing = context.writing
    present = context.findings.get(cycle_id, {})
    wanted = dict.fromkeys(findings)
    for finding, row in present.items():
        # what a register refused stays refused until the record changes
        if fresh or (finding not in wanted and finding.rule != REJECTED_RULE):
            writing.execute("UPDATE findings SET superseded_at = ? WHERE id = ?", (writing.at, row.id))
    for finding in wanted:
        known = present.get(finding)
        if known and not fresh:
            continue
        writing.execute(
            "INSERT INTO findings"
            " (patient_id, cycle_id, import_id, rule, severity, field, child_no, registers, found_at,"
            " open_since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                context.patient_id,
                cycle_id,
                context.import_id,
                finding.rule,
                finding.severity,
                finding.field,
                finding.child_no,
                json.dumps(finding.registers),
                writing.at,
                known.since if known else writing.at,
            ),
        )
