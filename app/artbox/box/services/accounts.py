"""Signing people in and out, their sessions, and the password asked for again before dangerous actions."""

import hashlib
import secrets
import threading
from datetime import datetime, timedelta
from functools import cached_property

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.accounts import Account, OwnSession, Session
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.passwords import MAXIMUM_CHARACTERS, NewPassword, acceptable, hash_password, matches
from artbox.box.errors import (
    AccountLocked,
    PasswordWrong,
    SecondFactorNeeded,
    SecondFactorRefused,
    SignInExpired,
    SignInFailed,
    Throttled,
)
from artbox.box.services.attempts import MAX_KEY, Attempts
from artbox.box.services.clock import Clock
from artbox.box.services.second_factor import SecondFactor

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
FRESH = timedelta(minutes=5)
"""So long after the password was given dangerous actions do not ask for it again."""


class Accounts:
    """Accounts of the store, sessions, and the throttling of failed sign-ins."""

    def __init__(self, handle: StoreHandle, now: Clock) -> None:
        self._handle = handle
        self._now = now
        self._attempts = Attempts(now)
        self.second_factor = SecondFactor(handle, now)
        self._seen: dict[str, datetime] = {}
        self._proven: dict[str, datetime] = {}
        self._guard = threading.Lock()
        self._hashing = threading.BoundedSemaphore(2)

    def authenticate(self, name: str, password: str, address: str) -> str:
        """Return a new session's id.

        Raise SignInFailed, Throttled(wait_seconds), AccountLocked, SecondFactorNeeded(ticket) or BoxLocked.
        """
        store = self._handle.store
        account = store.accounts.named(name.strip())
        # An unknown name may be a password typed into the wrong field: it is never logged.
        actor = account.name if account else "unknown"
        keys = Attempts.keys(name, address)
        self._refuse_waiting(keys, actor, address)
        if not self._password_fits(password, account.password_hash if account else None) or account is None:
            self._attempts.failed(keys)
            self._log(AuditTag.SIGN_IN_FAILED, actor, address)
            raise SignInFailed
        if account.locked_at is not None:
            self._log(AuditTag.SIGN_IN_FAILED, actor, address)
            raise AccountLocked
        if account.factor is not None:
            raise SecondFactorNeeded(self.second_factor.ticket(account.id))
        return self._begin(account, address)

    def complete(self, ticket: str, code: str, address: str) -> str:
        """Return a new session's id for a sign-in that waited for its code, or for a recovery code.

        Raise SecondFactorRefused, SignInExpired, Throttled or BoxLocked.
        """
        account = self.second_factor.account_of(ticket)
        if account is None or account.locked_at is not None:
            raise SignInExpired
        keys = Attempts.keys(account.name, address)
        self._refuse_waiting(keys, account.name, address)
        if not self.second_factor.accept(account, code, address[:MAX_KEY]):
            self._attempts.failed(keys)
            self.second_factor.refused(ticket)
            self._log(AuditTag.FACTOR_REFUSED, account.name, address)
            raise SecondFactorRefused
        self.second_factor.forget(ticket)
        return self._begin(account, address)

    def session(self, session_id: str) -> Session | None:
        """Return the session and count this as activity; None when unknown, idle for 30 min, or 12 h old."""
        key = _hash(session_id)
        found = self._handle.store.sessions.find(key)
        if found is None:
            return None
        account, began = found
        now = self._now()
        with self._guard:
            if now >= self._end(key, began):
                return None
            self._seen[key] = now
            proven = self._proven.get(key)
        fresh = proven is not None and now - proven < FRESH
        expires = min(now + IDLE, began + LONGEST)
        return Session(account.name, account.role, expires, account.id, account.initial_password, fresh)

    def sessions(self, session_id: str) -> list[OwnSession]:
        """Return the sessions of this session's person that have not ended, newest first."""
        store, current = self._handle.store, _hash(session_id)
        found = store.sessions.find(current)
        rows = store.sessions.of_account(found[0].id) if found else []
        with self._guard:
            return [
                OwnSession(began, self._seen.get(key, began), address, key == current)
                for key, began, address in rows
                if self._now() < self._end(key, began)
            ]

    def sign_out(self, session_id: str) -> None:
        """End the session; an unknown one is no error."""
        store, key = self._handle.store, _hash(session_id)
        found = store.sessions.find(key)
        if found is not None:
            store.sessions.end(key, AuditEntry(AuditTag.SIGN_OUT, found[0].name))
        self._forget(key)

    def sign_out_everywhere(self, session: Session) -> None:
        """End every session of this person, this one included."""
        entry = AuditEntry(AuditTag.SIGN_OUT_EVERYWHERE, session.name)
        self._handle.store.sessions.end_of(session.account_id, entry)

    def confirm(self, session_id: str, password: str, address: str) -> None:
        """Judge the password of a signed-in person again; raise PasswordWrong, Throttled or SignInFailed."""
        account = self._proved(session_id, password, address)
        self._log(AuditTag.PASSWORD_CONFIRMED, account.name, address)
        with self._guard:
            self._proven[_hash(session_id)] = self._now()

    def change_password(
        self, session_id: str, old: str, new: NewPassword, address: str, *, words: tuple[str, ...]
    ) -> str:
        """Change one's own password, end all one's sessions and return the id of a new one.

        `words` are those an outsider would try first, beside the name. Raise PasswordWrong, Throttled,
        SignInFailed, PasswordTooShort, PasswordTooLong, PasswordsDiffer or PasswordTooEasy.
        """
        account = self._proved(session_id, old, address)
        password = acceptable(new, words=(account.name, old, *words))
        with self._hashing:
            hashed = hash_password(password)
        entry = AuditEntry(AuditTag.PASSWORD_CHANGED, account.name)
        self._handle.store.accounts.change_password(account.id, hashed, entry)
        self._forget(_hash(session_id))
        return self._begin(account, address)

    def _proved(self, session_id: str, password: str, address: str) -> Account:
        found = self._handle.store.sessions.find(_hash(session_id))
        if found is None:
            raise SignInFailed
        account = found[0]
        keys = Attempts.keys(account.name, address)
        self._refuse_waiting(keys, account.name, address)
        if not self._password_fits(password, account.password_hash):
            self._attempts.failed(keys)
            self._log(AuditTag.PASSWORD_REFUSED, account.name, address)
            raise PasswordWrong
        self._attempts.forget(keys)
        return account

    def _begin(self, account: Account, address: str) -> str:
        self._attempts.forget(Attempts.keys(account.name, address))
        session_id, now = secrets.token_urlsafe(32), self._now()
        entry = AuditEntry(AuditTag.SIGN_IN, account.name, {"address": address[:MAX_KEY]})
        key = _hash(session_id)
        self._handle.store.sessions.begin(key, account.id, address[:MAX_KEY], now - LONGEST, entry)
        with self._guard:
            stale = [known for known, seen in self._seen.items() if now - seen >= IDLE]
            for known in stale:
                self._seen.pop(known, None)
                self._proven.pop(known, None)
            self._seen[key] = self._proven[key] = now
        return session_id

    def _end(self, key: str, began: datetime) -> datetime:
        return min(self._seen.get(key, began) + IDLE, began + LONGEST)

    def _forget(self, key: str) -> None:
        with self._guard:
            self._seen.pop(key, None)
            self._proven.pop(key, None)

    def _refuse_waiting(self, keys: tuple[str, str], actor: str, address: str) -> None:
        wait = self._attempts.wait_seconds(keys)
        if wait:
            self._log(AuditTag.SIGN_IN_THROTTLED, actor, address)
            raise Throttled(wait_seconds=wait)

    def _log(self, tag: AuditTag, actor: str, address: str) -> None:
        self._handle.store.audit.append(AuditEntry(tag, actor, {"address": address[:MAX_KEY]}))

    @cached_property
    def _decoy(self) -> str:
        """A hash no password has, so that an unknown name takes as long as a wrong password."""
        return hash_password(secrets.token_urlsafe(32))

    def _password_fits(self, password: str, password_hash: str | None) -> bool:
        with self._hashing:
            return matches(password[:MAXIMUM_CHARACTERS], password_hash or self._decoy)


def _hash(session_id: str) -> str:
    return hashlib.sha256(session_id.encode("utf-8", errors="replace")).hexdigest()
