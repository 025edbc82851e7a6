"""The ledger: entries chained by hashes, each a commitment to something that happened.

`hash` is the SHA-256 of five lines (previous hash, sequence, time, kind, commitment), `commitment` that of a
salt followed by a JSON text: anybody can recompute both with sha256sum. Who has not been given salt and text
learns nothing from a commitment, and nobody does once they are destroyed, while the chain still holds. Time
stamps (RFC 3161) are over an entry's hash; the digest of a token enters the next entry, so that each entry
lies between two tokens.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from artbox.wire import canonical

GENESIS = "0" * 64
SALT_BYTES = 32


class EntryKind(StrEnum):
    """What an entry commits to."""

    RECORD = "record"
    PACKAGE = "package"
    RECEIPT = "receipt"
    AUDIT = "audit"
    TIMESTAMP = "timestamp"


DISCLOSED = frozenset(set(EntryKind) - {EntryKind.RECORD})
"""Kinds whose salt and text leave with an export: they hold nothing of a patient."""


@dataclass(frozen=True)
class Fact:
    """Something to enter: `subject` tells the box what it is about, `document` is the text committed to."""

    kind: EntryKind
    subject: str
    document: str

    @classmethod
    def of(cls, kind: EntryKind, subject: str, **members: object) -> "Fact":
        """Make a fact of the members of its document."""
        return cls(kind, subject, canonical.encode(members).decode("utf-8"))


@dataclass(frozen=True)
class Entry:
    """A link of the chain; `at` is UTC in ISO 8601 exactly as it is hashed."""

    sequence: int
    at: str
    kind: str
    commitment: str
    previous: str
    hash: str

    def preimage(self) -> bytes:
        """Return the bytes whose SHA-256 the hash is."""
        lines = (self.previous, str(self.sequence), self.at, self.kind, self.commitment)
        return "".join(f"{line}\n" for line in lines).encode("utf-8")

    @property
    def is_intact(self) -> bool:
        """Say whether the hash is the one of the other members."""
        return hashlib.sha256(self.preimage()).hexdigest() == self.hash


@dataclass(frozen=True)
class Timestamp:
    """A verified token over the entry `sequence`: request, reply and the authority's chain of that time."""

    sequence: int
    authority: str
    request: bytes
    reply: bytes
    chain: str
    stamped_at: datetime


def new_salt() -> str:
    """Return a random salt, 64 hex digits."""
    return secrets.token_hex(SALT_BYTES)


def commitment(salt: str, document: str) -> str:
    """Return the commitment to a text."""
    return hashlib.sha256(f"{salt}{document}".encode()).hexdigest()


def next_entry(last: Entry | None, now: datetime, kind: EntryKind, committed: str) -> Entry:
    """Return the link that follows `last`; never older than it, even when the clock was set back."""
    at = now.astimezone(UTC).isoformat(timespec="microseconds")
    if last is not None:
        at = max(at, last.at)
    previous, sequence = (last.hash, last.sequence + 1) if last else (GENESIS, 1)
    unsealed = Entry(sequence, at, kind.value, committed, previous, "")
    return Entry(
        sequence, at, kind.value, committed, previous, hashlib.sha256(unsealed.preimage()).hexdigest()
    )


def first_broken(entries: Iterable[Entry]) -> int | None:
    """Return the sequence of the first entry that does not fit the chain; None when all fit."""
    previous, expected, at = GENESIS, 1, ""
    for entry in entries:
        # one form of time, always UTC: the order of the texts is that of the times
        if (entry.sequence, entry.previous) != (expected, previous) or not entry.is_intact or entry.at < at:
            return entry.sequence
        previous, expected, at = entry.hash, expected + 1, entry.at
    return None
