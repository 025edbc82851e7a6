"""The state of the box, opening it with keys and locking it again."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.adapters.store import Store, StoreHandle
from artbox.box.adapters.vault import VaultBackend
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.keys import ServiceKeys
from artbox.box.domain.states import BoxState
from artbox.box.errors import KeyringMissing, NotLocked, SetupAlreadyDone, SetupIncomplete, StoreUnreadable
from artbox.box.services.clock import Clock
from artbox.box.services.setup import Setup


@dataclass(frozen=True)
class Ground:
    """What the box stands on: the keyring, the vault, and the database file inside the vault."""

    keyring: KeyringFile
    vault: VaultBackend
    database: Path


class Lifecycle:
    """Knows whether the box is in setup, locked, ready or busy, and leads from one to the next."""

    def __init__(self, ground: Ground, handle: StoreHandle, setup: Setup, now: Clock) -> None:
        self._keyring = ground.keyring
        self._vault = ground.vault
        self._database = ground.database
        self._handle = handle
        self._setup = setup
        self._now = now
        self._changing = threading.Lock()
        self._since = now()
        self._busy: list[str] = []
        self._callbacks: list[Callable[[], None]] = []

    @property
    def state(self) -> BoxState:
        """The state now."""
        if self._handle.is_open:
            return BoxState.BUSY if self._busy else BoxState.READY
        return BoxState.LOCKED if self._keyring.exists else BoxState.SETUP

    @property
    def since(self) -> datetime:
        """When the state began (UTC)."""
        return self._since

    @property
    def busy_with(self) -> str | None:
        """A code for what keeps the box busy, e.g. `delivery`; None when nothing does."""
        return self._busy[-1] if self._busy else None

    def open(self, keys: ServiceKeys, *, first: bool = False) -> None:
        """Open vault and store with `keys`; with `first`, create the store and the draft's administrator.

        Raise NotLocked, SetupIncomplete, SetupAlreadyDone, KeyringMissing, VaultRefused or StoreUnreadable.
        """
        with self._changing:
            self._check(first)
            self._vault.open(keys.vault)
            try:
                store = self._created(keys.database) if first else self._opened(keys.database)
            except BaseException:
                self._vault.close()
                raise
            self._handle.put(store)
            self._since = self._now()

    def lock(self, *, actor: str = "control") -> None:
        """Close store and vault, then call what `on_locked` registered (the process ends there).

        It ends also when the vault does not close (VaultRefused): the keys must go in any case.
        """
        try:
            with self._changing:
                store = self._handle.take()
                if store is not None:
                    self._since = self._now()
                    store.audit.append(AuditEntry(AuditTag.BOX_LOCKED, actor))
                    store.close()
                    self._vault.close()
        finally:
            for callback in self._callbacks:
                callback()

    def on_locked(self, callback: Callable[[], None]) -> None:
        """Register what ends the process after locking."""
        self._callbacks.append(callback)

    @contextmanager
    def busy(self, code: str) -> Iterator[None]:
        """Show the box as busy with `code` while the block runs."""
        self._busy.append(code)
        self._since = self._now()
        try:
            yield
        finally:
            self._busy.remove(code)
            self._since = self._now()

    def _check(self, first: bool) -> None:
        if self._handle.is_open:
            raise NotLocked
        if first and self._keyring.exists:
            raise SetupAlreadyDone
        if not (self._keyring.is_pending if first else self._keyring.exists):
            raise KeyringMissing
        if first and self._setup.missing():
            raise SetupIncomplete(missing=self._setup.missing())

    def _opened(self, key: bytes) -> Store:
        store = Store.open(self._database, key, self._now)
        store.sessions.end_all(AuditEntry(AuditTag.BOX_UNLOCKED, "master-password"))
        for import_id in store.imports.running():
            store.imports.abort(
                import_id, AuditEntry(AuditTag.IMPORT_ABORTED, "box", {"import_id": import_id})
            )
        return store

    def _created(self, key: bytes) -> Store:
        """Create the store and settle the keyring last: until then the setup counts as not done."""
        store = self._created_file(key)
        try:
            draft = self._setup.draft
            if (
                draft.centre_no is None
                or draft.administrator_name is None
                or draft.administrator_hash is None
            ):
                raise SetupIncomplete(missing=self._setup.missing())
            store.set_up(
                draft.centre_no,
                draft.administrator_name,
                draft.administrator_hash,
                AuditEntry(AuditTag.BOX_SET_UP, draft.administrator_name, {"centre_no": draft.centre_no}),
            )
            self._keyring.settle()
        except BaseException:
            store.close()
            raise
        self._setup.forget()
        return store

    def _created_file(self, key: bytes) -> Store:
        path = self._database
        try:
            return Store.create(path, key, self._now)
        except StoreUnreadable as error:
            if error.fields.get("reason") != "key":
                raise
        # What an abandoned setup left under another password can hold no records; it is kept nevertheless.
        stamp = self._now().strftime("%Y%m%dT%H%M%S%f")
        for leftover in [path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")]:
            if leftover.exists():
                leftover.rename(path.with_name(f"abandoned-{stamp}-{leftover.name}"))
        return Store.create(path, key, self._now)
