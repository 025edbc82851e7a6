"""The ledger as tables: entering what happened since, and reading chain, openings and time stamps."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from artbox.box.adapters.store.database import Connection, Database, Writing
from artbox.box.domain.audit import AuditEntry
from artbox.box.domain.ledger import (
    Entry,
    EntryKind,
    Fact,
    Timestamp,
    commitment,
    new_salt,
    next_entry,
)

LARGEST_STEP = 5_000
"""The most facts entered in one transaction."""
_RECORDS = """
SELECT r.cycle_id, r.revision, r.received_at, r.content_hash FROM cycle_revisions r
WHERE NOT EXISTS (
    SELECT 1 FROM ledger_openings o WHERE o.subject = 'record:' || r.cycle_id || ':' || r.revision
)
ORDER BY r.received_at, r.cycle_id, r.revision LIMIT ?
"""
_PACKAGES = """
SELECT p.id, p.name, p.kind, p.sha256 FROM packages p
WHERE p.attempted_at IS NOT NULL AND p.sha256 IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM ledger_openings o WHERE o.subject = 'package:' || p.id || ':' || p.sha256
)
ORDER BY p.id LIMIT ?
"""
_RECEIPTS = """
SELECT r.package_id, p.name, r.document FROM receipts r JOIN packages p ON p.id = r.package_id
WHERE NOT EXISTS (SELECT 1 FROM ledger_openings o WHERE o.subject = 'receipt:' || r.package_id)
ORDER BY r.package_id LIMIT ?
"""
_OBJECTED = """
UPDATE ledger_openings SET salt = NULL, document = NULL
WHERE salt IS NOT NULL AND subject IN (
    SELECT 'record:' || r.cycle_id || ':' || r.revision
    FROM consents s JOIN cycles c ON c.patient_id = s.patient_id JOIN cycle_revisions r ON r.cycle_id = c.id
    WHERE s.status = 'objected' AND s.superseded_at IS NULL
)
"""
_ENTRIES = """
SELECT l.*, o.salt, o.document FROM ledger l JOIN ledger_openings o ON o.sequence = l.sequence
ORDER BY l.sequence
"""


class LedgerTable:
    """Append-only but for openings, which an objection destroys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unentered(self) -> list[tuple[int, int, str, str]]:
        """Return cycle, revision, time of receipt and content hash of records not entered yet, in order."""
        with self._database.read() as connection:
            return [tuple(row) for row in connection.execute(_RECORDS, (LARGEST_STEP,))]

    def unentered_packages(self) -> list[tuple[int, str, str, str]]:
        """Return id, name, kind and SHA-256 of packages that left and are not entered yet."""
        with self._database.read() as connection:
            return [tuple(row) for row in connection.execute(_PACKAGES, (LARGEST_STEP,))]

    def unentered_receipts(self) -> list[tuple[int, str, bytes]]:
        """Return package, its name and the signed bytes of receipts not entered yet."""
        with self._database.read() as connection:
            return [
                (row["package_id"], row["name"], bytes(row["document"]))
                for row in connection.execute(_RECEIPTS, (LARGEST_STEP,))
            ]

    def audit_head(self) -> tuple[int, str] | None:
        """Return sequence and hash of the audit log's last entry."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1"
            ).fetchone()
        return (row["sequence"], row["hash"]) if row else None

    def enter(self, facts: Iterable[Fact], entry: AuditEntry) -> None:
        """Append the facts in order; one entered before is left out."""
        with self._database.write(entry) as writing:
            for fact in facts:
                _append(writing, fact)

    def forget_objected(self, entry: AuditEntry) -> None:
        """Destroy salt and text of every record of a patient who has objected."""
        with self._database.write(entry) as writing:
            writing.execute(_OBJECTED)

    def has_objected(self) -> bool:
        """Say whether there is something to forget."""
        question = _OBJECTED.replace(
            "UPDATE ledger_openings SET salt = NULL, document = NULL", "SELECT 1 FROM ledger_openings"
        )
        with self._database.read() as connection:
            return connection.execute(f"{question} LIMIT 1").fetchone() is not None

    def head(self) -> Entry | None:
        """Return the last entry."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM ledger ORDER BY sequence DESC LIMIT 1").fetchone()
        return _entry(row) if row else None

    def stamped(self, stamp: Timestamp, fact: Fact, entry: AuditEntry) -> None:
        """Keep a verified token, and enter its digest as the next fact."""
        with self._database.write(entry) as writing:
            writing.execute(
                "INSERT INTO timestamps (sequence, authority, request, reply, chain, stamped_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    stamp.sequence,
                    stamp.authority,
                    stamp.request,
                    stamp.reply,
                    stamp.chain,
                    stamp.stamped_at.isoformat(),
                ),
            )
            _append(writing, fact)

    def entries(self) -> Iterator[tuple[Entry, str | None, str | None]]:
        """Yield every entry with salt and text, as far as they still exist."""
        with self._database.read() as connection:
            for row in connection.execute(_ENTRIES):
                yield _entry(row), row["salt"], row["document"]

    def timestamps(self) -> Iterator[Timestamp]:
        """Yield every token."""
        with self._database.read() as connection:
            for row in connection.execute("SELECT * FROM timestamps ORDER BY sequence"):
                yield _timestamp(row)

    def receipts(self) -> Iterator[tuple[str, bytes, bytes]]:
        """Yield the package's name, the signed bytes and the signature of every receipt."""
        with self._database.read() as connection:
            for row in connection.execute(
                "SELECT p.name, r.document, r.signature"
                " FROM receipts r JOIN packages p ON p.id = r.package_id ORDER BY p.id"
            ):
                yield row["name"], bytes(row["document"]), bytes(row["signature"])

    def audit_rows(self) -> Iterator[dict[str, object]]:
        """Yield the audit log's entries as JSON objects."""
        with self._database.read() as connection:
            for row in connection.execute("SELECT * FROM audit ORDER BY sequence"):
                yield {**dict(row), "detail": json.loads(row["detail"])}

    def last_timestamp(self) -> Timestamp | None:
        """Return the newest token."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM timestamps ORDER BY sequence DESC LIMIT 1").fetchone()
        return _timestamp(row) if row else None


def _append(writing: Writing, fact: Fact) -> None:
    known = writing.execute("SELECT 1 FROM ledger_openings WHERE subject = ?", (fact.subject,)).fetchone()
    if known is not None:
        return
    row = writing.execute("SELECT * FROM ledger ORDER BY sequence DESC LIMIT 1").fetchone()
    salt = new_salt()
    link = next_entry(
        _entry(row) if row else None,
        datetime.fromisoformat(writing.at),
        EntryKind(fact.kind),
        commitment(salt, fact.document),
    )
    writing.execute(
        "INSERT INTO ledger (sequence, at, kind, commitment, previous, hash) VALUES (?, ?, ?, ?, ?, ?)",
        (link.sequence, link.at, link.kind, link.commitment, link.previous, link.hash),
    )
    writing.execute(
        "INSERT INTO ledger_openings (sequence, subject, salt, document) VALUES (?, ?, ?, ?)",
        (link.sequence, fact.subject, salt, fact.document),
    )


def _entry(row: Connection) -> Entry:
    return Entry(row["sequence"], row["at"], row["kind"], row["commitment"], row["previous"], row["hash"])


def _timestamp(row: Connection) -> Timestamp:
    return Timestamp(
        row["sequence"],
        row["authority"],
        bytes(row["request"]),
        bytes(row["reply"]),
        row["chain"],
        datetime.fromisoformat(row["stamped_at"]),
    )
