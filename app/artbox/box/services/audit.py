"""Reading and proving the audit log."""

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.audit import AuditRow


class Audit:
    """The append-only, hash-chained log of who did what."""

    def __init__(self, handle: StoreHandle) -> None:
        self._handle = handle

    def recent(self, limit: int = 100) -> list[AuditRow]:
        """Return the newest entries first."""
        return self._handle.store.audit.recent(limit)

    def verify(self) -> int | None:
        """Recompute the chain; return the sequence of the first broken entry, None when it holds."""
        return self._handle.store.audit.first_broken()
