"""The audit log as a table: appending an entry of its own, and reading the chain."""

import json
from datetime import datetime

from artbox.box.adapters.store.database import Connection, Database
from artbox.box.domain.audit import AuditEntry, AuditRow, AuditTag, first_broken


class AuditTable:
    """The append-only log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entry: AuditEntry) -> None:
        """Log something that changes nothing else."""
        with self._database.write(entry):
            pass

    def recent(self, limit: int) -> list[AuditRow]:
        """Return the newest entries first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM audit ORDER BY sequence DESC LIMIT ?", (limit,))
            return [_row(row) for row in rows]

    def first_broken(self) -> int | None:
        """Return the sequence of the first entry that does not fit the chain."""
        with self._database.read() as connection:
            return first_broken(
                _row(row) for row in connection.execute("SELECT * FROM audit ORDER BY sequence")
            )


def _row(row: Connection) -> AuditRow:
    return AuditRow(
        sequence=row["sequence"],
        at=datetime.fromisoformat(row["at"]),
        tag=AuditTag(row["tag"]),
        actor=row["actor"],
        detail=json.loads(row["detail"]),
        previous=row["previous"],
        hash=row["hash"],
    )
