"""The report of an import, as the import interface promises it: one result per patient, in request order."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from artbox.box.domain.imports import CycleOutcome, Json, Outcome, PatientOutcome, Report

MAX_REFERENCE = 200


def rejected(index: int, patient: object, withheld: Collection[str]) -> PatientOutcome:
    """Return the outcome of a patient that is not stored, with as much of its references as is sound.

    `withheld` are the pointers whose value must not be repeated.
    """
    members = patient if isinstance(patient, dict) else {}
    pointer, cycles = f"/patients/{index}", members.get("cycles")
    return PatientOutcome(
        index,
        _reference(members, "patient_ref", pointer, withheld),
        Outcome.REJECTED,
        tuple(
            CycleOutcome(
                _reference(cycle, "cycle_ref", f"{pointer}/cycles/{number}", withheld), Outcome.REJECTED, None
            )
            for number, cycle in enumerate(cycles if isinstance(cycles, list) else [])
        ),
    )


def report(
    import_id: str,
    outcomes: Sequence[PatientOutcome],
    findings: Mapping[int, Sequence[Json]],
    *,
    dry_run: bool,
) -> Report:
    """Join outcomes and findings (by the patient's index); counts are of cycles but for `patients`."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.index)
    summary = _summary(ordered, findings)
    complete = all(outcome.outcome is not Outcome.REJECTED for outcome in ordered)
    document: Json = {
        "id": import_id,
        "state": "finished",
        "complete": complete,
        "dry_run": dry_run,
        "summary": summary,
        "results": [_result(outcome, findings.get(outcome.index, ())) for outcome in ordered],
    }
    return Report(complete, summary, document)


def _summary(outcomes: Sequence[PatientOutcome], findings: Mapping[int, Sequence[Json]]) -> dict[str, int]:
    counts = Counter(cycle.outcome for outcome in outcomes for cycle in outcome.cycles)
    return {
        "patients": len(outcomes),
        "cycles": counts.total(),
        **{outcome.value: counts[outcome] for outcome in Outcome},
        "with_findings": sum(
            _with_findings(outcome, findings.get(outcome.index, ())) for outcome in outcomes
        ),
    }


def _with_findings(outcome: PatientOutcome, findings: Sequence[Json]) -> int:
    """Count the cycles a finding speaks of; one about the patient speaks of all."""
    spoken_of = {finding["cycle_ref"] for finding in findings}
    return sum(None in spoken_of or cycle.ref in spoken_of for cycle in outcome.cycles)


def _result(outcome: PatientOutcome, findings: Sequence[Json]) -> Json:
    return {
        "index": outcome.index,
        "patient_ref": outcome.ref,
        "outcome": outcome.outcome.value,
        "cycles": [
            {"cycle_ref": cycle.ref, "outcome": cycle.outcome.value, "revision": cycle.revision}
            for cycle in outcome.cycles
        ],
        "findings": list(findings),
    }


def _reference(record: object, name: str, pointer: str, withheld: Collection[str]) -> str | None:
    value = record.get(name) if isinstance(record, dict) and f"{pointer}/{name}" not in withheld else None
    return value if isinstance(value, str) and len(value) <= MAX_REFERENCE else None
