"""A release in use: its definition with the validator, rules and projections derived from it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property

from artbox.catalogue import prospectivity
from artbox.catalogue.assignment import Assignment
from artbox.catalogue.checking import Checker, Circumstances
from artbox.catalogue.conditions.vocabulary import vocabulary
from artbox.catalogue.deadlines import Deadline, Deadlines
from artbox.catalogue.fingerprints import Parts, parts_of
from artbox.catalogue.json_schema import document_schema
from artbox.catalogue.model import (
    Assurance,
    Check,
    ChoiceList,
    Definition,
    Field,
    Finding,
    Kind,
    ProspectivityRule,
    Register,
    Rule,
    Section,
)
from artbox.catalogue.projection import Projection
from artbox.catalogue.records import START_FIELD

Json = dict[str, object]


class Release:
    """One version of the registers' definition."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.version: str = definition.version
        self.status: str = definition.status
        self.valid_from: date = definition.valid_from
        self.sections: Mapping[str, Section] = definition.sections
        self.fields: Mapping[str, Field] = definition.fields
        self.choice_lists: Mapping[str, ChoiceList] = definition.choice_lists
        self.rules: Mapping[str, Rule] = definition.rules
        self.checks: Mapping[str, Check] = definition.checks
        self.assurances: Mapping[str, Assurance] = definition.assurances
        self.prospectivity: Mapping[str, ProspectivityRule] = definition.prospectivity
        self.registers: Mapping[str, Register] = definition.registers
        self._checker = Checker(definition)
        self._deadlines = Deadlines(definition, vocabulary(definition.fields, definition.choice_lists))
        self._projections = {
            (register, kind): Projection(definition, register, kind)
            for register in definition.registers
            for kind in Kind
        }
        self._assignment = Assignment(
            definition, [self._projections[register, Kind.PSEUDONYMISED] for register in definition.registers]
        )

    def registers_for(self, patient: Mapping[str, object], cycle: Mapping[str, object]) -> tuple[str, ...]:
        """Return the registers a cycle counts for; one that cannot be judged does not."""
        return self._assignment.registers(patient, cycle)

    @cached_property
    def parts(self) -> Parts:
        """The hash of each demand, as `rules/O08` or `fields/bmi`."""
        return parts_of(self.definition)

    def knows(self, name: str) -> bool:
        """Whether a rule of any form has this id here: condition, check, assurance or prospectivity."""
        return any(name in found for found in (self.rules, self.checks, self.assurances, self.prospectivity))

    def json_schema(self) -> Json:
        """Return the JSON Schema 2020-12 of a whole import document."""
        return document_schema(self.definition)

    def check_header(self, document: object, *, centre_no: int) -> list[Finding]:
        """Judge a document but not its patients: form, version, centre. Every finding refuses all of it."""
        return self._checker.header(document, centre_no)

    def check(
        self,
        patient: object,
        index: int,
        *,
        centre_no: int,
        today: date,
        cycles: Collection[int] | None = None,
    ) -> list[Finding]:
        """Judge one patient of a document; `index` is its place there, `centre_no` the box's own number.

        `cycles` limits the judgement to the cycles at these places. Takes any JSON value and never
        raises for it; a record is not stored when one of its findings `rejects`.
        """
        return self._checker.patient(patient, Circumstances(index, centre_no, today, cycles))

    def projection(self, register: str, kind: Kind | str) -> Projection:
        """Return what `register` receives of a cycle in this kind; KeyError for an unknown register."""
        return self._projections[register, Kind(kind)]

    def assess(
        self,
        register: str,
        cycle: Mapping[str, object],
        recorded_on: date | None,
        earlier: Iterable[Mapping[str, object]] = (),
    ) -> prospectivity.Assessment:
        """Judge whether a cycle is prospective for a register; `recorded_on` is the proven local day."""
        rules = self.prospectivity.values()
        return prospectivity.assess(rules, self.fields, register, (cycle, *earlier), recorded_on)

    def anchor(self, rule: str, cycle: Mapping[str, object]) -> date | None:
        """Return the anchor date a cycle states for a rule of prospectivity; None without rule or date."""
        known = self.prospectivity.get(rule)
        return prospectivity.day_of(self.fields, cycle, known.anchor) if known else None

    def receipt(self, cycle: Mapping[str, object], result: str, received_on: date | None) -> Json:
        """Return the fields by which a register learns when a cycle was received."""
        start = prospectivity.day_of(self.fields, cycle, START_FIELD)
        told: Json = {prospectivity.FLAG_FIELD: result}
        if start is not None and received_on is not None:
            told[prospectivity.LAG_FIELD] = (received_on - start).days
        return told

    def last_day(self, cycle: Mapping[str, object]) -> date | None:
        """Return the last day on which the first receipt of this cycle is in time; None without a rule."""
        return prospectivity.last_day(self.prospectivity.values(), self.fields, cycle)

    def deadlines(
        self, patient: dict[str, object], cycle: dict[str, object], today: date
    ) -> Iterator[Deadline]:
        """Give the days on which time alone will have broken a rule."""
        return self._deadlines.of(patient, cycle, today)

    def received_by(self, register: str) -> list[Field]:
        """List the fields assigned to a register, in the order of the field list."""
        return [field for field in self.fields.values() if register in field.registers]
