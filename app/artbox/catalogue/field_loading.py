"""Builds fields, choice lists, sections and registers from their definition entries."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from artbox.catalogue.definition_files import Entry, entries
from artbox.catalogue.model import (
    Anonymisation,
    Choice,
    ChoiceList,
    Coarsening,
    Field,
    FieldType,
    Level,
    Origin,
    Range,
    Register,
    Section,
)

NUMERIC = {FieldType.INTEGER, FieldType.DECIMAL, FieldType.INTEGERS}
DATED = {FieldType.DATE, FieldType.DATETIME}
LISTED = {FieldType.CHOICE, FieldType.CHOICES}
OFFSETS = {Coarsening.OFFSET_DAYS, Coarsening.OFFSET_WEEKS, Coarsening.OFFSET_YEARS, Coarsening.YEARS_UNTIL}
CARRIED = frozenset({"schema_version", "centre_no", "source_system"})
STRUCTURE = frozenset({"patient_ref", "cycle_ref", "consents", "cycles", "children", "unknown"}) | CARRIED


@dataclass(frozen=True)
class Known:
    """The names a field entry may refer to."""

    sections: Mapping[str, Section]
    choice_lists: Mapping[str, ChoiceList]
    registers: Mapping[str, Register]


def load_sections(file: Entry) -> dict[str, Section]:
    """Read the sections of release.yml."""
    return {item.name: _section(item) for item in entries(file, "sections")}


def _section(item: Entry) -> Section:
    section = Section(item.name, item.text("label"))
    item.close()
    return section


def load_choice_lists(file: Entry) -> dict[str, ChoiceList]:
    """Read choices.yml."""
    return {item.name: _choice_list(item) for item in entries(file, "choice_lists")}


def _choice_list(item: Entry) -> ChoiceList:
    label = item.text("label")
    codes = item.mapping("codes")
    coded = Entry(item.file, f"{item.name}/codes", codes)
    if not codes:
        raise item.error("has no code", "Add at least one code")
    choices = tuple(Choice(str(code), coded.text(code)) for code in codes)
    item.close()
    return ChoiceList(item.name, label, choices)


def load_registers(file: Entry) -> dict[str, Register]:
    """Read registers.yml."""
    return {item.name: _register(item) for item in entries(file, "registers")}


def _register(item: Entry) -> Register:
    register = Register(
        name=item.name,
        label=item.text("label"),
        description=item.text("description"),
        status=item.word("status"),
        cycles=item.optional_word("cycles"),
        fields=item.words("fields"),
    )
    item.close()
    return register


def assign(file: Entry, fields: Mapping[str, Field], registers: Mapping[str, Register]) -> dict[str, Field]:
    """Add to each field the registers that name it in their own entry; identifiers can be named by none."""
    assigned = dict(fields)
    for register in registers.values():
        for name in register.fields:
            field = assigned.get(name)
            if field is None or field.identifier:
                raise Entry(file.file, register.name, {}).error(
                    f"fields names {name}, which cannot leave", "Use names of fields.yml, no identifiers"
                )
            if register.name not in field.registers:
                assigned[name] = replace(field, registers=(*field.registers, register.name))
    return assigned


def load_fields(file: Entry, known: Known) -> dict[str, Field]:
    """Read fields.yml; raises CatalogueError for anything contradictory."""
    fields = {item.name: _field(item, known) for item in entries(file, "fields")}
    for name, field in fields.items():
        reference = field.anonymised.reference
        if reference is not None and (reference not in fields or fields[reference].type not in DATED):
            raise Entry(file.file, name, {}).error(
                f"its offset counts from {reference}, which is no date field", "Name a date field"
            )
    return fields


def _field(item: Entry, known: Known) -> Field:
    origin = Origin(item.one_of("origin", list(Origin), default=Origin.DELIVERED))
    taken = item.name in (STRUCTURE - CARRIED if origin is Origin.DOCUMENT else STRUCTURE)
    if not item.name.isidentifier() or item.name.lower() != item.name or taken:
        raise item.error("is no permitted name", "Use small letters, digits and underscores")
    field = Field(
        name=item.name,
        level=Level(item.one_of("level", list(Level))),
        section=item.one_of("section", list(known.sections)),
        label=item.text("label"),
        type=(kind := FieldType(item.one_of("type", list(FieldType)))),
        source=item.word("source"),
        unit=item.text("unit") if "unit" in item.content else None,
        digits=_digits(item, kind),
        max_length=item.count("max_length") if kind is FieldType.CODE else None,
        pattern=item.word("pattern") if kind is FieldType.CODE else None,
        hard=_range(item, "hard", kind),
        soft=_range(item, "soft", kind),
        choices=_choices(item, kind, known),
        repeats=item.flag("repeats"),
        key_date=item.flag("key_date"),
        registers=_assignment(item, known),
        anonymised=load_anonymisation(item, kind, known, origin),
        suppress_rare=item.flag("suppress_rare"),
        identifier=item.flag("identifier"),
        mandatory=item.flag("mandatory"),
        origin=origin,
        formula=item.optional_word("formula"),
    )
    item.close()
    _consistent(item, field)
    return field


def _consistent(item: Entry, field: Field) -> None:
    if field.identifier and field.registers:
        raise item.error(
            "an identifier is assigned to a register", "Empty registers or derive a coarser field"
        )
    if (field.formula is not None) != (field.origin is Origin.DERIVED):
        raise item.error("formula and origin disagree", "Give a formula exactly where origin is derived")
    if field.mandatory and field.origin is not Origin.DELIVERED:
        raise item.error("mandatory, but not delivered", "Remove mandatory")
    if field.repeats and field.type is not FieldType.CHOICES:
        raise item.error("repeats, but is no list of codes", "Remove repeats")
    if field.type in NUMERIC and field.hard is None:
        raise item.error("a number without hard range", "Add hard: [least, most]")
    if not field.registers and field.anonymised.level is not Coarsening.DROP:
        raise item.error("coarsened, but assigned to no register", "Write anonymised: drop")


def _digits(item: Entry, kind: FieldType) -> int | None:
    return item.count("digits") if kind is FieldType.DECIMAL else None


def _choices(item: Entry, kind: FieldType, known: Known) -> str | None:
    return item.one_of("choices", list(known.choice_lists)) if kind in LISTED else None


def _assignment(item: Entry, known: Known) -> tuple[str, ...]:
    if "registers" not in item.content:
        raise item.error("registers is missing", "Write registers: [] if the value must never leave")
    names = item.words("registers")
    strange = [name for name in names if name not in known.registers]
    if strange:
        raise item.error(f"unknown register {', '.join(strange)}", "Use the names of registers.yml")
    return names


def _range(item: Entry, key: str, kind: FieldType) -> Range | None:
    value = item.optional(key)
    if value is None:
        return None
    if kind not in NUMERIC | DATED or not isinstance(value, list) or len(value) != 2:
        raise item.error(f"{key} is no range", f"Write {key}: [least, most], only for numbers and dates")
    low, high = (_limit(item, key, kind, end) for end in value)
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        raise item.error(f"{key} is upside down", "Put the smaller value first")
    return Range(low, high)


def _limit(item: Entry, key: str, kind: FieldType, end: object) -> float | date | None:
    if end is None:
        return None
    if kind in NUMERIC and isinstance(end, int | float) and not isinstance(end, bool):
        return end
    try:
        if kind in DATED and isinstance(end, str):
            return date.fromisoformat(end)
    except ValueError:
        pass
    raise item.error(f"{key} has a limit that is neither number nor date", "Use null for an open end")


def load_anonymisation(item: Entry, kind: FieldType, known: Known, origin: Origin) -> Anonymisation:
    """Read the level under `anonymised`; raises CatalogueError when it does not fit the field's type."""
    value = item.required("anonymised")
    if isinstance(value, str):
        return _plain(item, kind, value, origin)
    if not isinstance(value, dict) or len(value) != 1:
        raise item.error("anonymised is unclear", "Write one level, such as {bands: [0, 1, 6]}")
    name, needs = next(iter(value.items()))
    level = Coarsening(name) if name in list(Coarsening) else None
    if level in OFFSETS and kind in DATED and isinstance(needs, str):
        return Anonymisation(level, reference=needs)
    if level is Coarsening.BANDS and kind in (FieldType.INTEGER, FieldType.DECIMAL):
        return Anonymisation(level, bounds=_bounds(item, needs))
    if level is Coarsening.MAP and kind in LISTED and isinstance(needs, dict):
        return Anonymisation(level, codes=_map(item, needs, known))
    raise item.error(f"anonymised: {name} does not fit the type", "See the levels of the other fields")


