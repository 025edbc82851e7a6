"""Judges one patient of an import document: form, generic checks, then the rules between fields.

Every objection is found in one pass. Findings name places and rules; no text of theirs holds a value.
"""

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from artbox.catalogue.conditions import Scope
from artbox.catalogue.conditions.vocabulary import vocabulary
from artbox.catalogue.findings import Findings, Place
from artbox.catalogue.model import Definition, Field, FieldType, Finding, Level, Range
from artbox.catalogue.records import Child, Cycle, Patient, RecordReader
from artbox.catalogue.rules import Record, RuleSet, judged
from artbox.catalogue.schema_errors import FormCheck
from artbox.catalogue.values import Scalar, Unknown, Value

Json = dict[str, object]
DATES = (FieldType.DATE, FieldType.DATETIME)


@dataclass(frozen=True)
class Circumstances:
    """Of which patient of the document, for which centre, on which day, and of which cycles."""

    index: int
    centre_no: int
    today: date
    cycles: Collection[int] | None = None

    def covers(self, pointer: str) -> bool:
        """Whether what stands at a pointer is to be judged."""
        match pointer.split("/"):
            case [_, _, _, "cycles", number, *_] if self.cycles is not None:
                return int(number) in self.cycles
        return True


class Bounds:
    """The limits of a level's fields put together, so that most values need one look.

    The hard range of numbers is the schema's to judge; what lies outside here is only looked at more closely.
    """

    def __init__(self, fields: Collection[Field]) -> None:
        self._fields = [field for field in fields if field.type in DATES or field.hard or field.soft]
        self._rows: tuple[date | None, list[tuple[Field, str, Scalar, Scalar]]] = (None, [])

    def outside(self, values: Record, today: date) -> Iterator[tuple[Field, Value]]:
        """Give the values that do not lie inside all limits of their field."""
        rows_of, rows = self._rows
        if rows_of != today:
            rows = [self._row(field, today) for field in self._fields]
            self._rows = (today, rows)
        for field, name, low, high in rows:
            value = values.get(name)
            if value is None or type(value) is Unknown:
                continue
            if type(value) is tuple:
                if not all(low <= item <= high for item in value):  # type: ignore[operator]
                    yield field, value
            elif not low <= value <= high:  # type: ignore[operator]
                yield field, value

    @staticmethod
    def _row(field: Field, today: date) -> tuple[Field, str, Scalar, Scalar]:
        """Return the narrowest limits of a field; a date is never after today."""
        is_date = field.type in DATES
        limits = [limits for limits in (field.hard, field.soft) if limits is not None]
        lows = [item.minimum for item in limits if item.minimum is not None]
        highs = [item.maximum for item in limits if item.maximum is not None]
        lows.append(date.min if is_date else -math.inf)
        highs.append(today if is_date else math.inf)
        return field, field.name, max(lows), min(highs)


