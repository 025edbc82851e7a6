"""When each register was last tried, so that a restart keeps the pauses."""

from datetime import datetime

from artbox.box.adapters.store.database import Database
from artbox.box.domain.audit import AuditEntry
from artbox.box.domain.schedule import Turn


class TurnsTable:
    """One row per register."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Turn]:
        """Return the turns by register."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM delivery_turns")
            return {
                row["register"]: Turn(datetime.fromisoformat(row["tried_at"]), row["failures"])
                for row in rows
            }

    def succeeded(self, register: str, entry: AuditEntry) -> None:
        """Note a turn that went well; the next is a day off."""
        self._note(register, "0", entry)

    def failed(self, register: str, entry: AuditEntry) -> None:
        """Note a turn that failed; the pause grows."""
        self._note(register, "failures + 1", entry)

    def _note(self, register: str, failures: str, entry: AuditEntry) -> None:
        with self._database.write(entry) as writing:
            writing.execute(
                "INSERT INTO delivery_turns (register, tried_at, failures) VALUES (?, ?, 0)"
                " ON CONFLICT (register) DO NOTHING",
                (register, writing.at),
            )
            writing.execute(
                f"UPDATE delivery_turns SET tried_at = ?, failures = {failures} WHERE register = ?",  # noqa: S608 - one of the two above
                (writing.at, register),
            )
