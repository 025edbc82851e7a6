"""What of a cycle leaves the box, per register and kind.

Only fields assigned to the register are looked at, one by one; nothing is copied whole. Identifiers have
no assignment (the loader refuses one), so master data and birth dates cannot leave in any form. An anonymised
cycle can be coarsened further, step by step, and single values of it left out.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from artbox.catalogue.conditions import Scope, compile_condition, names, parse_condition
from artbox.catalogue.conditions.evaluation import elapsed
from artbox.catalogue.conditions.vocabulary import vocabulary
from artbox.catalogue.model import (
    Anonymisation,
    Coarsening,
    Definition,
    Field,
    FieldType,
    Kind,
    Level,
    Origin,
)
from artbox.catalogue.proofs import admissible
from artbox.catalogue.rules import Derivation, Record
from artbox.catalogue.values import UNKNOWN_KEY, Unknown, Value, read_all, readers

Json = dict[str, object]
OFFSET_UNITS = {
    Coarsening.OFFSET_DAYS: "days",
    Coarsening.OFFSET_WEEKS: "weeks",
    Coarsening.OFFSET_YEARS: "years",
    Coarsening.YEARS_UNTIL: "years",
}


@dataclass(frozen=True)
class ProjectedField:
    """A field that leaves, and how: for the pages that say what a record lost."""

    field: Field
    coarsening: Coarsening


@dataclass(frozen=True)
class Traits:
    """By what an anonymised cycle could be singled out, as texts that are equal exactly where values are.

    `groups`: its group before any further step and after each; `rare`: field and value of what is left out
    while too few share it.
    """

    groups: tuple[str, ...]
    rare: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Disguise:
    """What an anonymised cycle loses beyond its fields' own levels: further steps, and single values."""

    steps: int = 0
    suppressed: Collection[str] = ()


PLAIN = Disguise()


class Projection:
    """Picks and coarsens the assigned fields of one register."""

    def __init__(self, definition: Definition, register: str, kind: Kind) -> None:
        words = vocabulary(definition.fields, definition.choice_lists)
        condition = definition.registers[register].cycles
        self.register = register
        self.kind = kind
        self.definition = definition
        self.fields = tuple(_projected(definition, register, kind))
        parsed = parse_condition(condition, words) if condition else None
        self._counts = compile_condition(parsed) if parsed else None
        self._derivation = Derivation(definition.fields, words)
        self._grouping = [item for item in self.fields if item.field.name in definition.anonymity.group]
        self._levels = [{item.field.name: item.field.anonymised for item in self.fields}]
        for step in definition.anonymity.steps:
            self._levels.append(self._levels[-1] | dict(step))
        self._fields = {
            level: {
                name: field
                for name, field in definition.fields.items()
                if field.level is level and field.origin is not Origin.DOCUMENT
            }
            for level in Level
        }
        self._readers = {level: readers(fields) for level, fields in self._fields.items()}
        self.decisive = frozenset(names(parsed)) if parsed else frozenset()

    def applies(self, patient: Json, cycle: Json) -> bool:
        """Whether this cycle counts for the register; a cycle that cannot be judged does not."""
        return self.counts(self._scope(patient, cycle))

    def counts(self, scope: Scope) -> bool:
        """Whether the cycle of this scope counts for the register."""
        return self._counts is None or self._counts(scope) is True

    def cycle(self, patient: Json, cycle: Json, disguise: Disguise = PLAIN) -> Json:
        """Give the fields that leave, children nested under `children`; never a field without assignment."""
        return self._cycle(patient, cycle, dict(self._scope(patient, cycle).values), disguise)

    def _cycle(self, patient: Json, cycle: Json, values: Record, disguise: Disguise) -> Json:
        sent = self._leaving((Level.PATIENT, Level.CYCLE), {**patient, **cycle}, values, disguise)
        raw = cycle.get("children")
        children = [
            self._leaving((Level.CHILD,), child, {**values, **self._read(Level.CHILD, child)}, disguise)
            for child in (raw if isinstance(raw, list) else [])
            if isinstance(child, dict)
        ]
        children = [child for child in children if child]
        return {**sent, "children": children} if children else sent

    def traits(self, patient: Json, cycle: Json) -> Traits:
        """Say by what this cycle could be singled out at the register when it leaves anonymised."""
        values = dict(self._scope(patient, cycle).values)
        raw = {**patient, **cycle}
        groups = tuple(self._group(raw, values, Disguise(steps)) for steps in range(len(self._levels)))
        return Traits(groups, tuple(self._rare(self._cycle(patient, cycle, values, PLAIN))))

    def _group(self, raw: Json, values: Record, disguise: Disguise) -> str:
        found = {
            item.field.name: self._value(item, raw, values, disguise)
            for item in self._grouping
            if item.field.name in values
        }
        names = self.definition.anonymity.group
        return _text([self.definition.version, *(found.get(name) for name in names)])

    def _rare(self, sent: Json) -> Iterator[tuple[str, str]]:
        children = sent.get("children")
        found: dict[str, list[object]] = {}
        for record in (sent, *(children if isinstance(children, list) else [])):
            for name in record:
                if name != "children" and self.definition.fields[name].suppress_rare:
                    found.setdefault(name, []).append(record[name])
        for name, values in found.items():
            yield from sorted({(name, _text(value)) for value in values})

    def _scope(self, patient: Json, cycle: Json) -> Scope:
        values = {**self._read(Level.PATIENT, patient), **self._read(Level.CYCLE, cycle)}
        return self._derivation.extend(Scope(values, datetime.now(tz=UTC).date()))

    def _read(self, level: Level, raw: Json) -> Record:
        return read_all(self._readers[level], raw)

    def _leaving(self, levels: tuple[Level, ...], raw: Json, values: Record, disguise: Disguise) -> Json:
        found = (
            (item.field.name, self._value(item, raw, values, disguise))
            for item in self.fields
            if item.field.level in levels and item.field.name in values
        )
        return {name: value for name, value in found if value is not None}

    def _value(self, item: ProjectedField, raw: Json, values: Record, disguise: Disguise) -> object:
        field, value = item.field, values[item.field.name]
        if field.name in disguise.suppressed:
            # as a value nobody knows: leaving the field out would say that it was a rare one
            value = Unknown.NOT_KNOWN
        if isinstance(value, Unknown):
            # which reason was given could single somebody out
            anonymised = self.kind is Kind.ANONYMISED
            return {UNKNOWN_KEY: (Unknown.NOT_KNOWN if anonymised else value).value}
        if not admissible(field, value, self.definition.choice_lists):
            return None
        if self.kind is Kind.PSEUDONYMISED:
            return raw[field.name] if field.type is FieldType.DATETIME else _json(value)
        return coarsen(self._levels[disguise.steps][field.name], value, values)


