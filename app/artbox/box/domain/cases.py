"""Cycles a centre should look after, by its own references: overdue outcomes, late receipts, moved dates."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class Span(StrEnum):
    """Which late receipts are meant: late after tomorrow, all that can still be in time, or those past."""

    TOMORROW = "tomorrow"
    STILL_IN_TIME = "still-in-time"
    PAST = "past"

    def days(self, today: date) -> tuple[date, date]:
        """Return the first and last of the last days that are meant."""
        if self is Span.TOMORROW:
            return today, today + timedelta(days=1)
        if self is Span.PAST:
            return date.min, today - timedelta(days=1)
        return today, date.max


@dataclass(frozen=True)
class TurnedAway:
    """A rejected cycle whose first receipt can still be in time until `last_day`."""

    patient_ref: str
    cycle_ref: str
    last_day: date


@dataclass(frozen=True)
class OverdueOutcome:
    """A cycle that a rule objects to since `due_on`, because time has passed without an answer."""

    patient_ref: str
    cycle_ref: str
    rule: str
    due_on: date
    first_received_at: datetime


@dataclass(frozen=True)
class LateReceipt:
    """A cycle without a proven receipt, in time until `last_day`.

    `rejected_at`: it was turned away by the import `import_id`; without, the box holds it but no synchronised
    clock has proven its receipt yet.
    """

    patient_ref: str
    cycle_ref: str
    program: str
    last_day: date
    rejected_at: datetime | None
    import_id: str | None


@dataclass(frozen=True)
class MovedAnchor:
    """A decided cycle whose anchor date was changed afterwards from `anchor_on` to `moved_to`."""

    patient_ref: str
    cycle_ref: str
    register: str
    rule: str | None
    release: str
    result: str
    anchor_on: date | None
    moved_to: date | None
