"""The time services stamp with: UTC, given as an argument so that a test can set it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time now in UTC."""
    return datetime.now(UTC)
