"""What the arrival of a judged patient would change. Only reads, so that a dry run can plan as well."""

from dataclasses import dataclass, field
from datetime import date

from artbox.box.adapters.store.database import Connection, Writing
from artbox.box.domain.consent import ConsentStatus, Statement
from artbox.box.domain.imports import CycleOutcome, JudgedCycle, JudgedPatient, Outcome, PatientOutcome


@dataclass(frozen=True)
class StoredCycle:
    """What is compared of a cycle that is there already."""

    id: int
    revision: int
    content_hash: str


@dataclass(frozen=True)
class Plan:
    """What a patient's arrival changes; `cycles` are those there already, by reference."""

    patient_id: int | None
    body_changed: bool
    consents_changed: bool
    revision: int
    outcome: PatientOutcome
    cycles: dict[str, StoredCycle] = field(default_factory=dict)


def plan(connection: Connection | Writing, source: str, patient: JudgedPatient) -> Plan:
    """Compare a judged patient with what is stored."""
    row = connection.execute(
        "SELECT id, revision, content_hash FROM patients WHERE source = ? AND ref = ?", (source, patient.ref)
    ).fetchone()
    if row is None:
        created = tuple(CycleOutcome(cycle.ref, Outcome.CREATED, 1) for cycle in patient.cycles)
        outcome = PatientOutcome(patient.index, patient.ref, Outcome.CREATED, created)
        return Plan(None, True, bool(patient.consents), 1, outcome)
    stored = _cycles(connection, row["id"])
    body_changed = row["content_hash"] != patient.content_hash
    consents_changed = set(statements(connection, row["id"])) != set(patient.consents)
    cycles = tuple(_cycle_outcome(stored.get(cycle.ref), cycle) for cycle in patient.cycles)
    changed = body_changed or consents_changed or any(c.outcome is not Outcome.UNCHANGED for c in cycles)
    outcome = PatientOutcome(
        patient.index, patient.ref, Outcome.UPDATED if changed else Outcome.UNCHANGED, cycles
    )
    revision = row["revision"] + int(body_changed)
    return Plan(row["id"], body_changed, consents_changed, revision, outcome, stored)


def statements(connection: Connection | Writing, patient_id: int) -> list[Statement]:
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


def _cycles(connection: Connection | Writing, patient_id: int) -> dict[str, StoredCycle]:
    rows = connection.execute(
        "SELECT id, ref, revision, content_hash FROM cycles WHERE patient_id = ?", (patient_id,)
    )
    return {row["ref"]: StoredCycle(row["id"], row["revision"], row["content_hash"]) for row in rows}


def _cycle_outcome(stored: StoredCycle | None, cycle: JudgedCycle) -> CycleOutcome:
    if stored is None:
        return CycleOutcome(cycle.ref, Outcome.CREATED, 1)
    if stored.content_hash == cycle.content_hash:
        return CycleOutcome(cycle.ref, Outcome.UNCHANGED, stored.revision)
    return CycleOutcome(cycle.ref, Outcome.UPDATED, stored.revision + 1)