def _projected(definition: Definition, register: str, kind: Kind) -> Iterator[ProjectedField]:
    for field in definition.fields.values():
        level = Coarsening.KEEP if kind is Kind.PSEUDONYMISED else field.anonymised.level
        assigned = register in field.registers and not field.identifier
        # what the document carries for all its patients stands in the package's own head
        if assigned and level is not Coarsening.DROP and field.origin is not Origin.DOCUMENT:
            yield ProjectedField(field, level)


def coarsen(how: Anonymisation, value: Value, values: Mapping[str, Value | Unknown]) -> object:
    """Coarsen a value; None where that is impossible, so that the exact value can never stand in for it."""
    return COARSENERS[how.level](how, value, values)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _json(value: Value) -> object:
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _year(_: Anonymisation, value: Value, __: Mapping[str, Value | Unknown]) -> object:
    return value.year if isinstance(value, date) else None


def _offset(how: Anonymisation, value: Value, values: Mapping[str, Value | Unknown]) -> object:
    start = values.get(how.reference or "")
    if not isinstance(value, date) or not isinstance(start, date):
        return None
    if how.level is Coarsening.YEARS_UNTIL:
        start, value = value, start
    return elapsed(OFFSET_UNITS[how.level], start, value)


def _band(how: Anonymisation, value: Value, _: Mapping[str, Value | Unknown]) -> object:
    return band(how.bounds, value) if isinstance(value, int | float) else None


def band(bounds: tuple[float, ...], value: float) -> str:
    """Name the band a number falls in: `<18`, `18-24`, `3`, `45+`; bands of decimals read `18.5-<25`."""
    lower = [bound for bound in bounds if bound <= value]
    upper = [bound for bound in bounds if bound > value]
    if not lower:
        return f"<{upper[0]:g}"
    if not upper:
        return f"{lower[-1]:g}+"
    if not all(float(bound).is_integer() for bound in bounds):
        return f"{lower[-1]:g}-<{upper[0]:g}"
    last = upper[0] - 1
    return f"{lower[-1]:g}" if last == lower[-1] else f"{lower[-1]:g}-{last:g}"


def _mapped(how: Anonymisation, value: Value, _: Mapping[str, Value | Unknown]) -> object:
    items = value if isinstance(value, tuple) else (value,)
    codes = [how.codes.get(item) for item in items if isinstance(item, str)]
    known = sorted({code for code in codes if code is not None})
    return known if isinstance(value, tuple) else next(iter(known), None)


def _kept(_: Anonymisation, value: Value, __: Mapping[str, Value | Unknown]) -> object:
    return _json(value)


def _dropped(_: Anonymisation, __: Value, ___: Mapping[str, Value | Unknown]) -> object:
    return None


Coarsener = Callable[[Anonymisation, Value, Mapping[str, Value | Unknown]], object]
COARSENERS: dict[Coarsening, Coarsener] = {
    Coarsening.KEEP: _kept,
    Coarsening.DROP: _dropped,
    Coarsening.YEAR: _year,
    Coarsening.OFFSET_DAYS: _offset,
    Coarsening.OFFSET_WEEKS: _offset,
    Coarsening.OFFSET_YEARS: _offset,
    Coarsening.YEARS_UNTIL: _offset,
    Coarsening.BANDS: _band,
    Coarsening.MAP: _mapped,
}
