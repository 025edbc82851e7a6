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
    SIGN_IN = "accounts:sign-in:succeeded"
    SIGN_IN_FAILED = "accounts:sign-in:failed"
    SIGN_IN_THROTTLED = "accounts:sign-in:throttled"
    SIGN_OUT = "accounts:sign-out:finished"
    TOKEN_CREATED = "tokens:token:created"  # noqa: S105 - a tag
    TOKEN_REVOKED = "tokens:token:revoked"  # noqa: S105 - a tag
    IMPORT_BEGUN = "intake:import:begun"
    IMPORT_STORED = "intake:import:stored"
    IMPORT_ABORTED = "intake:import:aborted"
    FINDING_CONFIRMED = "intake:finding:confirmed"
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
