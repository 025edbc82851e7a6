"""Judging a document by the catalogue: which patients may be stored, with which findings and registers.

Touches no store, so that a large document is judged without holding anybody up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from artbox.box.domain import reports
from artbox.box.domain.consent import ConsentStatus, Statement
from artbox.box.domain.imports import (
    Json,
    JudgedCycle,
    JudgedPatient,
    PatientOutcome,
    StoredFinding,
)
from artbox.catalogue import Finding, Kind, Release

LARGEST_CHILD_NO = 1000
NOT_OF_THE_PATIENT = frozenset({"cycles", "consents", "centre_no"})


@dataclass
class Judgement:
    """What the catalogue says: patients to store, patients rejected, and every finding by patient's index."""

    accepted: list[JudgedPatient] = field(default_factory=list)
    rejected: list[PatientOutcome] = field(default_factory=list)
    findings: dict[int, list[Json]] = field(default_factory=dict)


def judge(
    patients: Sequence[object], release: Release, header: Sequence[Finding], centre_no: int, today: date
) -> Judgement:
    """Judge each patient alone; findings about the document's `header` reject every one."""
    judgement = Judgement()
    for index, patient in enumerate(patients):
        found = [*header, *release.check(patient, index, centre_no=centre_no, today=today)]
        judgement.findings[index] = [finding.as_dict() for finding in found]
        if any(finding.rejects for finding in found) or not isinstance(patient, dict):
            withheld = {finding.pointer for finding in found if finding.withheld}
            judgement.rejected.append(reports.rejected(index, patient, withheld))
        else:
            judgement.accepted.append(_patient(index, patient, found, release))
    return judgement


def _patient(index: int, patient: Json, found: Sequence[Finding], release: Release) -> JudgedPatient:
    body = {name: value for name, value in patient.items() if name not in NOT_OF_THE_PATIENT}
    cycles = tuple(_cycle(body, cycle, found, release) for cycle in _records(patient, "cycles"))
    references = {cycle.ref for cycle in cycles}
    return JudgedPatient(
        index=index,
        ref=str(patient["patient_ref"]),
        body=body,
        consents=tuple(dict.fromkeys(_statement(consent) for consent in _records(patient, "consents"))),
        cycles=cycles,
        findings=tuple(_stored(finding) for finding in found if finding.cycle_ref not in references),
    )


def _cycle(patient: Json, cycle: Json, found: Sequence[Finding], release: Release) -> JudgedCycle:
    reference = str(cycle["cycle_ref"])
    projections = [release.projection(register, Kind.PSEUDONYMISED) for register in release.registers]
    return JudgedCycle(
        ref=reference,
        body=cycle,
        registers=tuple(p.register for p in projections if p.applies(patient, cycle)),
        findings=tuple(_stored(finding) for finding in found if finding.cycle_ref == reference),
    )


def _statement(consent: Json) -> Statement:
    on = consent.get("date")
    return Statement(
        register=str(consent["register"]),
        status=ConsentStatus(str(consent["status"])),
        on=date.fromisoformat(on) if isinstance(on, str) else None,
    )


def _stored(finding: Finding) -> StoredFinding:
    child_no = finding.child_no
    return StoredFinding(
        rule=finding.rule,
        severity=finding.severity.value,
        field=finding.field,
        child_no=child_no if child_no is not None and 0 <= child_no <= LARGEST_CHILD_NO else None,
        registers=finding.registers,
    )


def _records(parent: Json, member: str) -> list[Json]:
    records = parent.get(member)
    return [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []
