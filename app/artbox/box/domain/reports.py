"""The report of an import, as the import interface promises it: one result per patient, in request order."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from artbox.box.domain.imports import CycleOutcome, Json, Outcome, PatientOutcome, Result

MAX_REFERENCE = 200
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def rejected(index: int, patient: object) -> PatientOutcome:
    """Return the outcome of a patient that is not stored, with as much of its references as is sound."""
    members = patient if isinstance(patient, dict) else {}
    cycles = members.get("cycles")
    listed = cycles if isinstance(cycles, list) else []
    return PatientOutcome(
        index,
        _reference(members.get("patient_ref")),
        Outcome.REJECTED,
        tuple(
            CycleOutcome(
                _reference(cycle.get("cycle_ref") if isinstance(cycle, dict) else None),
                Outcome.REJECTED,
                None,
            )
            for cycle in listed
        ),
    )


class Tally:
    """The summary of an import while it grows; counts are of cycles but for `patients`."""

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        self._counts: Counter[str] = Counter(counts or {})

    def with_more(self, results: Iterable[Result]) -> "Tally":
        """Return the tally with the patients of one portion counted too."""
        more = Tally(self._counts)
        for result in results:
            outcome = result.outcome
            more._counts["patients"] += 1
            more._counts["cycles"] += len(outcome.cycles)
            more._counts.update([cycle.outcome.value for cycle in outcome.cycles])
            more._counts["with_findings"] += _with_findings(result)
            more._counts["refused"] += outcome.outcome is Outcome.REJECTED
        return more

    @property
    def patients(self) -> int:
        """How many patients have been counted."""
        return self._counts["patients"]

    @property
    def complete(self) -> bool:
        """Whether no patient was rejected."""
        return not self._counts["refused"]

    @property
    def summary(self) -> Mapping[str, int]:
        """The counts as the report names them."""
        names = ("patients", "cycles", *(outcome.value for outcome in Outcome), "with_findings")
        return {name: self._counts[name] for name in names}


def result_text(result: Result) -> str:
    """Return one entry of `results` as JSON."""
    outcome = result.outcome
    entry: Json = {
        "index": outcome.index,
        "patient_ref": outcome.ref,
        "outcome": outcome.outcome.value,
        "cycles": [
            {"cycle_ref": cycle.ref, "outcome": cycle.outcome.value, "revision": cycle.revision}
            for cycle in outcome.cycles
        ],
        "findings": list(result.findings),
    }
    return _ENCODER.encode(entry)


def urgency(result: Result) -> int:
    """Return what to look at first: 0 for a rejected patient, 1 for one with findings, 2 for the rest."""
    if result.outcome.outcome is Outcome.REJECTED:
        return 0
    return 1 if result.findings else 2


def _with_findings(result: Result) -> int:
    """Count the cycles a finding speaks of; one about the patient speaks of all."""
    if not result.findings:
        return 0
    spoken_of = {finding["cycle_ref"] for finding in result.findings}
    return sum(None in spoken_of or cycle.ref in spoken_of for cycle in result.outcome.cycles)


def _reference(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= MAX_REFERENCE else None
