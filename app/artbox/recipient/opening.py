"""Opening one package: verify it first, then decrypt, then read its lines, each bounded and checked."""

import gzip
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from artbox.recipient.errors import NotGenuine, NotReadable
from artbox.wire import cms
from artbox.wire.errors import WireError
from artbox.wire.packages import Manifest
from artbox.wire.reading import content_chunks, verify_package

MAX_LINE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Keys:
    """The register's certificate and private key, and the certificate of the ARTbox CA, as PEM files."""

    certificate: Path
    key: Path
    authority: Path


@dataclass(frozen=True)
class Record:
    """One line. A withdrawal has neither version nor cycle; an anonymised record has no pseudonym."""

    record_key: str
    version: int | None
    pseudonym: str | None
    cycle: dict[str, object] | None


@dataclass(frozen=True)
class Opened:
    """A verified and decrypted package; `sha256` is of the whole file."""

    sha256: str
    manifest: Manifest
    records: tuple[Record, ...]


def open_package(path: Path, keys: Keys) -> Opened:
    """Verify, decrypt and read a package. Errors: NotGenuine, NotReadable, OSError."""
    try:
        verified = verify_package(path, keys.authority).opened
    except WireError as error:
        raise NotGenuine(package=path.name, detail=str(error)) from error
    with os.fdopen(os.memfd_create("content"), "w+b") as content:
        try:
            cms.decrypt(content_chunks(path), keys.certificate, keys.key, content)
            content.seek(0)
            records = tuple(_record(line, verified.manifest) for line in _lines(content))
        except (WireError, OSError, EOFError, zlib.error, ValueError) as error:
            raise NotReadable(package=path.name, detail=str(error)) from error
    if len(records) != verified.manifest.count:
        raise NotReadable(package=path.name, detail=f"{len(records)} records, not {verified.manifest.count}")
    return Opened(verified.sha256, verified.manifest, records)


def _lines(content: IO[bytes]) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=content) as stream:
        while line := stream.readline(MAX_LINE_BYTES):
            if not line.endswith(b"\n"):
                raise ValueError("a line is too long or cut off")
            yield line


def _record(line: bytes, manifest: Manifest) -> Record:
    """Read a line and hold it against the kind of its package. Errors: ValueError."""
    members = json.loads(line)
    if not isinstance(members, dict):
        raise ValueError("a line is no object")
    key, version = members.get("record_key"), members.get("version")
    pseudonym, cycle = members.get("pseudonym"), members.get("cycle")
    if not isinstance(key, str) or not (pseudonym is None or isinstance(pseudonym, str)):
        raise ValueError("a line has no record_key")
    withdrawal = manifest.kind == "withdrawal"
    if (version is None, cycle is None) != (withdrawal, withdrawal):
        raise ValueError("a line does not fit the kind of its package")
    if not withdrawal and (not isinstance(version, int) or not isinstance(cycle, dict)):
        raise ValueError("a line has no version or no cycle")
    if not withdrawal and (pseudonym is not None) != (manifest.kind == "pseudonymised"):
        raise ValueError("a pseudonym does not fit the kind of the package")
    return Record(key, version, pseudonym, cycle)
