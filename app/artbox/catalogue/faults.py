"""Documents that break exactly one rule or check each.

A rule is broken by its own faulty example, put into a record that is sound otherwise; a check by a small
change to a sound document. Of several ways the first is taken that is objected to by that rule alone.
"""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from artbox.catalogue.errors import CatalogueError
from artbox.catalogue.json_schema import is_delivered
from artbox.catalogue.model import Field, FieldType, Finding, Level, Rule
from artbox.catalogue.records import CHILD_NUMBER, START_FIELD
from artbox.catalogue.release import Release

Document = dict[str, Any]

AGE_YEARS = 33
EXAMPLE_DAY = date(2026, 7, 1)
LONG_AGO = 200
BEFORE_FIRST_DATE = 5
DAY_LENGTH = 10
DATED = re.compile(r"\d{4}-\d\d-\d\d(T|$)", re.ASCII)
EXTRA = ("today", "children", "previous")


class Faulty(NamedTuple):
    """A document and the id of the one rule or check it breaks."""

    rule: str
    document: dict[str, object]


class FaultMaker:
    """Breaks the rules of one release, starting from sound documents of one patient each."""

    def __init__(self, release: Release, sound: list[Document], until: date) -> None:
        self.release = release
        self.sound = sound
        self.until = until
        self.centre_no: int = sound[0]["centre_no"]

    def all(self) -> Iterator[Faulty]:
        """Break each check and each rule in turn; raises CatalogueError when one cannot be broken alone."""
        for check in self.release.checks.values():
            yield self._first(check.id, self._changed(CHANGES[check.kind]))
        for rule in self.release.rules.values():
            yield self._first(rule.id, self._examples(rule))

    def judged(self, document: Document) -> list[Finding]:
        """Judge header and patients as an import would."""
        found = self.release.check_header(document, centre_no=self.centre_no)
        for index, patient in enumerate(document["patients"]):
            found += self.release.check(patient, index, centre_no=self.centre_no, today=self.until)
        return found

    def _first(self, rule: str, candidates: Iterator[Document]) -> Faulty:
        for document in candidates:
            if {finding.rule for finding in self.judged(document)} == {rule}:
                return Faulty(rule, document)
        raise CatalogueError(
            f"{self.release.version}/rules.yml", rule, "cannot be broken alone", "Complete its faulty example"
        )

    def _changed(self, change: "Change") -> Iterator[Document]:
        for sound in self.sound:
            for changed in change(self.release, self.until):
                document = copy.deepcopy(sound)
                changed(document)
                yield document

    def _examples(self, rule: Rule) -> Iterator[Document]:
        for treatment in self.release.choice_lists["treatment_type"].codes:
            for days in (BEFORE_FIRST_DATE, 0, 1, 20):
                patient = _Example(self.release, rule, self.until).patient(treatment, days)
                yield {**self.sound[0], "patients": [patient]}


class _Example:
    """Builds a patient around the faulty example of a rule."""

    def __init__(self, release: Release, rule: Rule, until: date) -> None:
        self.release = release
        self.raw = dict(rule.examples["faulty"])
        self.until = until
        self.shift = self._shift()

    def patient(self, treatment: str, days_before: int) -> Document:
        values = {name: self._moved(name, raw) for name, raw in self.raw.items() if name not in EXTRA}
        cycle = self._at(Level.CYCLE, values)
        start = date.fromisoformat(cycle.setdefault(START_FIELD, self._start(cycle, days_before)))
        cycle = {"cycle_ref": "c1", "treatment_type": treatment, **cycle}
        children: list[Document] = self._children(self._at(Level.CHILD, values))
        if children:
            cycle["children"] = children
        birth = start - timedelta(days=round(AGE_YEARS * 365.25))
        patient: Document = {"patient_ref": "p1", "female_birth_date": birth.isoformat(), "consents": []}
        return {**patient, **self._at(Level.PATIENT, values), "cycles": [*self._previous(), cycle]}

    def _previous(self) -> list[Document]:
        raw = self.raw.get("previous")
        values = (
            {name: self._moved(name, value) for name, value in raw.items()} if isinstance(raw, dict) else {}
        )
        return [{"cycle_ref": "c0", **values}] if values else []

    def _at(self, level: Level, values: Mapping[str, object]) -> Document:
        return {name: value for name, value in values.items() if self.release.fields[name].level is level}

    def _children(self, judged: Document) -> list[Document]:
        raw = self.raw.get("children")
        children: list[Document] = [dict(child) for child in raw] if isinstance(raw, list) else []
        for child in children:
            if judged and child.get(CHILD_NUMBER) == judged.get(CHILD_NUMBER):
                child.update(judged)
                return children
        return [*children, judged] if judged else children

    def _shift(self) -> timedelta:
        """Move the example in time so that its day of the check, or its last date, fits `until`."""
        if "today" in self.raw:
            return self.until - date.fromisoformat(str(self.raw["today"]))
        latest = max((day for day in map(_day, self.raw.values()) if day), default=self.until)
        return min(timedelta(0), self.until - latest)

    def _moved(self, name: str, raw: object) -> object:
        day = _day(raw)
        if day is None or not self.release.fields[name].key_date:
            return raw
        return (day + self.shift).isoformat() + str(raw)[DAY_LENGTH:]

    def _start(self, cycle: Document, days_before: int) -> str:
        days = [day for day in map(_day, cycle.values()) if day]
        start = min(days, default=self.until - timedelta(days=LONG_AGO))
        return (start - timedelta(days=days_before)).isoformat()


