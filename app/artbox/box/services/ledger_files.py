"""An exported ledger as files: a directory, or a zip file made piece by piece.

`ledger.jsonl` holds an entry a line; each token lies beside it as `<sequence>.tsq` (request),
`<sequence>.tsr` (reply) and `<sequence>.pem` (the authority's chain of that time); each receipt as
`<package>.receipt.json` and `<package>.receipt.p7s`; the audit log, where it was asked for, as `audit.jsonl`.
"""

import base64
import io
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

LEDGER_FILE, AUDIT_FILE = "ledger.jsonl", "audit.jsonl"
Line = Mapping[str, Any]


def write(lines: Iterable[Line], directory: Path) -> None:
    """Write an export's lines as files into a new directory, wholly or not at all; raise FileExistsError."""
    if directory.exists():
        raise FileExistsError(directory)
    partial = directory.with_name(f".{directory.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        (partial / LEDGER_FILE).touch()
        for line in lines:
            for name, content in files_of(line).items():
                with (partial / name).open("ab") as file:
                    file.write(content)
        partial.rename(directory)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def archive(lines: Iterable[Line]) -> Iterator[bytes]:
    """Yield a zip file with the same files, piece by piece."""
    sink = _Sink()
    others: list[tuple[str, bytes]] = []
    with ZipFile(sink, "w", ZIP_DEFLATED) as made:
        with made.open(LEDGER_FILE, "w", force_zip64=True) as ledger:
            for line in lines:
                found = files_of(line)
                ledger.write(found.pop(LEDGER_FILE, b""))
                others += found.items()
                if sink.is_waiting:
                    yield sink.take()
        for name, content in others:
            made.writestr(name, content)
            yield sink.take()
    yield sink.take()


def files_of(line: Line) -> dict[str, bytes]:
    """Return what a line of an export adds to which files."""
    ((kind, content),) = line.items()
    return FILES[kind](content)


def receipt_names(package: str) -> tuple[str, str]:
    """Return the files of a package's receipt and of its signature."""
    stem = package.removesuffix(".tgz")
    return f"{stem}.receipt.json", f"{stem}.receipt.p7s"


def _timestamp(content: Line) -> dict[str, bytes]:
    stem = f"{content['sequence']:06d}"
    return {
        f"{stem}.tsq": base64.b64decode(content["request"]),
        f"{stem}.tsr": base64.b64decode(content["reply"]),
        f"{stem}.pem": content["chain"].encode("ascii"),
    }


def _receipt(content: Line) -> dict[str, bytes]:
    document, signature = receipt_names(content["package"])
    return {
        document: base64.b64decode(content["document"]),
        signature: base64.b64decode(content["signature"]),
    }


def _json_line(content: Line) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode() + b"\n"


FILES = {
    "entry": lambda content: {LEDGER_FILE: _json_line(content)},
    "audit": lambda content: {AUDIT_FILE: _json_line(content)},
    "timestamp": _timestamp,
    "receipt": _receipt,
}


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
