"""Signing people in and out."""

import hashlib
import secrets
import threading
from datetime import datetime, timedelta
from functools import cached_property

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.accounts import Session
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.passwords import MAXIMUM_CHARACTERS, hash_password, matches
from artbox.box.domain.throttling import wait_seconds
from artbox.box.errors import SignInFailed, Throttled
from artbox.box.services.clock import Clock

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
FREE_FAILURES = 3
"""So many mistyped passwords cost no waiting."""
MAX_COUNTED = 4096
"""Names and addresses whose failures are remembered; beyond it the oldest are forgotten."""


class Accounts:
    """Accounts of the store, sessions, and the throttling of failed sign-ins."""

    def __init__(self, handle: StoreHandle, now: Clock) -> None:
        self._handle = handle
        self._now = now
        self._failures: dict[str, tuple[int, datetime]] = {}
        self._seen: dict[str, datetime] = {}
        self._guard = threading.Lock()
        self._hashing = threading.BoundedSemaphore(2)

    def authenticate(self, name: str, password: str, address: str) -> str:
        """Return a new session's id; raise SignInFailed, Throttled(wait_seconds) or BoxLocked."""
        store = self._handle.store
        counted = (f"name:{name.strip().casefold()[:80]}", f"address:{address[:80]}")
        account = store.accounts.named(name.strip())
        # An unknown name may be a password typed into the wrong field: it is never logged.
        actor = account.name if account else "unknown"
        wait = max(self._wait(key) for key in counted)
        if wait:
            store.audit.append(AuditEntry(AuditTag.SIGN_IN_THROTTLED, actor, {"address": address[:80]}))
            raise Throttled(wait_seconds=wait)
        if not self._password_fits(password, account.password_hash if account else None) or account is None:
            self._count(counted)
            store.audit.append(AuditEntry(AuditTag.SIGN_IN_FAILED, actor, {"address": address[:80]}))
            raise SignInFailed
        with self._guard:
            for key in counted:
                self._failures.pop(key, None)
        session_id = secrets.token_urlsafe(32)
        entry = AuditEntry(AuditTag.SIGN_IN, account.name, {"address": address[:80]})
        store.sessions.begin(_hash(session_id), account.id, entry)
        return session_id

    def session(self, session_id: str) -> Session | None:
        """Return the session and count this as activity; None when unknown, idle for 30 min, or 12 h old."""
        key = _hash(session_id)
        found = self._handle.store.sessions.find(key)
        if found is None:
            return None
        account, began = found
        now = self._now()
        with self._guard:
            if now >= min(self._seen.get(key, began) + IDLE, began + LONGEST):
                return None
            self._seen[key] = now
        return Session(account.name, account.role, min(now + IDLE, began + LONGEST))

    def sign_out(self, session_id: str) -> None:
        """End the session; an unknown one is no error."""
        store, key = self._handle.store, _hash(session_id)
        found = store.sessions.find(key)
        if found is not None:
            store.sessions.end(key, AuditEntry(AuditTag.SIGN_OUT, found[0].name))
        with self._guard:
            self._seen.pop(key, None)

    @cached_property
    def _decoy(self) -> str:
        """A hash no password has, so that an unknown name takes as long as a wrong password."""
        return hash_password(secrets.token_urlsafe(32))

    def _password_fits(self, password: str, password_hash: str | None) -> bool:
        with self._hashing:
            return matches(password[:MAXIMUM_CHARACTERS], password_hash or self._decoy)

    def _wait(self, key: str) -> int:
        with self._guard:
            failures, last = self._failures.get(key, (0, self._now()))
        return wait_seconds(failures - FREE_FAILURES, last, self._now())

    def _count(self, keys: tuple[str, ...]) -> None:
        with self._guard:
            for key in keys:
                failures, _ = self._failures.pop(key, (0, None))
                self._failures[key] = (failures + 1, self._now())
            while len(self._failures) > MAX_COUNTED:
                self._failures.pop(next(iter(self._failures)))


def _hash(session_id: str) -> str:
    return hashlib.sha256(session_id.encode("utf-8", errors="replace")).hexdigest()
