"""The work lists beside the findings: overdue outcomes, receipts that become late, moved anchor dates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.assessments import german_day
from artbox.box.domain.cases import LateReceipt, MovedAnchor, OverdueOutcome, Span
from artbox.box.domain.worklist import PAGE_SIZE
from artbox.box.services.clock import Clock
from artbox.box.services.corrections import LARGEST_TABLE

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A part of a list; `number` counts from 1."""

    rows: tuple[Row, ...]
    total: int
    number: int
    pages: int


@dataclass(frozen=True)
class Counts:
    """How many there are in each list; late receipts are those late after tomorrow."""

    findings: int
    overdue: int
    late: int
    moved: int


class Cases:
    """Reads the lists as of today; raise BoxLocked while the store is closed."""

    def __init__(self, handle: StoreHandle, now: Clock) -> None:
        self._handle = handle
        self._now = now

    @property
    def today(self) -> date:
        """The day in Germany."""
        return german_day(self._now())

    def overdue(self, rule: str | None, number: int | None) -> Page[OverdueOutcome]:
        """Return a page of the overdue outcomes, all of them without a number."""
        table, today = self._handle.store.cases, self.today
        return _page(
            table.count_overdue(today, rule),
            number,
            lambda offset, limit: table.overdue(today, rule, offset=offset, limit=limit),
        )

    def overdue_rules(self) -> dict[str, int]:
        """Return the rules that make outcomes overdue, with their number."""
        return self._handle.store.cases.overdue_by_rule(self.today)

    def late(self, span: Span, number: int | None) -> Page[LateReceipt]:
        """Return a page of the receipts in this span, all of them without a number."""
        table, (first, last) = self._handle.store.cases, span.days(self.today)
        return _page(
            table.count_late(first, last),
            number,
            lambda offset, limit: table.late(first, last, offset=offset, limit=limit),
        )

    def moved(self, number: int | None) -> Page[MovedAnchor]:
        """Return a page of the moved anchor dates, all of them without a number."""
        table = self._handle.store.cases
        return _page(
            table.count_moved(), number, lambda offset, limit: table.moved(offset=offset, limit=limit)
        )

    def counts(self, findings: int) -> Counts:
        """Return how many there are in each list, beside so many open findings."""
        table, today = self._handle.store.cases, self.today
        late = table.count_late(*Span.TOMORROW.days(today))
        return Counts(findings, table.count_overdue(today, None), late, table.count_moved())


def _page(total: int, number: int | None, rows: Callable[[int, int], list[Row]]) -> Page[Row]:
    if number is None:
        return Page(tuple(rows(0, LARGEST_TABLE)), total, 1, 1)
    pages = max(1, -(-total // PAGE_SIZE))
    shown = min(max(1, number), pages)
    return Page(tuple(rows((shown - 1) * PAGE_SIZE, PAGE_SIZE)), total, shown, pages)
