"""Verifying an exported ledger without a box: chain, disclosed texts, time stamps, receipts and audit log."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from artbox.box.domain import audit
from artbox.box.domain.audit import AuditRow, AuditTag
from artbox.box.domain.ledger import DISCLOSED, Entry, EntryKind, commitment, first_broken
from artbox.box.errors import LedgerBroken
from artbox.box.services.ledger_files import AUDIT_FILE, LEDGER_FILE, Line, receipt_names
from artbox.wire.errors import ReceiptRefused, TimestampRefused
from artbox.wire.receipts import Receipt, SignedReceipt, verify_receipt
from artbox.wire.timestamps import verify_digest

MEMBERS = {"sequence": int, "at": str, "kind": str, "commitment": str, "previous": str, "hash": str}


@dataclass(frozen=True)
class Trust:
    """What an auditor trusts, as PEM files; None: what the export brings, or not looked at.

    `roots`: of the time-stamp authorities; without them the tokens prove the order of things, but not who the
    authority is. `authority`: the ARTbox CA, for the receipts' signatures.
    """

    roots: Path | None = None
    authority: Path | None = None


@dataclass(frozen=True)
class Proof:
    """What was verified, by number; the last token's entry and time, None without any."""

    entries: int
    timestamps: int
    receipts: int
    audit_entries: int
    stamped_until: int | None
    stamped_at: datetime | None


def verify(directory: Path, trust: Trust | None = None) -> Proof:
    """Verify everything an export holds; raise LedgerBroken at the first thing that does not fit."""
    trust = trust or Trust()
    lines = _read(directory / LEDGER_FILE)
    entries = [_entry(line, number) for number, line in enumerate(lines, start=1)]
    broken = first_broken(entries)
    if broken is not None:
        raise LedgerBroken(reason="chain", sequence=broken)
    log = _audit_log(directory)
    stamped: list[tuple[int, datetime]] = []
    receipts = 0
    for entry, line in zip(entries, lines, strict=True):
        document = _opened(entry, line)
        match entry.kind:
            case EntryKind.TIMESTAMP:
                stamped.append(_stamped(entry, document, entries, directory, trust.roots))
            case EntryKind.RECEIPT:
                _check_receipt(entry, document, directory, trust.authority)
                receipts += 1
            case EntryKind.AUDIT if log:
                _check_audit(entry, document, log)
    if len(stamped) != len(list(directory.glob("*.tsr"))):
        raise LedgerBroken(reason="chain", sequence=len(entries) + 1)
    last = stamped[-1] if stamped else (None, None)
    return Proof(len(entries), len(stamped), receipts, len(log), *last)


def _read(path: Path) -> list[Line]:
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise LedgerBroken(reason="unreadable", sequence=0) from error
    return [line if isinstance(line, dict) else {} for line in lines]


def _entry(line: Line, number: int) -> Entry:
    members = {name: line.get(name) for name in MEMBERS}
    if not all(type(members[name]) is form for name, form in MEMBERS.items()):
        raise LedgerBroken(reason="unreadable", sequence=number)
    return Entry(**members)  # type: ignore[arg-type]


def _opened(entry: Entry, line: Line) -> str | None:
    """Return the disclosed text, held against its commitment; what holds nothing of a patient has one."""
    salt, document = line.get("salt"), line.get("document")
    if salt is None and document is None and entry.kind not in DISCLOSED:
        return None
    fits = isinstance(salt, str) and isinstance(document, str)
    if not fits or commitment(str(salt), str(document)) != entry.commitment:
        raise LedgerBroken(reason="commitment", sequence=entry.sequence)
    return str(document)


def _stamped(
    entry: Entry, document: str | None, entries: Sequence[Entry], directory: Path, roots: Path | None
) -> tuple[int, datetime]:
    """Verify the token an entry is about; return number and time of the entry it stamps."""
    try:
        named = json.loads(document or "")
        sequence = int(named["stamps"])
        stem = f"{sequence:06d}"
        reply = (directory / f"{stem}.tsr").read_bytes()
        if not 0 < sequence < entry.sequence or hashlib.sha256(reply).hexdigest() != named["token_sha256"]:
            raise LedgerBroken(reason="token-missing", sequence=entry.sequence)
        chain = (roots or directory / f"{stem}.pem").read_text(encoding="ascii")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LedgerBroken(reason="token-missing", sequence=entry.sequence) from error
    try:
        return sequence, verify_digest(entries[sequence - 1].hash, reply, chain)
    except TimestampRefused as error:
        raise LedgerBroken(reason="timestamp", sequence=sequence) from error


def _check_receipt(entry: Entry, document: str | None, directory: Path, authority: Path | None) -> None:
    try:
        named = json.loads(document or "")
        paths = [directory / name for name in receipt_names(named["package"])]
        signed = SignedReceipt(*(path.read_bytes() for path in paths))
        if hashlib.sha256(signed.document).hexdigest() != named["receipt_sha256"]:
            raise LedgerBroken(reason="receipt", sequence=entry.sequence)
        if authority is not None:
            verify_receipt(signed, authority, at=Receipt.from_bytes(signed.document).received_at)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ReceiptRefused) as error:
        raise LedgerBroken(reason="receipt", sequence=entry.sequence) from error


def _audit_log(directory: Path) -> dict[int, str]:
    """Return the verified audit log, hashes by sequence; empty where the export brings none."""
    path = directory / AUDIT_FILE
    if not path.exists():
        return {}
    try:
        rows = [
            AuditRow(
                line["sequence"],
                datetime.fromisoformat(line["at"]),
                AuditTag(line["tag"]),
                line["actor"],
                line["detail"],
                line["previous"],
                line["hash"],
            )
            for line in _read(path)
        ]
    except (KeyError, ValueError, TypeError) as error:
        raise LedgerBroken(reason="audit", sequence=0) from error
    if audit.first_broken(rows) is not None:
        raise LedgerBroken(reason="audit", sequence=0)
    return {row.sequence: row.hash for row in rows}


def _check_audit(entry: Entry, document: str | None, log: dict[int, str]) -> None:
    try:
        named = json.loads(document or "")
        fits = log.get(named["sequence"]) == named["hash"]
    except (ValueError, KeyError, TypeError):
        fits = False
    if not fits:
        raise LedgerBroken(reason="audit", sequence=entry.sequence)
