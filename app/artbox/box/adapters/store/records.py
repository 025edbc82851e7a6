"""Patients, cycles, consents and findings: what a judged patient would change, and changing it.

Planning only reads, so that a dry run can plan as well. Nothing is deleted: a changed record gets a further
revision, consents and findings that no longer hold are marked as superseded.
"""

import json
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from artbox.box.adapters.store.database import Connection, Writing
from artbox.box.domain.consent import ConsentStatus, Statement
from artbox.box.domain.imports import (
    CycleOutcome,
    JudgedCycle,
    JudgedPatient,
    Outcome,
    PatientOutcome,
    StoredFinding,
)
from artbox.box.domain.worklist import REJECTED_RULE
from artbox.wire import canonical


@dataclass(frozen=True)
class Plan:
    """What a patient's arrival changes."""

    patient_id: int | None
    body_changed: bool
    consents_changed: bool
    revision: int
    outcome: PatientOutcome


def plan(connection: Connection | Writing, source: str, patient: JudgedPatient) -> Plan:
    """Compare a judged patient with what is stored."""
    row = connection.execute(
        "SELECT id, revision, content_hash FROM patients WHERE source = ? AND ref = ?", (source, patient.ref)
    ).fetchone()
    patient_id = row["id"] if row else None
    body_changed = row is None or row["content_hash"] != patient.content_hash
    consents_changed = set(statements(connection, patient_id)) != set(patient.consents)
    cycles = tuple(_cycle_outcome(connection, patient_id, cycle) for cycle in patient.cycles)
    changed = body_changed or consents_changed or any(c.outcome is not Outcome.UNCHANGED for c in cycles)
    outcome = Outcome.CREATED if row is None else Outcome.UPDATED if changed else Outcome.UNCHANGED
    revision = (row["revision"] if row else 0) + int(body_changed)
    return Plan(
        patient_id,
        body_changed,
        consents_changed,
        revision,
        PatientOutcome(patient.index, patient.ref, outcome, cycles),
    )


def statements(connection: Connection | Writing, patient_id: int | None) -> list[Statement]:
    """Return the statements about consent in force."""
    rows = connection.execute(
        "SELECT register, status, stated_on FROM consents WHERE patient_id = ? AND superseded_at IS NULL",
        (patient_id,),
    )
    return [
        Statement(
            row["register"],
            ConsentStatus(row["status"]),
            date.fromisoformat(row["stated_on"]) if row["stated_on"] else None,
        )
        for row in rows
    ]


def apply(
    writing: Writing, source: str, import_id: str, release: str, patient: JudgedPatient
) -> PatientOutcome:
    """Store what the patient's arrival changes, and return the outcome."""
    planned = plan(writing, source, patient)
    context = _Context(writing, import_id, release)
    patient_id = planned.patient_id or _add_patient(context, source, patient)
    if planned.body_changed:
        _revise_patient(context, patient_id, planned.revision, patient)
    if planned.consents_changed:
        _replace_consents(context, patient_id, patient)
    _renew_findings(context, patient_id, None, patient.findings, fresh=planned.body_changed)
    for cycle, outcome in zip(patient.cycles, planned.outcome.cycles, strict=True):
        changed = outcome.outcome is not Outcome.UNCHANGED
        cycle_id = _take_cycle(context, patient_id, cycle, outcome)
        _assign(context, cycle_id, cycle.registers)
        _renew_findings(context, patient_id, cycle_id, cycle.findings, fresh=changed or planned.body_changed)
    return planned.outcome


@dataclass(frozen=True)
class _Context:
    writing: Writing
    import_id: str
    release: str


def _cycle_outcome(
    connection: Connection | Writing, patient_id: int | None, cycle: JudgedCycle
) -> CycleOutcome:
    row = connection.execute(
        "SELECT revision, content_hash FROM cycles WHERE patient_id = ? AND ref = ?", (patient_id, cycle.ref)
    ).fetchone()
    if row is None:
        return CycleOutcome(cycle.ref, Outcome.CREATED, 1)
    if row["content_hash"] == cycle.content_hash:
        return CycleOutcome(cycle.ref, Outcome.UNCHANGED, row["revision"])
    return CycleOutcome(cycle.ref, Outcome.UPDATED, row["revision"] + 1)


def _add_patient(context: _Context, source: str, patient: JudgedPatient) -> int:
    cursor = context.writing.execute(
        "INSERT INTO patients (uuid, source, ref, revision, content_hash, first_received_at)"
        " VALUES (?, ?, ?, 0, '', ?)",
        (str(uuid4()), source, patient.ref, context.writing.at),
    )
    return int(cursor.lastrowid)


