"""Chooses single synthetic values: by a story's draw, or from a field's own range and choice list."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from artbox.catalogue.model import ChoiceList, Draw, Field, FieldType

Json = dict[str, object]
WIDEST = 1000
DAY_LENGTH = 10
EVENING = "21:00:00Z"


def drawn(  # noqa: PLR0911 - one way out for each kind
    draw: Draw, field: Field, record: Mapping[str, object], random: Random
) -> object | None:
    """Choose a value by a draw; None when the value it refers to is not there."""
    if draw.kind == "one_of":
        chosen: object = random.choices(draw.options, [weight for _, weight in draw.options])[0][0]
        return chosen
    if draw.kind == "between":
        return _number(draw.low, draw.high, field, random)
    reference, second = record.get(draw.reference or ""), record.get(draw.second or "")
    if draw.kind == "each":
        return _each(draw, reference, second)
    if draw.kind == "days_by":
        return _later(reference, second) if isinstance(reference, str) and isinstance(second, int) else None
    if draw.kind == "weeks":
        return _weeks(draw, field, reference, second, random)
    if draw.kind in ("days_after", "years_before"):
        return _date(draw, field, reference, random) if isinstance(reference, str) else None
    if not isinstance(reference, int | float):
        return None
    if draw.kind == "share_of":
        return math.floor(reference * random.uniform(draw.low, draw.high))
    return min(_number(draw.low, draw.high, field, random), reference)


def typical(
    field: Field, choice_lists: Mapping[str, ChoiceList], start: date, random: Random
) -> object | None:
    """Choose a value from what the catalogue expects of the field; codes have no typical value."""
    match field.type:
        case FieldType.BOOLEAN:
            value: object = random.random() < 0.5
        case FieldType.CHOICE if field.choices is not None:
            value = random.choice(choice_lists[field.choices].codes)
        case FieldType.CHOICES if field.choices is not None:
            value = [random.choice(choice_lists[field.choices].codes)]
        case FieldType.DATE:
            value = (start + timedelta(days=random.randint(0, 14))).isoformat()
        case FieldType.INTEGER | FieldType.DECIMAL:
            value = _usual(field, random)
        case FieldType.INTEGERS:
            value = [round(_usual(field, random))]
        case _:
            value = None
    return value


def _usual(field: Field, random: Random) -> int | float:
    """Choose from the expected range, its lower middle more often than its ends."""
    low, high = _expected(field)
    value = random.triangular(low, high, low + (high - low) / 3)
    return round(value, field.digits) if field.type is FieldType.DECIMAL else round(value)


def _expected(field: Field) -> tuple[float, float]:
    limits = field.soft or field.hard
    low = limits.minimum if limits and isinstance(limits.minimum, int | float) else 0
    high = limits.maximum if limits and isinstance(limits.maximum, int | float) else low + WIDEST
    return low, high


def _number(low: float, high: float, field: Field, random: Random) -> int | float:
    if field.type is FieldType.DECIMAL:
        return round(random.uniform(low, high), field.digits)
    return random.randint(math.ceil(low), math.floor(high))


def _each(draw: Draw, count: object, value: object) -> object | None:
    entry = draw.options[0][0] if draw.options else value
    return [entry] * count if isinstance(count, int) and entry is not None else None


def _weeks(draw: Draw, field: Field, start: object, end: object, random: Random) -> object | None:
    if not isinstance(start, str) or not isinstance(end, str):
        return None
    weeks = (date.fromisoformat(end) - date.fromisoformat(start)).days / 7
    return round(weeks + random.uniform(draw.low, draw.high), field.digits)


def _later(start: str, days: int) -> str:
    return (date.fromisoformat(start[:DAY_LENGTH]) + timedelta(days=days)).isoformat()


def _date(draw: Draw, field: Field, reference: str, random: Random) -> str:
    days = random.randint(round(draw.low), round(draw.high))
    if draw.kind == "days_after":
        day = _later(reference, days)
        return f"{day}T{EVENING}" if field.type is FieldType.DATETIME else day
    start = date.fromisoformat(reference)
    return (start - timedelta(days=round(days * 365.25) + random.randint(0, 364))).isoformat()
