"""When each register, and the time stamp, was last tried, so that a restart keeps the pauses."""

from datetime import datetime

from artbox.box.adapters.store.database import Database
from artbox.box.domain.audit import AuditEntry
from artbox.box.domain.schedule import Turn


class TurnsTable:
    """One row for each register, and one for the time stamp."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Turn]:
        """Return the turns by subject."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM turns")
            return {
                row["subject"]: Turn(datetime.fromisoformat(row["tried_at"]), row["failures"]) for row in rows
            }

    def succeeded(self, subject: str, entry: AuditEntry) -> None:
        """Note a turn that went well; the next is a day off."""
        with self._database.write(entry) as writing:
            writing.execute(
                "INSERT INTO turns (subject, tried_at, failures) VALUES (?, ?, 0)"
                " ON CONFLICT (subject) DO UPDATE SET tried_at = excluded.tried_at, failures = 0",
                (subject, writing.at),
            )

    def failed(self, subject: str, entry: AuditEntry) -> None:
        """Note a turn that failed; the pause grows."""
        with self._database.write(entry) as writing:
            writing.execute(
                "INSERT INTO turns (subject, tried_at, failures) VALUES (?, ?, 1)"
                " ON CONFLICT (subject) DO UPDATE SET tried_at = excluded.tried_at, failures = failures + 1",
                (subject, writing.at),
            )