def _revise_patient(context: _Context, patient_id: int, revision: int, patient: JudgedPatient) -> None:
    context.writing.execute(
        "UPDATE patients SET revision = ?, content_hash = ? WHERE id = ?",
        (revision, patient.content_hash, patient_id),
    )
    context.writing.execute(
        "INSERT INTO patient_revisions"
        " (patient_id, revision, import_id, received_at, release, content_hash, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            patient_id,
            revision,
            context.import_id,
            context.writing.at,
            context.release,
            patient.content_hash,
            _text(patient.body),
        ),
    )


def _replace_consents(context: _Context, patient_id: int, patient: JudgedPatient) -> None:
    context.writing.execute(
        "UPDATE consents SET superseded_at = ? WHERE patient_id = ? AND superseded_at IS NULL",
        (context.writing.at, patient_id),
    )
    for statement in dict.fromkeys(patient.consents):
        context.writing.execute(
            "INSERT INTO consents (patient_id, register, status, stated_on, import_id, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                patient_id,
                statement.register,
                statement.status.value,
                statement.on.isoformat() if statement.on else None,
                context.import_id,
                context.writing.at,
            ),
        )


def _take_cycle(context: _Context, patient_id: int, cycle: JudgedCycle, outcome: CycleOutcome) -> int:
    writing = context.writing
    if outcome.outcome is Outcome.CREATED:
        writing.execute(
            "INSERT INTO cycles (patient_id, ref, revision, release, content_hash, first_received_at)"
            " VALUES (?, ?, 0, '', '', ?)",
            (patient_id, cycle.ref, writing.at),
        )
    row = writing.execute("SELECT id FROM cycles WHERE patient_id = ? AND ref = ?", (patient_id, cycle.ref))
    cycle_id = int(row.fetchone()["id"])
    if outcome.outcome is Outcome.UNCHANGED:
        return cycle_id
    writing.execute(
        "UPDATE cycles SET revision = ?, release = ?, content_hash = ? WHERE id = ?",
        (outcome.revision, context.release, cycle.content_hash, cycle_id),
    )
    writing.execute(
        "INSERT INTO cycle_revisions (cycle_id, revision, import_id, received_at, release, content_hash,"
        " body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            cycle_id,
            outcome.revision,
            context.import_id,
            writing.at,
            context.release,
            cycle.content_hash,
            _text(cycle.body),
        ),
    )
    return cycle_id


def _assign(context: _Context, cycle_id: int, registers: tuple[str, ...]) -> None:
    rows = context.writing.execute("SELECT register FROM assignments WHERE cycle_id = ?", (cycle_id,))
    present = {row["register"] for row in rows}
    for register in present - set(registers):
        context.writing.execute(
            "DELETE FROM assignments WHERE cycle_id = ? AND register = ?", (cycle_id, register)
        )
    for register in set(registers) - present:
        context.writing.execute(
            "INSERT INTO assignments (cycle_id, register) VALUES (?, ?)", (cycle_id, register)
        )


def _renew_findings(
    context: _Context,
    patient_id: int,
    cycle_id: int | None,
    findings: tuple[StoredFinding, ...],
    *,
    fresh: bool,
) -> None:
    """Supersede findings that no longer hold and add new ones; `fresh` records lose their confirmations."""
    writing = context.writing
    rows = writing.execute(
        "SELECT id, rule, severity, field, child_no, registers, open_since FROM findings"
        " WHERE patient_id = ? AND cycle_id IS ? AND superseded_at IS NULL AND (rule <> ? OR ?)",
        # what a register refused stays refused until the record changes
        (patient_id, cycle_id, REJECTED_RULE, fresh),
    ).fetchall()
    wanted = dict.fromkeys(findings)
    since: dict[StoredFinding, str] = {}
    for row in rows:
        present = StoredFinding(
            row["rule"], row["severity"], row["field"], row["child_no"], tuple(json.loads(row["registers"]))
        )
        since[present] = row["open_since"]
        if present in wanted and not fresh:
            del wanted[present]
        else:
            writing.execute("UPDATE findings SET superseded_at = ? WHERE id = ?", (writing.at, row["id"]))
    for finding in wanted:
        writing.execute(
            "INSERT INTO findings"
            " (patient_id, cycle_id, import_id, rule, severity, field, child_no, registers, found_at,"
            " open_since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                patient_id,
                cycle_id,
                context.import_id,
                finding.rule,
                finding.severity,
                finding.field,
                finding.child_no,
                json.dumps(finding.registers),
                writing.at,
                since.get(finding, writing.at),
            ),
        )


def _text(body: object) -> str:
    return canonical.encode(body).decode("utf-8")
