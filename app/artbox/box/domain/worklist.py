"""The work list of corrections: a finding as it is shown, what is asked for, and a page of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PAGE_SIZE = 50
SEVERITIES = ("hart", "weich", "hinweis")
HOLDING = ("hart", "weich")
"""The severities that hold a record back."""

REJECTED_RULE = "E12"
"""The rule of a finding that a register's receipt made: the register refused the record."""


class Order(StrEnum):
    """How the list is ordered; `urgent`: hard before soft, the oldest first."""

    URGENT = "urgent"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Wanted:
    """What the list is asked for; no severity means those that hold a record back, no fields all of them.

    `by_new_rules`: only those that a change of the rules made; `open_before`: only those open since then.
    """

    severity: str | None = None
    rule: str | None = None
    fields: tuple[str, ...] | None = None
    confirmed: bool = False
    by_new_rules: bool = False
    open_before: datetime | None = None
    order: Order = Order.URGENT


@dataclass(frozen=True)
class FindingRow:
    """A stored finding with the centre's own references; `registers` are those it keeps the record from.

    `by_new_rules`: a change of the rules made it, the record is unchanged.
    """

    id: int
    patient_ref: str
    cycle_ref: str | None
    child_no: int | None
    rule: str
    severity: str
    field: str | None
    registers: tuple[str, ...]
    release: str
    open_since: datetime
    superseded_at: datetime | None
    confirmed_at: datetime | None
    confirmed_by: str | None
    reason: str | None
    by_new_rules: bool = False

    @property
    def confirmable(self) -> bool:
        """Say whether a person can release it with a reason."""
        return self.severity == "weich" and self.confirmed_at is None and self.superseded_at is None

    @property
    def key(self) -> tuple[str, str | None, int | None, str, str | None]:
        """What tells it apart within one import's report."""
        return self.patient_ref, self.cycle_ref, self.child_no, self.rule, self.field