class Checker:
    """The checks of one release, compiled once."""

    def __init__(self, definition: Definition) -> None:
        words = vocabulary(definition.fields, definition.choice_lists)
        self.definition = definition
        self.findings = Findings(definition)
        self.form = FormCheck(definition, self.findings)
        self.reader = RecordReader(definition, words)
        self.rules: Mapping[Level, RuleSet] = {
            level: RuleSet([judged(rule, words) for rule in definition.rules.values() if rule.level is level])
            for level in Level
        }
        self.bounds = {level: Bounds(self.reader.delivered(level).values()) for level in Level}
        suspicious = self.findings.check("looks_like_master_data").patterns
        self.suspicious = [re.compile(pattern, re.ASCII) for pattern in suspicious]

    def header(self, document: object, centre_no: int) -> list[Finding]:
        """Judge a document without its patients; every finding refuses the whole document."""
        if not isinstance(document, dict):
            return self.form.header(document)
        found = self.form.header({name: part for name, part in document.items() if name != "patients"})
        if document.get("centre_no") != centre_no:
            found = [item for item in found if item.pointer != "/centre_no"]
            found.append(self.findings.general("wrong_centre", Place("/centre_no")))
        patients, most = document.get("patients", []), self.definition.limits.patients
        if not isinstance(patients, list):
            found.append(self.findings.general("structure", Place("/patients")))
        elif len(patients) > most:
            found.append(self.findings.general("too_many_entries", Place("/patients"), limit=most))
        return found

    def patient(self, raw: object, at: Circumstances) -> list[Finding]:
        """Judge one patient; form errors first, then values, then rules."""
        found = self.form.patient(raw, at.index)
        if isinstance(raw, dict):
            patient = self.reader.patient(raw, at.index)
            found.extend(self._keys(patient, at.centre_no))
            for record in patient.records():
                found.extend(self._values(record.values, record.level, record.place, at.today))
            found.extend(self._consents(patient, at.today))
            found = [finding for finding in found if at.covers(finding.pointer)]
            found.extend(self._rules(patient, at))
        return found

    def _keys(self, patient: Patient, centre_no: int) -> Iterator[Finding]:
        if patient.raw.get("centre_no", centre_no) != centre_no:
            yield self.findings.general("wrong_centre", patient.place.at("centre_no"))
        keys = [(patient.place.at("patient_ref"), patient.raw.get("patient_ref"))]
        keys += [(cycle.place.at("cycle_ref"), cycle.raw.get("cycle_ref")) for cycle in patient.cycles]
        for place, key in keys:
            if isinstance(key, str) and any(pattern.fullmatch(key) for pattern in self.suspicious):
                yield self.findings.general("looks_like_master_data", place)
        yield from self._doubles(
            [(cycle.place, cycle.raw.get("cycle_ref")) for cycle in patient.cycles], "cycle_ref"
        )
        for cycle in patient.cycles:
            yield from self._doubles(
                [(child.place, child.place.child_no) for child in cycle.children], "child_no"
            )

    def _doubles(self, keys: Sequence[tuple[Place, object]], name: str) -> Iterator[Finding]:
        seen: set[object] = set()
        for place, key in keys:
            if isinstance(key, str | int) and key in seen:
                yield self.findings.general("duplicate", place.at(name))
            elif isinstance(key, str | int):
                seen.add(key)

    def _values(self, values: Record, level: Level, place: Place, today: date) -> Iterator[Finding]:
        for field, value in self.bounds[level].outside(values, today):
            yield from self._value(field, value, place, today)

    def _value(self, field: Field, value: Value, place: Place, today: date) -> Iterator[Finding]:
        items = value if isinstance(value, tuple) else (value,)
        if field.type in DATES:
            if isinstance(value, date) and value > today:
                yield self.findings.of_field("future_date", place, field)
            elif not _inside(field.hard, items):
                yield self.findings.of_field("hard_range", place, field)
        # the schema has judged the hard range of numbers; where that failed the soft one adds nothing
        if _inside(field.hard, items) and not _inside(field.soft, items):
            yield self.findings.of_field("soft_range", place, field)

    def _consents(self, patient: Patient, today: date) -> Iterator[Finding]:
        consents = patient.raw.get("consents")
        for number, consent in enumerate(consents if isinstance(consents, list) else []):
            day = consent.get("date") if isinstance(consent, dict) else None
            if isinstance(day, str) and day > today.isoformat() and re.fullmatch(r"\d{4}-\d\d-\d\d", day):
                yield self.findings.general("future_date", patient.place.at("consents", number, "date"))

    def _rules(self, patient: Patient, at: Circumstances) -> Iterator[Finding]:
        yield from self._broken(Level.PATIENT, Scope(patient.values, at.today), patient.place)
        for cycle in patient.cycles:
            if at.covers(cycle.place.pointer):
                yield from self._cycle_rules(cycle, patient.place, at.today)

    def _cycle_rules(self, cycle: Cycle, above: Place, today: date) -> Iterator[Finding]:
        scope = self._cycle_scope(cycle, today)
        yield from self._broken(Level.CYCLE, scope, cycle.place, above)
        for child in cycle.children:
            yield from self._broken(Level.CHILD, _child_scope(scope, child), child.place, cycle.place, above)

    def _cycle_scope(self, cycle: Cycle, today: date) -> Scope:
        children = tuple(child.values for child in cycle.children)
        return self.reader.derivation.extend(Scope(cycle.values, today, children, cycle.previous))

    def _broken(self, level: Level, scope: Scope, *places: Place) -> Iterator[Finding]:
        for rule in self.rules[level].broken(scope):
            home = self.definition.fields[rule.field].level
            place = next((place for place in places if place.level is home), places[0])
            yield self.findings.of_rule(rule, place, places[0])


def _child_scope(scope: Scope, child: Child) -> Scope:
    return Scope({**scope.values, **child.values}, scope.today, scope.children, scope.previous)


def _inside(limits: Range | None, items: tuple[Scalar, ...]) -> bool:
    return limits is None or all(limits.holds(item) for item in items)
