"""A register's turn: once a day, and after failures again with growing pauses."""

from datetime import UTC, datetime, timedelta

import pytest

from artbox.box.domain.schedule import DAILY, Turn, is_due, pause

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 1440), (1, 15), (2, 30), (3, 60), (7, 960), (8, 1440), (5000, 1440)]
)
def test_pauses_grow_to_a_day(failures: int, minutes: int) -> None:
    assert pause(failures) == minutes * MINUTE


@pytest.mark.parametrize(
    ("turn", "due"),
    [
        (None, True),
        (Turn(NOW - DAILY, 0), True),
        (Turn(NOW - DAILY + MINUTE, 0), False),
        (Turn(NOW - 15 * MINUTE, 1), True),
        (Turn(NOW - 14 * MINUTE, 1), False),
        (Turn(NOW + MINUTE, 0), True),
    ],
)
def test_whose_turn_it_is(turn: Turn | None, due: bool) -> None:
    assert is_due(turn, NOW) is due
