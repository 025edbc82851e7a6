"""The encrypted database file: opening it with a raw key, one writer, short-lived readers.

The only module that imports the driver. A writer is handed out together with an audit entry only, in one
`BEGIN IMMEDIATE` transaction; readers cannot write.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlcipher3

from artbox.box.adapters.store.chain import append
from artbox.box.adapters.store.migrations import migrate
from artbox.box.domain.audit import AuditEntry
from artbox.box.errors import BoxLocked, StoreUnreadable

OLDEST_SQLITE = (3, 51, 3)
"""Older ones can damage a database in WAL mode when two connections write and checkpoint at once."""
BUSY_MILLISECONDS = 5000
CLOSE_SECONDS = 15.0
DriverError: type[Exception] = sqlcipher3.DatabaseError

Connection = Any
"""A connection of the driver, which has no types of its own."""


class Database:
    """An open database; `now` gives the time of writing."""

    def __init__(self, path: Path, key: bytes, now: Callable[[], datetime]) -> None:
        self._path = path
        self._key = key
        self._now = now
        self._writing = threading.RLock()
        self._idle = threading.Condition()
        self._readers = 0
        self._writer: Connection | None = _connect(path, key)

    @classmethod
    def open(cls, path: Path, key: bytes, now: Callable[[], datetime]) -> "Database":
        """Open an existing database and bring it to the current schema; raise StoreUnreadable."""
        if not path.is_file():
            raise StoreUnreadable(reason="missing")
        return cls._migrated(path, key, now)

    @classmethod
    def create(cls, path: Path, key: bytes, now: Callable[[], datetime]) -> "Database":
        """Create the database, or open the one an interrupted creation left; raise StoreUnreadable."""
        return cls._migrated(path, key, now)

    @classmethod
    def _migrated(cls, path: Path, key: bytes, now: Callable[[], datetime]) -> "Database":
        database = cls(path, key, now)
        try:
            migrate(database._writer)
        except BaseException:
            database.close()
            raise
        return database

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    @contextmanager
    def write(self, entry: AuditEntry) -> Iterator["Writing"]:
        """Run the block in one transaction that also logs `entry`; raise BoxLocked when closed."""
        with self._writing:
            if self._writer is None:
                raise BoxLocked
            connection, at = self._writer, self._now()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Writing(connection, at)
                append(connection, at, entry)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Run the block on one snapshot that cannot be written; raise BoxLocked when closed."""
        with self._idle:
            if self._writer is None:
                raise BoxLocked
            self._readers += 1
        try:
            connection = _connect(self._path, self._key)
            try:
                connection.execute("PRAGMA query_only = ON")
                connection.execute("BEGIN")
                yield connection
            finally:
                connection.close()
        finally:
            with self._idle:
                self._readers -= 1
                self._idle.notify_all()

    def close(self) -> None:
        """Let readers and the writer finish, then close; a second time does nothing."""
        with self._writing, self._idle:
            writer, self._writer = self._writer, None
            self._idle.wait_for(lambda: self._readers == 0, timeout=CLOSE_SECONDS)
            if writer is not None:
                writer.close()


class Writing:
    """A transaction under way: its connection, and the one time everything in it is stamped with."""

    def __init__(self, connection: Connection, at: datetime) -> None:
        self._connection = connection
        self.at = at.astimezone(UTC).isoformat()

    def execute(self, statement: str, parameters: tuple[object, ...] = ()) -> Any:
        """Run one statement and return its cursor."""
        return self._connection.execute(statement, parameters)

    def execute_many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Run one statement for each row."""
        self._connection.executemany(statement, rows)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Run the block so that an error inside takes back this block alone."""
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO part")
            self._connection.execute("RELEASE part")
            raise
        self._connection.execute("RELEASE part")


def _connect(path: Path, key: bytes) -> Connection:
    if sqlcipher3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreUnreadable(reason="library-too-old")
    connection = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
    except sqlcipher3.DatabaseError as error:
        connection.close()
        raise StoreUnreadable(reason="key") from error
    connection.row_factory = sqlcipher3.Row
    return connection
