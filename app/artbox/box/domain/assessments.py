"""Whether a cycle was known to a register before its result: the evidence, and the assessment that is kept.

The first assessment that decides is final. A date moved afterwards changes no result; it marks the cycle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

GERMANY = ZoneInfo("Europe/Berlin")
"""Days of treatment are German days, wherever the box counts its hours."""
NOT_ASSESSABLE = "not_assessable"

Json = Mapping[str, object]


class ClockState(StrEnum):
    """What is known of the clock; only a synchronised one proves a time of receipt."""

    SYNCHRONISED = "synchronised"
    NOT_SYNCHRONISED = "not-synchronised"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class KeptAssessment:
    """An assessment of a cycle for one register; `rule` decided it, by the date `anchor_on`.

    `moved`: a later revision states another anchor date, `moved_to` (None when it was taken away).
    """

    register: str
    result: str
    reason: str
    rule: str | None
    anchor_on: date | None
    lag_days: int | None
    release: str
    moved: bool = False
    moved_to: date | None = None

    @property
    def is_final(self) -> bool:
        """Say whether the result stays."""
        return self.result != NOT_ASSESSABLE


@dataclass(frozen=True)
class FirstReceipt:
    """What a register is told of a receipt: the result, and the German day it is proven for."""

    result: str = NOT_ASSESSABLE
    received_on: date | None = None


@dataclass(frozen=True)
class CycleToAssess:
    """A cycle that changed since it was last looked at (`changes` times), its revisions the newest first."""

    cycle_id: int
    changes: int
    patient: Json = field(repr=False)
    revisions: Sequence[Json] = field(repr=False)
    registers: tuple[str, ...]
    first_received_at: datetime
    proven_at: datetime | None
    kept: Mapping[str, KeptAssessment]


@dataclass(frozen=True)
class AssessedCycle:
    """What is to be kept of a cycle: its proven receipt, its assessments, and its deadlines by rule.

    Without a proven receipt the cycle is looked at again as soon as the clock is synchronised; after
    `last_day` that is too late.
    """

    cycle_id: int
    changes: int
    proven_at: datetime | None
    assessments: tuple[KeptAssessment, ...]
    deadlines: Mapping[str, date]
    last_day: date | None


def german_day(moment: datetime) -> date:
    """Return the calendar day in Germany."""
    return moment.astimezone(GERMANY).date()
