"""Turns the JSON value of a field into a typed one, or into None when it is missing or unusable.

What is wrong with an unusable value is the checks' matter; here it simply cannot be judged further.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum

from artbox.catalogue.model import Field, FieldType

Scalar = int | float | bool | date | str
Value = Scalar | tuple[Scalar, ...]
Reader = Callable[[object], Value | None]
Readers = Mapping[str, tuple[type | None, Reader]]
"""By field: the JSON type that is its value already, where there is one, and what reads any other."""
UNKNOWN_KEY = "unknown"
LARGEST = 10**12
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Unknown(StrEnum):
    """Why a value is not known; stands in the place of the value."""

    NOT_ASKED = "not_asked"
    NOT_KNOWN = "not_known"
    REFUSED = "refused"


REASONS: Mapping[str, Unknown] = {reason.value: reason for reason in Unknown}


def read(field: Field, raw: object) -> Value | Unknown | None:
    """Read one JSON value as the field's type; a moment in time becomes its calendar day."""
    return _unknown(raw) if isinstance(raw, dict) else READERS[field.type](raw)


def readers(fields: Mapping[str, Field]) -> Readers:
    """Return what reads each field's value, for `read_all`."""
    return {name: (AS_IT_IS.get(field.type), READERS[field.type]) for name, field in fields.items()}


def read_all(fields: Readers, record: Mapping[str, object]) -> dict[str, Value | Unknown]:
    """Read the fields present in a record; missing and unusable ones are left out."""
    values: dict[str, Value | Unknown] = {}
    for name, raw in record.items():
        found = fields.get(name)
        if found is None:
            continue
        kind, reader = found
        if kind is type(raw) and (kind is not int or -LARGEST <= raw <= LARGEST):  # type: ignore[operator]
            values[name] = raw  # type: ignore[assignment]
            continue
        value = _unknown(raw) if isinstance(raw, dict) else reader(raw)
        if value is not None:
            values[name] = value
    return values


def _unknown(raw: Mapping[object, object]) -> Unknown | None:
    reason = raw.get(UNKNOWN_KEY)
    return REASONS.get(reason) if len(raw) == 1 and isinstance(reason, str) else None


def _whole(raw: object) -> int | None:
    number = _number(raw)
    return int(number) if number is not None and number == int(number) else None


def _number(raw: object) -> int | float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return raw if -LARGEST <= raw <= LARGEST else None


def _truth(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _text(raw: object) -> str | None:
    return raw if isinstance(raw, str) else None


def _day(raw: object) -> date | None:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) and DAY.fullmatch(raw) else None
    except ValueError:
        return None


def _moment(raw: object) -> date | None:
    try:
        return datetime.fromisoformat(raw).date() if isinstance(raw, str) else None
    except ValueError:
        return None


def _listed(read_item: Callable[[object], Scalar | None]) -> Callable[[object], Value | None]:
    def read_list(raw: object) -> Value | None:
        if not isinstance(raw, list):
            return None
        items = [read_item(item) for item in raw]
        return None if None in items else tuple(item for item in items if item is not None)

    return read_list


READERS: dict[FieldType, Reader] = {
    FieldType.DATE: _day,
    FieldType.DATETIME: _moment,
    FieldType.INTEGER: _whole,
    FieldType.DECIMAL: _number,
    FieldType.BOOLEAN: _truth,
    FieldType.CHOICE: _text,
    FieldType.CHOICES: _listed(_text),
    FieldType.INTEGERS: _listed(_whole),
    FieldType.CODE: _text,
}
AS_IT_IS: Mapping[FieldType, type] = {
    FieldType.BOOLEAN: bool,
    FieldType.CHOICE: str,
    FieldType.CODE: str,
    FieldType.INTEGER: int,
}
