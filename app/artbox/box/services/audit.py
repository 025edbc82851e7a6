"""Reading and proving the audit log."""

from dataclasses import dataclass
from datetime import timedelta

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.audit import AuditQuery, AuditRow, ChainCheck
from artbox.box.services.clock import Clock

PAGE_SIZE = 50
LARGEST_TABLE = 100_000
"""The most entries a table for download holds."""
CHECK_HOLDS = timedelta(hours=1)


@dataclass(frozen=True)
class AuditPage:
    """One page of the log; `number` counts from 1."""

    rows: tuple[AuditRow, ...]
    total: int
    number: int
    pages: int


class Audit:
    """The append-only, hash-chained log of who did what."""

    def __init__(self, handle: StoreHandle, now: Clock) -> None:
        self._handle = handle
        self._now = now
        self._check: ChainCheck | None = None

    def recent(self, limit: int = 100) -> list[AuditRow]:
        """Return the newest entries first."""
        return self._handle.store.audit.recent(limit)

    def page(self, query: AuditQuery, number: int) -> AuditPage:
        """Return a page, newest first; a number beyond the last gives the last."""
        table = self._handle.store.audit
        total = table.count(query)
        pages = max(1, -(-total // PAGE_SIZE))
        shown = min(max(1, number), pages)
        rows = table.rows(query, offset=(shown - 1) * PAGE_SIZE, limit=PAGE_SIZE)
        return AuditPage(tuple(rows), total, shown, pages)

    def all(self, query: AuditQuery) -> list[AuditRow]:
        """Return everything asked for, LARGEST_TABLE at most, newest first."""
        return self._handle.store.audit.rows(query, offset=0, limit=LARGEST_TABLE)

    def actors(self) -> list[str]:
        """Return everybody the log names as acting."""
        return self._handle.store.audit.actors()

    def verify(self) -> int | None:
        """Recompute the chain; return the sequence of the first broken entry, None when it holds."""
        return self._handle.store.audit.first_broken()

    def checked(self, *, again: bool = False) -> ChainCheck:
        """Return the result of recomputing the chain, at most an hour old; `again` recomputes it now."""
        now, known = self._now(), self._check
        if again or known is None or now - known.at >= CHECK_HOLDS:
            entries = self._handle.store.audit.count(AuditQuery())
            known = self._check = ChainCheck(now, entries, self.verify())
        return known
