"""Packages, their records and receipts: each step of a delivery is one transaction.

A reserved package has its number and records; its file can be written again from them until it was sent.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from artbox.box.adapters.store import anonymised
from artbox.box.adapters.store.database import Database, Writing
from artbox.box.domain.audit import AuditEntry
from artbox.box.domain.deliveries import Kind, PackageRow, PackageState, ReceiptRow
from artbox.box.domain.exports import Batch, Item
from artbox.box.domain.pseudonyms import new_record_key
from artbox.box.domain.worklist import REJECTED_RULE
from artbox.wire.packages import PackageName

_ROWS = (
    "SELECT p.*, (SELECT count(*) FROM package_items i WHERE i.package_id = p.id) AS count FROM packages p"
)


@dataclass(frozen=True)
class PackedRecord:
    """A record of a package with everything its line needs; `version` counts the deliveries of its key."""

    record_key_id: int
    record_key: str
    key_kind: Kind
    version: int
    patient_id: int
    patient_uuid: UUID
    patient_body: str = field(repr=False)
    cycle_body: str = field(repr=False)
    steps: int = 0
    suppressed: tuple[str, ...] = ()


class PackagesTable:
    """Every package with its state, its records and its receipt."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[PackageRow]:
        """Return every package, newest first."""
        with self._database.read() as connection:
            return [_row(row) for row in connection.execute(f"{_ROWS} ORDER BY p.id DESC")]

    def one(self, package_id: int) -> PackageRow | None:
        """Return the package with this id."""
        with self._database.read() as connection:
            row = connection.execute(f"{_ROWS} WHERE p.id = ?", (package_id,)).fetchone()
        return _row(row) if row else None

    def open(self, register: str) -> list[PackageRow]:
        """Return the packages without a receipt, in the order of their sequence."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"{_ROWS} WHERE p.register = ? AND p.state <> 'receipted' ORDER BY p.sequence", (register,)
            )
            return [_row(row) for row in rows]

    def records(self, package_id: int) -> list[PackedRecord]:
        """Return the records of a package in the revisions it was reserved with."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT k.id, k.key, k.kind, p.id AS patient_id, p.uuid, c.body AS cycle_body,"
                " pr.body AS patient_body, coalesce(a.steps, 0) AS steps,"
                " coalesce(a.suppressed, '[]') AS suppressed,"
                " (SELECT count(*) FROM package_items e"
                " WHERE e.record_key_id = k.id AND e.package_id <= i.package_id) AS version"
                " FROM package_items i JOIN record_keys k ON k.id = i.record_key_id"
                " JOIN cycle_revisions c ON c.cycle_id = k.cycle_id AND c.revision = i.cycle_revision"
                " JOIN cycles y ON y.id = k.cycle_id JOIN patients p ON p.id = y.patient_id"
                " JOIN patient_revisions pr ON pr.patient_id = p.id AND pr.revision = i.patient_revision"
                " LEFT JOIN anonymised_items a"
                " ON a.package_id = i.package_id AND a.record_key_id = i.record_key_id"
                " WHERE i.package_id = ?",
                (package_id,),
            )
            return [
                PackedRecord(
                    row["id"],
                    row["key"],
                    Kind(row["kind"]),
                    row["version"],
                    row["patient_id"],
                    UUID(row["uuid"]),
                    row["patient_body"],
                    row["cycle_body"],
                    row["steps"],
                    tuple(json.loads(row["suppressed"])),
                )
                for row in rows
            ]

    def reserve(self, centre_no: int, register: str, batch: Batch, entry: AuditEntry) -> int:
        """Give a batch the register's next sequence number and return the package's id."""
        with self._database.write(entry) as writing:
            sequence = writing.execute(
                "SELECT coalesce(max(sequence), 0) + 1 FROM packages WHERE register = ?", (register,)
            ).fetchone()[0]
            package_id = writing.execute(
                "INSERT INTO packages (name, register, sequence, kind, release, state, created_at)"
                " VALUES (?, ?, ?, ?, ?, 'reserved', ?)",
                (
                    str(PackageName(centre_no, register, sequence)),
                    register,
                    sequence,
                    batch.kind.value,
                    batch.release,
                    writing.at,
                ),
            ).lastrowid
            for item in batch.items:
                key_id = _key_id(writing, register, item)
                writing.execute(
                    "INSERT INTO package_items (package_id, record_key_id, cycle_revision, patient_revision)"
                    " VALUES (?, ?, ?, ?)",
                    (package_id, key_id, item.cycle_revision, item.patient_revision),
                )
                if item.shared is not None:
                    anonymised.note(writing, package_id, key_id, item.shared)
            return int(package_id)

    def drop(self, package_id: int, record_key_ids: list[int], entry: AuditEntry) -> None:
        """Take records out of a package that never left; its file must be written again."""
        with self._database.write(entry) as writing:
            for record_key_id in record_key_ids:
                writing.execute(
                    "DELETE FROM package_items WHERE package_id = ? AND record_key_id = ?",
                    (package_id, record_key_id),
                )
                writing.execute(
                    "UPDATE record_keys SET retired_at = ? WHERE id = ?"
                    " AND NOT EXISTS (SELECT 1 FROM package_items WHERE record_key_id = ?)",
                    (writing.at, record_key_id, record_key_id),
                )
            writing.execute(
                "UPDATE packages SET state = 'reserved', sha256 = NULL, size = NULL WHERE id = ?",
                (package_id,),
            )

    def packed(self, package_id: int, sha256: str, size: int, entry: AuditEntry) -> None:
        """Note that the file is complete."""
        with self._database.write(entry) as writing:
            writing.execute(
                "UPDATE packages SET state = 'packed', sha256 = ?, size = ?, last_error = NULL WHERE id = ?",
                (sha256, size, package_id),
            )

    def attempting(self, package_id: int, entry: AuditEntry) -> None:
        """Note that the package may have left from now on."""
        with self._database.write(entry) as writing:
            writing.execute(
                "UPDATE packages SET attempted_at = coalesce(attempted_at, ?) WHERE id = ?",
                (writing.at, package_id),
            )

    def never_left(self, package_id: int, entry: AuditEntry) -> None:
        """Note that the first attempt surely did not reach the server."""
        with self._database.write(entry) as writing:
            writing.execute("UPDATE packages SET attempted_at = NULL WHERE id = ?", (package_id,))

    def failed(self, package_id: int, reason: str, entry: AuditEntry) -> None:
        """Note a failure."""
        with self._database.write(entry) as writing:
            writing.execute("UPDATE packages SET last_error = ? WHERE id = ?", (reason, package_id))

    def sent(self, package_id: int, entry: AuditEntry) -> None:
        """Note that the server took the package."""
        with self._database.write(entry) as writing:
            writing.execute(
                "UPDATE packages SET state = 'sent', sent_at = ?, last_error = NULL WHERE id = ?",
                (writing.at, package_id),
            )

    def receipted(self, receipt: ReceiptRow, entry: AuditEntry) -> None:
        """Keep a verified receipt: from here on the package counts as delivered."""
        with self._database.write(entry) as writing:
            writing.execute(
                "INSERT INTO receipts (package_id, received_at, accepted, rejected, document, signature)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    receipt.package_id,
                    receipt.received_at.isoformat(),
                    receipt.accepted,
                    receipt.rejected,
                    receipt.document,
                    receipt.signature,
                ),
            )
            writing.execute(
                "UPDATE packages SET state = 'receipted', sent_at = coalesce(sent_at, ?), receipted_at = ?,"
                " last_error = NULL WHERE id = ?",
                (writing.at, writing.at, receipt.package_id),
            )
            for key in receipt.rejected_keys:
                _note_rejection(writing, receipt, key)

    def attempted(self, package_id: int) -> bool:
        """Say whether the package may have left the box."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT attempted_at FROM packages WHERE id = ?", (package_id,)
            ).fetchone()
        return row is not None and row["attempted_at"] is not None

    def receipt(self, package_id: int) -> ReceiptRow | None:
        """Return the receipt of a package."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT r.*, p.register, p.sequence FROM receipts r JOIN packages p ON p.id = r.package_id"
                " WHERE r.package_id = ?",
                (package_id,),
            ).fetchone()
        if row is None:
            return None
        return ReceiptRow(
            row["package_id"],
            row["register"],
            row["sequence"],
            datetime.fromisoformat(row["received_at"]),
            row["accepted"],
            row["rejected"],
            bytes(row["document"]),
            bytes(row["signature"]),
        )


