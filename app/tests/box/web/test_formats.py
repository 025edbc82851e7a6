"""Dates, times, numbers and sizes as readers expect them."""

from datetime import UTC, date, datetime

import pytest

from artbox.box.web import formats


def test_a_day() -> None:
    assert formats.day(date(2026, 3, 9), "de") == "09.03.2026"
    assert formats.day(date(2026, 3, 9), "en") == "2026-03-09"


def test_a_moments_day_is_the_one_in_germany() -> None:
    assert formats.day(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), "de") == "01.07.2026"


def test_a_moment_names_its_zone() -> None:
    assert formats.moment(datetime(2026, 1, 5, 9, 7, tzinfo=UTC), "de") == "05.01.2026, 10:07 Uhr (MEZ)"
    assert formats.moment(datetime(2026, 7, 5, 9, 7, tzinfo=UTC), "de") == "05.07.2026, 11:07 Uhr (MESZ)"
    assert formats.moment(datetime(2026, 7, 5, 9, 7, tzinfo=UTC), "en") == "2026-07-05, 11:07 (CEST)"


def test_a_moment_without_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        formats.moment(datetime(2026, 1, 5, 9, 7), "de")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "digits", "german", "english"),
    [(1234567, 0, "1.234.567", "1,234,567"), (1234.5, 1, "1.234,5", "1,234.5"), (0, 0, "0", "0")],
)
def test_numbers(value: float, digits: int, german: str, english: str) -> None:
    assert formats.number(value, "de", digits) == german
    assert formats.number(value, "en", digits) == english


@pytest.mark.parametrize(
    ("octets", "text"), [(0, "0 B"), (1023, "1.023 B"), (1024, "1,0 KiB"), (5 * 2**30, "5,0 GiB")]
)
def test_sizes(octets: int, text: str) -> None:
    assert formats.size(octets, "de") == text
