"""Appending to the audit chain inside the transaction of what is logged."""

from datetime import UTC, datetime
from typing import Any

from artbox.box.domain.audit import GENESIS, AuditEntry, chain_hash
from artbox.wire import canonical


def append(connection: Any, at: datetime, entry: AuditEntry) -> None:
    """Add `entry` as the last link; the caller holds the write transaction."""
    last = connection.execute("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1").fetchone()
    sequence, previous = (last["sequence"] + 1, last["hash"]) if last else (1, GENESIS)
    moment = at.astimezone(UTC)
    connection.execute(
        "INSERT INTO audit (sequence, at, tag, actor, detail, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            sequence,
            moment.isoformat(),
            entry.tag.value,
            entry.actor,
            canonical.encode(dict(entry.detail)).decode("utf-8"),
            previous,
            chain_hash(sequence, moment, entry, previous),
        ),
    )
