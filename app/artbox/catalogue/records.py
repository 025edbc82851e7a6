"""A patient's record taken apart: typed values of patient, cycles and children, each with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from artbox.catalogue.conditions.vocabulary import Vocabulary
from artbox.catalogue.findings import Place
from artbox.catalogue.json_schema import is_delivered
from artbox.catalogue.model import Definition, Field, Level
from artbox.catalogue.rules import Derivation, Record
from artbox.catalogue.values import read_all, readers

START_FIELD = "cycle_start_date"
CHILD_NUMBER = "child_no"
CHILD_COUNT = "n_children"


@dataclass(frozen=True)
class Child:
    """A child's own values."""

    raw: dict[str, object]
    place: Place
    values: Record
    level: Level = Level.CHILD


@dataclass(frozen=True)
class Cycle:
    """A cycle's values together with the patient's, its children, and the cycle before it."""

    raw: dict[str, object]
    place: Place
    values: Record
    children: tuple[Child, ...]
    previous: Record = field(default_factory=dict)
    level: Level = Level.CYCLE


@dataclass(frozen=True)
class Patient:
    """A patient's own values and the cycles in document order."""

    raw: dict[str, object]
    place: Place
    values: Record
    cycles: tuple[Cycle, ...]
    level: Level = Level.PATIENT

    def records(self) -> Iterator["Patient | Cycle | Child"]:
        """Walk the patient, the cycles and their children."""
        yield self
        for cycle in self.cycles:
            yield cycle
            yield from cycle.children


class RecordReader:
    """Reads records by the fields of one release; what is no object is left to the form check."""

    def __init__(self, definition: Definition, words: Vocabulary) -> None:
        self.derivation = Derivation(definition.fields, words)
        self._delivered = {
            level: {name: item for name, item in definition.fields.items() if is_delivered(item, level)}
            for level in Level
        }
        self._readers = {level: readers(fields) for level, fields in self._delivered.items()}

    def delivered(self, level: Level) -> Mapping[str, Field]:
        """Return the fields a capture program may hand over at a level."""
        return self._delivered[level]

    def patient(self, raw: dict[str, object], index: int) -> Patient:
        """Read one patient of a document; `index` is the place there."""
        place = Place(f"/patients/{index}")
        values = read_all(self._readers[Level.PATIENT], raw)
        found = [
            self._cycle(item, place.at("cycles", number), values) for number, item in _objects(raw, "cycles")
        ]
        return Patient(raw, place, values, tuple(self._with_previous(found)))

    def _cycle(self, raw: dict[str, object], at: Place, above: Record) -> Cycle:
        place = at.of_record(Level.CYCLE, raw)
        children = tuple(
            self._child(item, place.at("children", number)) for number, item in _objects(raw, "children")
        )
        return Cycle(raw, place, {**above, **read_all(self._readers[Level.CYCLE], raw)}, children)

    def _child(self, raw: dict[str, object], at: Place) -> Child:
        return Child(raw, at.of_record(Level.CHILD, raw), read_all(self._readers[Level.CHILD], raw))

    def _with_previous(self, cycles: list[Cycle]) -> Iterator[Cycle]:
        """Give each cycle the one that started before it."""
        dated = [(day, cycle) for cycle in cycles if isinstance(day := cycle.values.get(START_FIELD), date)]
        ordered = [cycle for _, cycle in sorted(dated, key=lambda pair: pair[0])]
        before = {id(later): earlier.values for earlier, later in pairwise(ordered)}
        for cycle in cycles:
            yield replace(cycle, previous=before[id(cycle)]) if id(cycle) in before else cycle


def _objects(raw: dict[str, object], name: str) -> Iterator[tuple[int, dict[str, object]]]:
    items = raw.get(name)
    for number, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict):
            yield number, item
