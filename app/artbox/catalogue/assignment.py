"""For which registers a cycle counts, asked of all registers at once, for it is asked of every cycle."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from artbox.catalogue.conditions import Scope
from artbox.catalogue.conditions.vocabulary import vocabulary
from artbox.catalogue.model import Definition, Field, Level, Origin
from artbox.catalogue.projection import Projection
from artbox.catalogue.rules import Derivation, Record
from artbox.catalogue.values import Readers, read_all, readers

Json = Mapping[str, object]


class Assignment:
    """The registers' conditions over the few fields they look at."""

    def __init__(self, definition: Definition, projections: Collection[Projection]) -> None:
        self._projections = projections
        self._derivation = Derivation(
            definition.fields, vocabulary(definition.fields, definition.choice_lists)
        )
        decisive = frozenset().union(*(projection.decisive for projection in projections))
        self._derives = any(definition.fields[name].formula is not None for name in decisive)
        self._readers = {
            level: self._readers_of(definition, level, None if self._derives else decisive)
            for level in (Level.PATIENT, Level.CYCLE)
        }

    def registers(self, patient: Json, cycle: Json) -> tuple[str, ...]:
        """Return the registers a cycle counts for, in the catalogue's order."""
        values: Record = {**self._read(Level.PATIENT, patient), **self._read(Level.CYCLE, cycle)}
        scope = Scope(values, datetime.now(tz=UTC).date())
        if self._derives:
            scope = self._derivation.extend(scope)
        return tuple(found.register for found in self._projections if found.counts(scope))

    def _read(self, level: Level, raw: Json) -> Record:
        fields = self._readers[level]
        return read_all(fields, {name: raw[name] for name in fields if name in raw})

    @staticmethod
    def _readers_of(definition: Definition, level: Level, only: Collection[str] | None) -> Readers:
        """Return the readers of a level; a calculated field may need any other."""

        def wanted(field: Field) -> bool:
            return field.level is level and field.origin is not Origin.DOCUMENT

        fields = {name: field for name, field in definition.fields.items() if wanted(field)}
        return readers({name: field for name, field in fields.items() if only is None or name in only})
