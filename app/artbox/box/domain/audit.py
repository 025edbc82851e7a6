"""Entries of the audit log: typed tags `source:subject:action`, and the chain that binds them.

Details hold ids and counts only, never a patient's value or a secret.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from artbox.box.domain.content import content_hash

GENESIS = "0" * 64


class AuditTag(StrEnum):
    """Everything the log can say."""

    BOX_SET_UP = "box:setup:finished"
    BOX_UNLOCKED = "box:vault:opened"
    BOX_LOCKED = "box:vault:closed"
    MASTER_CHANGE_BEGUN = "box:master-password:change-begun"
    MASTER_CHANGED = "box:master-password:changed"
    MASTER_REFUSED = "box:master-password:refused"
    SIGN_IN = "accounts:sign-in:succeeded"
    SIGN_IN_FAILED = "accounts:sign-in:failed"
    SIGN_IN_THROTTLED = "accounts:sign-in:throttled"
    SIGN_OUT = "accounts:sign-out:finished"
    SIGN_OUT_EVERYWHERE = "accounts:sign-out:everywhere"
    PASSWORD_CONFIRMED = "accounts:password:confirmed"  # noqa: S105 - a tag
    PASSWORD_REFUSED = "accounts:password:refused"  # noqa: S105 - a tag
    PASSWORD_CHANGED = "accounts:password:changed"  # noqa: S105 - a tag
    PASSWORD_RESET = "accounts:password:reset"  # noqa: S105 - a tag
    PASSWORD_RECOVERED = "accounts:password:recovered"  # noqa: S105 - a tag
    ACCOUNT_CREATED = "accounts:account:created"
    ACCOUNT_REMOVED = "accounts:account:removed"
    ACCOUNT_LOCKED = "accounts:account:locked"
    ACCOUNT_RELEASED = "accounts:account:released"
    ROLE_CHANGED = "accounts:role:changed"
    FACTOR_ADDED = "accounts:second-factor:added"
    FACTOR_REMOVED = "accounts:second-factor:removed"
    FACTOR_REFUSED = "accounts:second-factor:refused"
    FACTOR_ACCEPTED = "accounts:second-factor:accepted"
    RECOVERY_CODE_USED = "accounts:recovery-code:used"
    TOKEN_CREATED = "tokens:token:created"  # noqa: S105 - a tag
    TOKEN_REVOKED = "tokens:token:revoked"  # noqa: S105 - a tag
    IMPORT_BEGUN = "intake:import:begun"
    IMPORT_STORED = "intake:import:stored"
    IMPORT_ABORTED = "intake:import:aborted"
    FINDING_CONFIRMED = "intake:finding:confirmed"
    CYCLES_ASSESSED = "intake:cycles:assessed"
    RECHECK_BEGUN = "intake:recheck:begun"
    RECHECK_CONTINUED = "intake:recheck:continued"
    PACKAGE_RESERVED = "delivery:package:reserved"
    PACKAGE_PACKED = "delivery:package:packed"
    PACKAGE_REVISED = "delivery:package:revised"
    PACKAGE_ATTEMPTED = "delivery:package:attempted"
    PACKAGE_NEVER_LEFT = "delivery:package:never-left"
    PACKAGE_FAILED = "delivery:package:failed"
    PACKAGE_SENT = "delivery:package:sent"
    PACKAGE_RECEIPTED = "delivery:package:receipted"
    PACKAGE_HANDED_OUT = "delivery:package:handed-out"
    RECEIPT_TAKEN = "delivery:receipt:taken-by-hand"
    LEDGER_EXTENDED = "ledger:entries:added"
    LEDGER_FORGOTTEN = "ledger:openings:destroyed"
    TIMESTAMP_TAKEN = "ledger:timestamp:taken"
    TIMESTAMP_FAILED = "ledger:timestamp:failed"
    TURN_FINISHED = "delivery:turn:finished"
    TURN_FAILED = "delivery:turn:failed"


@dataclass(frozen=True)
class AuditEntry:
    """What a writing method is told to log: who did what, with which ids and counts."""

    tag: AuditTag
    actor: str
    detail: Mapping[str, str | int | bool | None] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditRow:
    """An entry as it stands in the log; `hash` covers every other member and so all entries before it."""

    sequence: int
    at: datetime
    tag: AuditTag
    actor: str
    detail: Mapping[str, str | int | bool | None]
    previous: str
    hash: str


@dataclass(frozen=True)
class AuditQuery:
    """What of the log is asked for; `until` is the first moment no longer wanted."""

    since: datetime | None = None
    until: datetime | None = None
    tag: AuditTag | None = None
    actor: str | None = None


@dataclass(frozen=True)
class ChainCheck:
    """What recomputing the whole chain gave: None as `first_broken` means that it holds."""

    at: datetime
    entries: int
    first_broken: int | None


def chain_hash(sequence: int, at: datetime, entry: AuditEntry, previous: str) -> str:
    """Return the hash that binds an entry to all before it (hex SHA-256 of the canonical form)."""
    return content_hash(
        {
            "sequence": sequence,
            "at": at.isoformat(),
            "tag": entry.tag.value,
            "actor": entry.actor,
            "detail": dict(entry.detail),
            "previous": previous,
        }
    )


def first_broken(rows: Iterable[AuditRow]) -> int | None:
    """Return the sequence of the first entry, in order, that does not fit the chain; None when all fit."""
    previous, expected = GENESIS, 1
    for row in rows:
        entry = AuditEntry(row.tag, row.actor, row.detail)
        intact = row.sequence == expected and row.previous == previous
        if not intact or chain_hash(row.sequence, row.at, entry, previous) != row.hash:
            return row.sequence
        previous, expected = row.hash, expected + 1
    return None