def _day(raw: object) -> date | None:
    try:
        return date.fromisoformat(raw[:DAY_LENGTH]) if isinstance(raw, str) and DATED.match(raw) else None
    except ValueError:
        return None


Edit = Callable[[Document], object]
Change = Callable[[Release, date], Iterator[Edit]]


def _patient(document: Document) -> Document:
    patient: Document = document["patients"][0]
    return patient


def _cycle(document: Document) -> Document:
    cycle: Document = _patient(document)["cycles"][0]
    return cycle


def _optional(release: Release, *types: FieldType) -> Iterator[Field]:
    """Fields of the cycle that may be missing; those no rule looks at come first."""
    ruled = {name for rule in release.rules.values() for name in rule.fields}
    fields = [
        field
        for field in release.fields.values()
        if is_delivered(field, Level.CYCLE) and not field.mandatory and (not types or field.type in types)
    ]
    yield from sorted(fields, key=lambda field: field.name in ruled)


def _setting(name: str, value: object) -> Edit:
    return lambda document: _cycle(document).update({name: value})


def _removing(record: Callable[[Document], Document], name: str) -> Edit:
    return lambda document: record(document).pop(name)


def _on_fields(value: Callable[[Field], object], *types: FieldType) -> Change:
    """Put a wrong value into one optional field after the other."""

    def change(release: Release, _: date) -> Iterator[Edit]:
        for field in _optional(release, *types):
            wrong = value(field)
            if wrong is not None:
                yield _setting(field.name, wrong)

    return change


def _once(edit: Edit) -> Change:
    def change(_: Release, __: date) -> Iterator[Edit]:
        yield edit

    return change


def _above_hard(field: Field) -> object:
    return field.hard.maximum + 1 if field.hard and isinstance(field.hard.maximum, int | float) else None


def _above_soft(field: Field) -> object:
    return field.soft.maximum + 1 if field.soft and isinstance(field.soft.maximum, int | float) else None


def _too_fine(field: Field) -> object:
    limits = field.soft or field.hard
    low = limits.minimum if limits and isinstance(limits.minimum, int | float) else 0
    return low + 3 * 10 ** -((field.digits or 0) + 1)


def _mandatory_missing(release: Release, _: date) -> Iterator[Edit]:
    for field in release.fields.values():
        if field.mandatory and field.level is Level.CYCLE:
            yield _removing(_cycle, field.name)
        if field.mandatory and field.level is Level.PATIENT:
            yield _removing(_patient, field.name)


def _mandatory_unknown(release: Release, _: date) -> Iterator[Edit]:
    for field in release.fields.values():
        if field.mandatory and field.level is Level.CYCLE:
            yield _setting(field.name, {"unknown": "not_known"})


def _future(release: Release, until: date) -> Iterator[Edit]:
    for field in _optional(release, FieldType.DATE):
        yield _setting(field.name, (until + timedelta(days=3)).isoformat())


def _doubled(document: Document) -> None:
    cycle = _cycle(document)
    first = min(date.fromisoformat(other[START_FIELD]) for other in _patient(document)["cycles"])
    start = first - timedelta(days=LONG_AGO)
    again = {"cycle_ref": cycle["cycle_ref"], "treatment_type": cycle["treatment_type"]}
    _patient(document)["cycles"].append({**again, START_FIELD: start.isoformat()})


def _crowded(release: Release, _: date) -> Iterator[Edit]:
    consent = {"register": next(iter(release.registers)), "status": "not_documented"}
    most = release.definition.limits.consents
    yield lambda document: _patient(document).update(consents=[consent] * (most + 1))


CHANGES: dict[str, Change] = {
    "structure": _once(lambda document: _patient(document).pop("patient_ref")),
    "unknown_field": _once(_setting("shoe_size", 38)),
    "master_data": _once(lambda document: _patient(document).update(last_name="Muster")),
    "wrong_type": _on_fields(lambda _: "7", FieldType.INTEGER, FieldType.DECIMAL),
    "not_in_list": _on_fields(lambda _: "no_such_code", FieldType.CHOICE),
    "hard_range": _on_fields(_above_hard, FieldType.INTEGER, FieldType.DECIMAL),
    "mandatory_missing": _mandatory_missing,
    "too_many_digits": _on_fields(_too_fine, FieldType.DECIMAL),
    "bad_date": _on_fields(lambda _: "2026-02-30", FieldType.DATE),
    "text_form": _once(lambda document: _patient(document).update(patient_ref="two words")),
    "wrong_centre": _once(lambda document: document.update(centre_no=document["centre_no"] % 9999 + 1)),
    "soft_range": _on_fields(_above_soft, FieldType.INTEGER, FieldType.DECIMAL),
    "future_date": _future,
    "duplicate": _once(_doubled),
    "mandatory_unknown": _mandatory_unknown,
    "unknown_marker": _on_fields(lambda _: {"unknown": "perhaps"}),
    "too_many_entries": _crowded,
    "unknown_version": _once(lambda document: document.update(schema_version="1999.1")),
    "looks_like_master_data": _once(lambda document: _patient(document).update(patient_ref="A123456780")),
}