def _key_id(writing: Writing, register: str, item: Item) -> int:
    if item.withdrawn_key_id is not None:
        writing.execute(
            "UPDATE record_keys SET retired_at = ? WHERE id = ?", (writing.at, item.withdrawn_key_id)
        )
        return item.withdrawn_key_id
    row = writing.execute(
        "SELECT id FROM record_keys WHERE cycle_id = ? AND register = ? AND kind = ? AND retired_at IS NULL",
        (item.cycle_id, register, item.kind.value),
    ).fetchone()
    if row is not None:
        return int(row["id"])
    cursor = writing.execute(
        "INSERT INTO record_keys (cycle_id, register, kind, key) VALUES (?, ?, ?, ?)",
        (item.cycle_id, register, item.kind.value, new_record_key()),
    )
    return int(cursor.lastrowid)


def _note_rejection(writing: Writing, receipt: ReceiptRow, key: str) -> None:
    """Put a refused record on the work list, while its revision is the current one."""
    writing.execute(
        "INSERT INTO findings (patient_id, cycle_id, import_id, rule, severity, field, child_no, registers,"
        " found_at, open_since)"
        " SELECT c.patient_id, c.id, r.import_id, ?, 'hart', NULL, NULL, ?, ?, ?"
        " FROM package_items i JOIN packages p ON p.id = i.package_id"
        " JOIN record_keys k ON k.id = i.record_key_id"
        " JOIN cycles c ON c.id = k.cycle_id AND c.revision = i.cycle_revision"
        " JOIN cycle_revisions r ON r.cycle_id = c.id AND r.revision = c.revision"
        " WHERE i.package_id = ? AND k.key = ? AND p.kind <> 'withdrawal'",
        (
            REJECTED_RULE,
            json.dumps([receipt.register]),
            writing.at,
            writing.at,
            receipt.package_id,
            key,
        ),
    )


def _row(row: Any) -> PackageRow:
    return PackageRow(
        id=row["id"],
        name=row["name"],
        register=row["register"],
        kind=Kind(row["kind"]),
        sequence=row["sequence"],
        release=row["release"],
        count=row["count"],
        state=PackageState(row["state"]),
        sha256=row["sha256"],
        size=row["size"],
        created_at=datetime.fromisoformat(row["created_at"]),
        sent_at=_moment(row["sent_at"]),
        receipted_at=_moment(row["receipted_at"]),
        last_error=row["last_error"],
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
