"""The store as one: its tables by group, creating it at the first setup, and the box's own row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from artbox.box.adapters.store.anonymised import AnonymisedView
from artbox.box.adapters.store.assessments import AssessmentsTable
from artbox.box.adapters.store.candidates import CandidatesView
from artbox.box.adapters.store.cases import CasesView
from artbox.box.adapters.store.database import Database
from artbox.box.adapters.store.findings import FindingsView
from artbox.box.adapters.store.imports import ImportsTable
from artbox.box.adapters.store.journal import AuditTable
from artbox.box.adapters.store.ledger import LedgerTable
from artbox.box.adapters.store.packages import PackagesTable
from artbox.box.adapters.store.people import AccountsTable, SessionsTable
from artbox.box.adapters.store.rechecks import RechecksTable
from artbox.box.adapters.store.tokens import TokensTable
from artbox.box.adapters.store.turns import TurnsTable
from artbox.box.domain.accounts import Role
from artbox.box.domain.audit import AuditEntry
from artbox.box.domain.pseudonyms import new_pseudonym_key
from artbox.box.errors import BoxLocked, StoreUnreadable


@dataclass(frozen=True)
class BoxRow:
    """Whose box this is, and the key all its pseudonyms come from."""

    centre_no: int
    pseudonym_key: bytes = field(repr=False)


class Store:
    """The open store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.audit = AuditTable(database)
        self.accounts = AccountsTable(database)
        self.sessions = SessionsTable(database)
        self.tokens = TokensTable(database)
        self.imports = ImportsTable(database)
        self.findings = FindingsView(database)
        self.assessments = AssessmentsTable(database)
        self.candidates = CandidatesView(database)
        self.cases = CasesView(database)
        self.rechecks = RechecksTable(database)
        self.packages = PackagesTable(database)
        self.anonymised = AnonymisedView(database)
        self.turns = TurnsTable(database)
        self.ledger = LedgerTable(database)

    @classmethod
    def open(cls, path: Path, key: bytes, now: Callable[[], datetime]) -> "Store":
        """Open the store of a box that was set up; raise StoreUnreadable."""
        store = cls(Database.open(path, key, now))
        try:
            store.box()
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def create(cls, path: Path, key: bytes, now: Callable[[], datetime]) -> "Store":
        """Create a store, or open what an interrupted setup with the same key left; raise StoreUnreadable."""
        return cls(Database.create(path, key, now))

    def set_up(self, centre_no: int, name: str, password_hash: str, entry: AuditEntry) -> None:
        """Write the box's row and its first administrator; a repeated setup replaces the administrator."""
        with self._database.write(entry) as writing:
            writing.execute(
                "INSERT INTO box (only, centre_no, pseudonym_key, set_up_at) VALUES (1, ?, ?, ?)"
                " ON CONFLICT (only) DO UPDATE SET centre_no = excluded.centre_no",
                (centre_no, new_pseudonym_key(), writing.at),
            )
            writing.execute("DELETE FROM accounts")
            writing.execute(
                "INSERT INTO accounts (name, role, password_hash, created_at) VALUES (?, ?, ?, ?)",
                (name, Role.ADMINISTRATOR.value, password_hash, writing.at),
            )

    def box(self) -> BoxRow:
        """Return the box's row; raise StoreUnreadable when the setup never finished."""
        with self._database.read() as connection:
            row = connection.execute("SELECT centre_no, pseudonym_key FROM box").fetchone()
        if row is None:
            raise StoreUnreadable(reason="not-set-up")
        return BoxRow(row["centre_no"], bytes(row["pseudonym_key"]))

    @property
    def path(self) -> Path:
        """The database file."""
        return self._database.path

    def size(self) -> int:
        """Return the bytes the database takes on disk, with what is not yet written back into it."""
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Close the store; a second time does nothing."""
        self._database.close()


class StoreHandle:
    """The place where services find the store while the box is open."""

    def __init__(self) -> None:
        self._store: Store | None = None

    @property
    def is_open(self) -> bool:
        """Say whether there is an open store."""
        return self._store is not None

    @property
    def store(self) -> Store:
        """The open store; raise BoxLocked while there is none."""
        store = self._store
        if store is None:
            raise BoxLocked
        return store

    def put(self, store: Store) -> None:
        """Make an open store available."""
        self._store = store

    def take(self) -> Store | None:
        """Remove and return the store, so that nobody finds it any more."""
        store, self._store = self._store, None
        return store
