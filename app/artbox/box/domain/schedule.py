"""When a register's turn comes by itself: daily, and after failures again with growing pauses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAILY = timedelta(days=1)
FIRST_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True)
class Turn:
    """When a register was last tried, and how many times in a row that has failed."""

    tried_at: datetime
    failures: int


def pause(failures: int) -> timedelta:
    """Return how long to wait after failures in a row: 15 minutes doubled each time, a day at most."""
    return min(FIRST_PAUSE * 2 ** min(failures - 1, 10), DAILY) if failures else DAILY


def is_due(turn: Turn | None, now: datetime) -> bool:
    """Say whether a register's turn has come; a clock set back makes none wait longer than a day."""
    if turn is None or turn.tried_at > now:
        return True
    return now - turn.tried_at >= pause(turn.failures)
