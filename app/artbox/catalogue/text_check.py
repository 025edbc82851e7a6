"""Looks for master data in every text of a record.

Where the form is sound, choices and dates are known to be just that: then only the capture program's own
references and the code fields can hold a free text. A record whose form is wrong is looked through wholly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from artbox.catalogue.findings import Findings, Place
from artbox.catalogue.json_schema import is_delivered
from artbox.catalogue.master_data import BirthDate
from artbox.catalogue.model import Definition, FieldType, Finding, Level, Text
from artbox.catalogue.records import Patient
from artbox.catalogue.values import DAY

KIND = "looks_like_master_data"
REFERENCES = {Level.PATIENT: ("patient_ref",), Level.CYCLE: ("cycle_ref",), Level.CHILD: ()}
MOST_STEPS = 20_000
"""More places than a sound record has; beyond them its form has rejected it already."""
MOST_FINDINGS = 50
LISTS = {"cycles": Level.CYCLE, "children": Level.CHILD}
Json = dict[str, object]
Step = tuple[Place, str | None, object]
_END: tuple[None, None, None] = (None, None, None)


class TextCheck:
    """The check of one release."""

    def __init__(self, definition: Definition, findings: Findings) -> None:
        self.findings = findings
        self.scan = findings.scan
        self._codes = {code for listed in definition.choice_lists.values() for code in listed.codes}
        self._free = {level: self._free_texts(definition, level) for level in Level}

    def header(self, head: Json) -> Iterator[Finding]:
        """Object to texts about the capture program that hold a person's data."""
        for place, name, text in self._texts(head, Place("")):
            looks_like = self.scan.look_in_header(text)
            if looks_like is not None:
                yield self._finding(place, name, looks_like)

    def patient(self, patient: Patient, *, well_formed: bool) -> list[Finding]:
        """Object to texts of a patient's record; `well_formed` when its form had no error."""
        known = self.scan.birth_dates(patient.raw)
        if well_formed:
            return list(self._free_findings(patient, known))
        found: list[Finding] = []
        for place, name, text in self._texts(patient.raw, patient.place):
            looks_like = None if self._is_value(text) else self.scan.look(text, known)
            if looks_like is not None:
                found.append(self._finding(place, name, looks_like))
                if len(found) == MOST_FINDINGS:
                    break
        return found

    def _free_findings(self, patient: Patient, known: Sequence[BirthDate]) -> Iterator[Finding]:
        for record in patient.records():
            for name in self._free[record.level]:
                text = record.raw.get(name)
                looks_like = self.scan.look(text, known) if isinstance(text, str) else None
                if looks_like is not None:
                    yield self._finding(record.place.at(name), name, looks_like)

    def _texts(self, record: Json, place: Place) -> Iterator[tuple[Place, str | None, str]]:
        """Walk the texts below a record in order, with place and the name of the member each stands in."""
        ways: list[Iterator[Step]] = [iter([(place, None, record)])]
        for _ in range(MOST_STEPS):
            at, name, value = next(ways[-1], _END)
            if at is None:
                ways.pop()
                if not ways:
                    return
            elif isinstance(value, str):
                yield at, name, value
            elif isinstance(value, dict):
                ways.append(self._members(at, value))
            elif isinstance(value, list):
                ways.append(_entries(at, name, value))

    def _members(self, at: Place, record: Json) -> Iterator[Step]:
        return (
            (self.findings.named(at, str(name)), str(name), value)
            for name, value in record.items()
            if _holds_text(value)
        )

    def _finding(self, place: Place, name: str | None, looks_like: Text) -> Finding:
        return self.findings.general(KIND, place, name=name, looks_like=looks_like)

    def _is_value(self, text: str) -> bool:
        return text in self._codes or DAY.fullmatch(text) is not None

    @staticmethod
    def _free_texts(definition: Definition, level: Level) -> tuple[str, ...]:
        coded = [
            field.name
            for field in definition.fields.values()
            if is_delivered(field, level) and field.type is FieldType.CODE
        ]
        return (*REFERENCES[level], *coded)


def without_references(found: list[Finding], raw: object) -> list[Finding]:
    """Take a cycle's reference out of every finding when the reference itself must not be repeated."""
    withheld = {finding.pointer for finding in found if finding.withheld}
    if not withheld or not isinstance(raw, dict):
        return found
    cycles = raw.get("cycles")
    references = {
        cycle.get("cycle_ref")
        for number, cycle in enumerate(cycles if isinstance(cycles, list) else [])
        if isinstance(cycle, dict)
        and any(pointer.endswith(f"/cycles/{number}/cycle_ref") for pointer in withheld)
    }
    return [replace(item, cycle_ref=None) if item.cycle_ref in references else item for item in found]


def _entries(at: Place, name: str | None, values: list[object]) -> Iterator[Step]:
    level = LISTS.get(name or "")
    for number, value in enumerate(values):
        if _holds_text(value):
            inside = at.at(number)
            yield (inside.of_record(level, value) if level else inside), name, value


def _holds_text(value: object) -> bool:
    return isinstance(value, str | dict | list)