def _plain(item: Entry, kind: FieldType, value: str, origin: Origin) -> Anonymisation:
    if value not in ("keep", "drop", "year"):
        raise item.error(f"anonymised is {value!r}", "Use keep, drop, year, or a level with its data")
    if value == "year" and kind not in DATED:
        raise item.error("a year of something that is no date", "Use bands or map")
    # a code the box or the document sets, such as a version, says nothing of the patient
    if value == "keep" and kind in (DATED | {FieldType.CODE} if origin is Origin.DELIVERED else DATED):
        raise item.error("an exact date or code would leave in an anonymised record", "Use year or an offset")
    return Anonymisation(Coarsening(value))


def _bounds(item: Entry, needs: object) -> tuple[float, ...]:
    numbers = [end for end in needs if isinstance(end, int | float)] if isinstance(needs, list) else []
    if not isinstance(needs, list) or not numbers or sorted(set(numbers)) != needs:
        raise item.error("bands do not rise", "Write the lower bound of each band, rising")
    return tuple(numbers)


def _map(item: Entry, needs: Mapping[str, object], known: Known) -> Mapping[str, str]:
    codes = known.choice_lists[item.word("choices")].codes
    if set(needs) != set(codes) or not all(isinstance(code, str) for code in needs.values()):
        raise item.error("map does not name every code of the choice list", f"Map {', '.join(codes)}")
    return {str(code): str(coarse) for code, coarse in needs.items()}
