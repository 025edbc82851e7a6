"""Runs the JSON Schema over one patient and says every error in the words of the declared checks."""

from collections.abc import Iterator, Sequence
from typing import Any

import jsonschema_rs

from artbox.catalogue.findings import Findings, Place
from artbox.catalogue.json_schema import header_schema, is_delivered, patient_schema
from artbox.catalogue.model import Definition, Field, FieldType, Finding, Level
from artbox.catalogue.values import UNKNOWN_KEY

NAMES_SHOWN = 50
KEYWORDS = {
    "type": "wrong_type",
    "enum": "not_in_list",
    "minimum": "hard_range",
    "maximum": "hard_range",
    "multipleOf": "too_many_digits",
    "format": "bad_date",
    "minLength": "text_form",
    "maxLength": "text_form",
    "pattern": "text_form",
    "maxItems": "too_many_entries",
    "uniqueItems": "duplicate",
}
OUTSIDE_FIELDS = {"pattern", "maxLength", "minLength", "format", "maxItems", "enum"}
LEVELS = {(): Level.PATIENT, ("cycles",): Level.CYCLE, ("cycles", "children"): Level.CHILD}
Path = Sequence[str | int]


class FormCheck:
    """The form of a document by the JSON Schema of one release."""

    def __init__(self, definition: Definition, findings: Findings) -> None:
        self.definition = definition
        self.findings = findings
        self._patient = _validator(patient_schema(definition))
        self._header = _validator(header_schema(definition))
        self._master_data = {_folded(name) for name in findings.check("master_data").names}

    def header(self, document: object) -> list[Finding]:
        """List the errors of a document without its patients; all of them refuse it."""
        found = [self._header_finding(error) for error in self._errors(self._header, document)]
        return [finding for several in found for finding in several]

    def _header_finding(self, error: Any) -> list[Finding]:
        place = Place("").at(*error.instance_path)
        if error.kind.name == "additionalProperties":
            return list(self._unexpected(error.kind.unexpected, place))
        kind = "unknown_version" if error.kind.name == "const" else "structure"
        name = error.kind.property if error.kind.name == "required" else None
        return [self.findings.general(kind, place.at(name) if name else place, name=name)]

    def patient(self, raw: object, index: int) -> list[Finding]:
        """List every error of one patient."""
        root = Place(f"/patients/{index}")
        try:
            errors = list(self._errors(self._patient, raw))
        except (ValueError, RecursionError):
            return [self.findings.general("structure", root)]
        return self._without_echoes(
            [finding for error in errors for finding in self._findings(error, raw, root)]
        )

    def _without_echoes(self, found: list[Finding]) -> list[Finding]:
        """Leave out that a value is not in a list where its type is wrong already."""
        wrong = {self.findings.check(kind).id for kind in ("wrong_type", "mandatory_unknown")}
        places = {finding.pointer for finding in found if finding.rule in wrong}
        echo = self.findings.check("not_in_list").id
        return [finding for finding in found if finding.rule != echo or finding.pointer not in places]

    def _errors(self, validator: Any, instance: object) -> Iterator[Any]:
        yield from validator.iter_errors(instance)

    def _findings(self, error: Any, raw: object, root: Place) -> Iterator[Finding]:
        path: Path = list(error.instance_path)
        level, place, rest = _locate(path, raw, root)
        keyword = error.kind.name
        if keyword == "additionalProperties":
            yield from self._unexpected(error.kind.unexpected, place.at(*rest))
        elif keyword == "required":
            yield self._missing(error.kind.property, level, place, rest)
        elif level is not None and rest and (field := self._field(str(rest[0]), level)) is not None:
            kind = _kind(error, field)
            yield self.findings.at_field(kind, place.at(*rest), field)
        else:
            yield self._structural(keyword, error, place.at(*rest), rest)

    def _field(self, name: str, level: Level) -> Field | None:
        field = self.definition.fields.get(name)
        return field if field is not None and is_delivered(field, level) else None

    def _unexpected(self, names: Sequence[str], place: Place) -> Iterator[Finding]:
        for name in names[:NAMES_SHOWN]:
            kind = "master_data" if _folded(name) in self._master_data else "unknown_field"
            yield self.findings.general(kind, self.findings.named(place, name), name=name)

    def _missing(self, name: str, level: Level | None, place: Place, rest: Path) -> Finding:
        field = self._field(name, level) if level is not None and not rest else None
        if field is not None:
            return self.findings.of_field("mandatory_missing", place, field)
        return self.findings.general("structure", place.at(*rest, name), name=name)

    def _structural(self, keyword: str, error: Any, place: Place, rest: Path) -> Finding:
        kind = KEYWORDS[keyword] if keyword in OUTSIDE_FIELDS else "structure"
        names = [step for step in rest if isinstance(step, str)]
        limit = error.kind.limit if keyword == "maxItems" else None
        return self.findings.general(kind, place, name=names[-1] if names else None, limit=limit)


def _validator(schema: dict[str, object]) -> Any:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _kind(error: Any, field: Field) -> str:
    """Name the check for an error at a field's value."""
    value = error.instance
    if error.kind.name == "anyOf":
        if isinstance(value, dict):
            return "unknown_marker"
        inner = [cause.kind.name for cause in error.kind.context[0]]
        return _plain_kind("type" if "type" in inner else inner[0], field)
    if isinstance(value, dict) and UNKNOWN_KEY in value and error.kind.name == "type":
        return "mandatory_unknown"
    return _plain_kind(error.kind.name, field)


def _plain_kind(keyword: str, field: Field) -> str:
    kind = KEYWORDS.get(keyword, "wrong_type")
    return (
        "wrong_type"
        if kind == "bad_date" and field.type not in (FieldType.DATE, FieldType.DATETIME)
        else kind
    )


def _locate(path: Path, raw: object, root: Place) -> tuple[Level | None, Place, Path]:
    """Split a path into the record it lies in and the rest of the way inside that record."""
    names: tuple[str, ...] = ()
    place, record, taken = root, raw, 0
    while len(path) >= taken + 2 and (*names, path[taken]) in LEVELS and isinstance(path[taken + 1], int):
        names = (*names, str(path[taken]))
        record = _member(record, path[taken], path[taken + 1])
        place = place.at(path[taken], path[taken + 1]).of_record(LEVELS[names], record)
        taken += 2
    return LEVELS[names], place, path[taken:]


def _member(record: object, name: str | int, number: str | int) -> object:
    items = record.get(name) if isinstance(record, dict) else None
    return items[number] if isinstance(items, list) and isinstance(number, int) else None


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
