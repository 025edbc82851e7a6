"""The second factor of accounts: adding and removing it, judging codes, and sign-ins that wait for one."""

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain import second_factor
from artbox.box.domain.accounts import Account, Factor, Session
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.errors import SecondFactorRefused
from artbox.box.services.clock import Clock

TICKET_TIME = timedelta(minutes=5)
TICKET_ATTEMPTS = 5
MAX_TICKETS = 256


@dataclass
class _Ticket:
    account_id: int
    issued: datetime
    attempts: int = 0


class SecondFactor:
    """Secrets on offer and waiting sign-ins live in memory; what is in force stands in the store."""

    def __init__(self, handle: StoreHandle, now: Clock) -> None:
        self._handle = handle
        self._now = now
        self._offered: dict[int, bytes] = {}
        self._tickets: dict[str, _Ticket] = {}
        self._guard = threading.Lock()

    def state(self, session: Session) -> tuple[bool, int]:
        """Return whether the person has a second factor, and how many recovery codes are left."""
        store = self._handle.store
        account = store.accounts.one(session.account_id)
        has_factor = account is not None and account.factor is not None
        return has_factor, store.accounts.recovery_codes_left(session.account_id)

    def offer(self, session: Session) -> bytes:
        """Return the secret on offer to this person, the same until they have taken it."""
        with self._guard:
            return self._offered.setdefault(session.account_id, second_factor.new_secret())

    def add(self, session: Session, code: str) -> list[str]:
        """Put the secret on offer in force once a code proves that it arrived; return recovery codes.

        Raise SecondFactorRefused.
        """
        secret = self.offer(session)
        step = second_factor.accepted_step(secret, code, self._now(), last_step=0)
        if step is None:
            raise SecondFactorRefused
        codes = second_factor.new_recovery_codes()
        self._handle.store.accounts.set_factor(
            session.account_id,
            Factor(secret, step),
            [second_factor.recovery_hash(one) for one in codes],
            AuditEntry(AuditTag.FACTOR_ADDED, session.name),
        )
        with self._guard:
            self._offered.pop(session.account_id, None)
        return codes

    def remove(self, account_id: int, *, actor: str) -> None:
        """Remove an account's second factor with its recovery codes."""
        entry = AuditEntry(AuditTag.FACTOR_REMOVED, actor, {"account_id": account_id})
        self._handle.store.accounts.set_factor(account_id, None, (), entry)

    def accept(self, account: Account, code: str, address: str) -> bool:
        """Judge a code or recovery code and use it up; it is never accepted a second time."""
        accounts, detail = self._handle.store.accounts, {"address": address}
        if account.factor is None:
            return False
        step = second_factor.accepted_step(account.factor.secret, code, self._now(), account.factor.step)
        if step is not None:
            entry = AuditEntry(AuditTag.FACTOR_ACCEPTED, account.name, detail)
            return accounts.use_step(account.id, step, entry)
        hashed = second_factor.recovery_hash(code)
        if not accounts.has_recovery_code(account.id, hashed):
            return False
        entry = AuditEntry(AuditTag.RECOVERY_CODE_USED, account.name, detail)
        return accounts.use_recovery_code(account.id, hashed, entry)

    def ticket(self, account_id: int) -> str:
        """Return what lets a sign-in whose password was right go on to its code."""
        name = secrets.token_urlsafe(32)
        with self._guard:
            while len(self._tickets) >= MAX_TICKETS:
                self._tickets.pop(next(iter(self._tickets)))
            self._tickets[name] = _Ticket(account_id, self._now())
        return name

    def account_of(self, ticket: str) -> Account | None:
        """Return whose sign-in waits under this ticket; None when it is unknown, too old or used up."""
        with self._guard:
            found = self._tickets.get(ticket)
            if found is None:
                return None
            if self._now() - found.issued >= TICKET_TIME or found.attempts >= TICKET_ATTEMPTS:
                self._tickets.pop(ticket)
                return None
        return self._handle.store.accounts.one(found.account_id)

    def refused(self, ticket: str) -> None:
        """Count a wrong code."""
        with self._guard:
            if ticket in self._tickets:
                self._tickets[ticket].attempts += 1

    def forget(self, ticket: str) -> None:
        """End a ticket."""
        with self._guard:
            self._tickets.pop(ticket, None)
