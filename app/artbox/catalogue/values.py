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
UNKNOWN_KEY = "unknown"
LARGEST = 10**12
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Unknown(StrEnum):
    """Why a value is not known; stands in the place of the value."""

    NOT_ASKED = "not_asked"
    NOT_KNOWN = "not_known"
    REFUSED = "refused"


def read(field: Field, raw: object) -> Value | Unknown | None:
    """Read one JSON value as the field's type; a moment in time becomes its calendar day."""
    return _unknown(raw) if isinstance(raw, dict) else READERS[field.type](raw)


def read_all(fields: Mapping[str, Field], record: Mapping[str, object]) -> dict[str, Value | Unknown]:
    """Read the fields present in a record; missing and unusable ones are left out."""
    found = ((name, read(field, record[name])) for name, field in fields.items() if name in record)
    return {name: value for name, value in found if value is not None}


def _unknown(raw: Mapping[object, object]) -> Unknown | None:
    reason = raw.get(UNKNOWN_KEY)
    return Unknown(reason) if len(raw) == 1 and isinstance(reason, str) and reason in list(Unknown) else None


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
        present = tuple(item for item in items if item is not None)
        return present if len(present) == len(items) else None

    return read_list


READERS: dict[FieldType, Callable[[object], Value | None]] = {
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
