"""Judging patients by the catalogue: which may be stored, with which findings, releases and registers.

Touches no store, so that patients are judged without holding anybody up.
"""

from collections.abc import Sequence
from datetime import date

from artbox.box.domain import reports
from artbox.box.domain.consent import ConsentStatus, Statement
from artbox.box.domain.imports import (
    Json,
    JudgedCycle,
    JudgedPatient,
    Judgement,
    StoredFinding,
)
from artbox.catalogue import Catalogue, Finding, Kind

LARGEST_CHILD_NO = 1000
NOT_OF_THE_PATIENT = frozenset({"cycles", "consents", "centre_no"})


class Judge:
    """Judges the patients of one document; findings about its `header` reject every one of them."""

    def __init__(
        self, catalogue: Catalogue, header: Sequence[Finding], *, centre_no: int, today: date
    ) -> None:
        self._catalogue = catalogue
        self._header = tuple(header)
        self._centre_no = centre_no
        self._today = today

    def judge(self, index: int, patient: object) -> Judgement:
        """Judge the patient at a place of the document, each cycle by the release valid at its start."""
        found = self._catalogue.check(patient, index, centre_no=self._centre_no, today=self._today)
        found = [*self._header, *found]
        told = tuple(finding.as_dict() for finding in found)
        if any(finding.rejects for finding in found) or not isinstance(patient, dict):
            return Judgement(reports.rejected(index, patient), told)
        return Judgement(self._patient(index, patient, found), told)

    def _patient(self, index: int, patient: Json, found: Sequence[Finding]) -> JudgedPatient:
        body = {name: value for name, value in patient.items() if name not in NOT_OF_THE_PATIENT}
        raw = _records(patient, "cycles")
        cycles = tuple(self._cycle(body, cycle, found) for cycle in raw)
        references = {cycle.ref for cycle in cycles}
        return JudgedPatient(
            index=index,
            ref=str(patient["patient_ref"]),
            body=body,
            release=self._catalogue.for_patient(raw).version,
            consents=tuple(dict.fromkeys(_statement(consent) for consent in _records(patient, "consents"))),
            cycles=cycles,
            findings=tuple(_stored(finding) for finding in found if finding.cycle_ref not in references),
        )

    def _cycle(self, patient: Json, cycle: Json, found: Sequence[Finding]) -> JudgedCycle:
        reference = str(cycle["cycle_ref"])
        release = self._catalogue.for_cycle(cycle)
        projections = [release.projection(register, Kind.PSEUDONYMISED) for register in release.registers]
        return JudgedCycle(
            ref=reference,
            body=cycle,
            release=release.version,
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
