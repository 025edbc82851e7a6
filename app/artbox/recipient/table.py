"""The register's table: records as they hold now, revisions and withdrawals applied, each package once.

One package is one transaction; packages of a centre are taken in their order, so that a later version never
gives way to an earlier one.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from artbox.recipient.errors import Contradictory, OutOfSequence, SequenceTaken, TableUnusable
from artbox.recipient.opening import Opened, Record
from artbox.wire.packages import Manifest

SCHEMA = """
CREATE TABLE IF NOT EXISTS packages (
    centre_no INTEGER NOT NULL,
    register TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,
    catalogue_version TEXT NOT NULL,
    created_at TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    PRIMARY KEY (centre_no, register, sequence)
);
CREATE TABLE IF NOT EXISTS records (
    record_key TEXT PRIMARY KEY,
    centre_no INTEGER NOT NULL,
    register TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    catalogue_version TEXT NOT NULL,
    pseudonym TEXT,
    cycle TEXT,
    withdrawn_at TEXT
);
"""


class Table:
    """An SQLite file of this program's own."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        try:
            self._connection.executescript(SCHEMA)
            self._connection.execute("SELECT sha256 FROM packages LIMIT 1")
            self._connection.execute("SELECT withdrawn_at FROM records LIMIT 1")
            # what is withdrawn must not stay in free pages of the file
            self._connection.execute("PRAGMA secure_delete = ON")
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise TableUnusable(path=str(path)) from error

    def apply(self, package: Opened) -> bool:
        """Take a package; False when it was before. Errors: OutOfSequence, SequenceTaken, Contradictory."""
        manifest, name = package.manifest, str(package.manifest.package_name)
        with self._transaction():
            known = self._taken(manifest)
            if known is not None:
                if known != package.sha256:
                    raise SequenceTaken(package=name)
                return False
            expected = self._last(manifest) + 1
            if manifest.sequence != expected:
                raise OutOfSequence(package=name, expected=expected)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            for number, record in enumerate(package.records, start=1):
                problem = self._record(manifest, record, now)
                if problem is not None:
                    raise Contradictory(package=name, line=number, detail=problem)
            self._connection.execute(
                "INSERT INTO packages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    manifest.centre_no,
                    manifest.register,
                    manifest.sequence,
                    package.sha256,
                    manifest.kind,
                    manifest.catalogue_version,
                    manifest.created_at.isoformat(),
                    now,
                ),
            )
        return True

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _taken(self, manifest: Manifest) -> str | None:
        row = self._connection.execute(
            "SELECT sha256 FROM packages WHERE centre_no = ? AND register = ? AND sequence = ?",
            (manifest.centre_no, manifest.register, manifest.sequence),
        ).fetchone()
        return None if row is None else str(row[0])

    def _last(self, manifest: Manifest) -> int:
        row = self._connection.execute(
            "SELECT coalesce(max(sequence), 0) FROM packages WHERE centre_no = ? AND register = ?",
            (manifest.centre_no, manifest.register),
        ).fetchone()
        return int(row[0])

    def _record(self, manifest: Manifest, record: Record, now: str) -> str | None:
        """Apply one record; say what contradicts the table, if anything does."""
        row = self._connection.execute(
            "SELECT centre_no, register, version, withdrawn_at FROM records WHERE record_key = ?",
            (record.record_key,),
        ).fetchone()
        if row is not None and (row[0], row[1]) != (manifest.centre_no, manifest.register):
            return "the record is another centre's"
        if row is not None and row[3] is not None:
            return "the record was withdrawn"
        if record.version is None:
            if row is None:
                return "there is no such record"
            self._withdraw(record, now)
            return None
        if record.version <= (row[2] if row is not None else 0):
            return "the version is not newer"
        self._connection.execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                record.record_key,
                manifest.centre_no,
                manifest.register,
                manifest.kind,
                record.version,
                manifest.catalogue_version,
                record.pseudonym,
                json.dumps(record.cycle, ensure_ascii=False, sort_keys=True),
            ),
        )
        return None

    def _withdraw(self, record: Record, now: str) -> None:
        """Keep the key alone, so that it is never taken again."""
        self._connection.execute(
            "UPDATE records SET withdrawn_at = ?, pseudonym = NULL, cycle = NULL WHERE record_key = ?",
            (now, record.record_key),
        )
