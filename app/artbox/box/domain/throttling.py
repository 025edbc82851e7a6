"""How long to wait after failed attempts: one second, doubling up to five minutes, never for ever."""

import math
from datetime import datetime

LONGEST_SECONDS = 300


def delay_seconds(failures: int) -> int:
    """Return the seconds to wait after so many failures in a row."""
    if failures < 1:
        return 0
    return min(LONGEST_SECONDS, 1 << min(failures - 1, 16))


def wait_seconds(failures: int, last: datetime, now: datetime) -> int:
    """Return the seconds still to wait; a clock that was set back makes nobody wait longer than once."""
    delay = delay_seconds(failures)
    return max(0, min(delay, math.ceil(delay - (now - last).total_seconds())))
