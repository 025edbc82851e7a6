"""The audit log as a table: appending an entry of its own, and reading the chain."""

import json
from datetime import UTC, datetime

from artbox.box.adapters.store.database import Connection, Database
from artbox.box.domain.audit import AuditEntry, AuditQuery, AuditRow, AuditTag, first_broken

_WANTED = """
(:since IS NULL OR at >= :since) AND (:until IS NULL OR at < :until)
AND (:tag IS NULL OR tag = :tag) AND (:actor IS NULL OR actor = :actor)
"""


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

    def rows(self, query: AuditQuery, *, offset: int, limit: int) -> list[AuditRow]:
        """Return a stretch of the entries asked for, newest first."""
        question = (
            f"SELECT * FROM audit WHERE {_WANTED} ORDER BY sequence DESC"  # noqa: S608 - made of constants
            " LIMIT :limit OFFSET :offset"
        )
        stretch = {"limit": limit, "offset": offset}
        with self._database.read() as connection:
            return [_row(row) for row in connection.execute(question, _parameters(query) | stretch)]

    def count(self, query: AuditQuery) -> int:
        """Return how many entries are asked for."""
        question = f"SELECT count(*) FROM audit WHERE {_WANTED}"  # noqa: S608 - made of constants
        with self._database.read() as connection:
            return int(connection.execute(question, _parameters(query)).fetchone()[0])

    def actors(self) -> list[str]:
        """Return everybody the log names as acting."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT DISTINCT actor FROM audit ORDER BY actor").fetchall()
        return [row["actor"] for row in rows]

    def first_broken(self) -> int | None:
        """Return the sequence of the first entry that does not fit the chain."""
        with self._database.read() as connection:
            return first_broken(
                _row(row) for row in connection.execute("SELECT * FROM audit ORDER BY sequence")
            )


def _parameters(query: AuditQuery) -> dict[str, object]:
    return {
        "since": query.since.astimezone(UTC).isoformat() if query.since else None,
        "until": query.until.astimezone(UTC).isoformat() if query.until else None,
        "tag": query.tag.value if query.tag else None,
        "actor": query.actor,
    }


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
