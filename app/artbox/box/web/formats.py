"""How dates, times and numbers look to a reader: TT.MM.JJJJ, times with their zone, decimal comma.

English pages keep unambiguous ISO dates.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
ZONE_NAMES = {"CET": {"de": "MEZ", "en": "CET"}, "CEST": {"de": "MESZ", "en": "CEST"}}
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def day(value: date, language: str) -> str:
    """Return a date; of a point in time the day in Germany."""
    local = value.astimezone(ZONE) if isinstance(value, datetime) else value
    return local.strftime("%d.%m.%Y" if language == "de" else "%Y-%m-%d")


def moment(value: datetime, language: str) -> str:
    """Return date, time and zone of a point in time; a naive one is a mistake and raises ValueError."""
    if value.tzinfo is None:
        raise ValueError("a point in time needs its zone")
    local = value.astimezone(ZONE)
    zone = ZONE_NAMES[local.tzname() or "CET"][language]
    clock = local.strftime("%H:%M")
    return f"{day(value, language)}, {clock} {'Uhr ' if language == 'de' else ''}({zone})"


def number(value: float, language: str, digits: int = 0) -> str:
    """Return a number with thousands grouped; German groups by point and divides by comma."""
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def size(octets: int, language: str) -> str:
    """Return a file's size in the largest unit that leaves a figure of at least one."""
    amount = float(octets)
    for unit in UNITS:
        if amount < 1024 or unit == UNITS[-1]:
            break
        amount /= 1024
    return f"{number(amount, language, 0 if unit == 'B' else 1)} {unit}"
