"""The ledger on its way to an auditor: writing an export as files, and verifying one without a box.

`ledger.jsonl` holds an entry a line; each token lies beside it as `<sequence>.tsq` (request),
`<sequence>.tsr` (reply) and `<sequence>.pem` (the authority's chain of that time).
"""

import base64
import hashlib
import io
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from artbox.box.domain.ledger import DISCLOSED, Entry, EntryKind, commitment, first_broken
from artbox.box.errors import LedgerBroken
from artbox.wire.errors import TimestampRefused
from artbox.wire.timestamps import verify_digest

LEDGER_FILE = "ledger.jsonl"
MEMBERS = {"sequence": int, "at": str, "kind": str, "commitment": str, "previous": str, "hash": str}
Line = Mapping[str, Any]


@dataclass(frozen=True)
class Proof:
    """What was verified: entries and tokens; the last token's entry and time, None without any."""

    entries: int
    timestamps: int
    stamped_until: int | None
    stamped_at: datetime | None


def write(lines: Iterable[Line], directory: Path) -> None:
    """Write an export's lines as files into a new directory, wholly or not at all; raise FileExistsError."""
    if directory.exists():
        raise FileExistsError(directory)
    partial = directory.with_name(f".{directory.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        with (partial / LEDGER_FILE).open("w", encoding="utf-8") as ledger:
            for line in lines:
                if "entry" in line:
                    ledger.write(json.dumps(line["entry"], ensure_ascii=False) + "\n")
                else:
                    for name, content in _timestamp_files(line["timestamp"]).items():
                        (partial / name).write_bytes(content)
        partial.rename(directory)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def archive(lines: Iterable[Line]) -> Iterator[bytes]:
    """Yield a zip file with the same files, piece by piece."""
    sink, timestamps = _Sink(), []
    with ZipFile(sink, "w", ZIP_DEFLATED) as made:
        with made.open(LEDGER_FILE, "w", force_zip64=True) as ledger:
            for line in lines:
                if "entry" in line:
                    ledger.write(json.dumps(line["entry"], ensure_ascii=False).encode() + b"\n")
                else:
                    timestamps.append(line["timestamp"])
                if sink.is_waiting:
                    yield sink.take()
        for timestamp in timestamps:
            for name, content in _timestamp_files(timestamp).items():
                made.writestr(name, content)
            yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """Takes what a zip file writes, and gives it on."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    @property
    def is_waiting(self) -> bool:
        return bool(self._pieces)

    def writable(self) -> bool:
        return True

    def write(self, piece: Any, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def verify(directory: Path, roots: Path | None = None) -> Proof:
    """Verify chain, disclosed commitments and every token; raise LedgerBroken.

    Tokens must chain to `roots` (PEM), or, where none is given, to the chain the export itself brings: that
    proves the order of things, but not who the authority is.
    """
    lines = _read(directory / LEDGER_FILE)
    entries = [_entry(line, number) for number, line in enumerate(lines, start=1)]
    broken = first_broken(entries)
    if broken is not None:
        raise LedgerBroken(reason="chain", sequence=broken)
    stamped: list[tuple[int, datetime]] = []
    for entry, line in zip(entries, lines, strict=True):
        document = _opened(entry, line)
        if entry.kind == EntryKind.TIMESTAMP:
            stamped.append(_stamped(entry, document, entries, directory, roots))
    last = stamped[-1] if stamped else (None, None)
    return Proof(len(entries), len(stamped), *last)


def _timestamp_files(timestamp: Line) -> dict[str, bytes]:
    stem = f"{timestamp['sequence']:06d}"
    return {
        f"{stem}.tsq": base64.b64decode(timestamp["request"]),
        f"{stem}.tsr": base64.b64decode(timestamp["reply"]),
        f"{stem}.pem": timestamp["chain"].encode("ascii"),
    }


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
