"""Packages: `<centre>-<register>-<sequence>.tgz` with manifest, encrypted content and signature.

Writes them atomically, the same members always giving the same bytes, and says what a package must look like.
The reading side, which trusts nothing, is in `reading`.
"""

import gzip
import hashlib
import io
import os
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal, get_args

from artbox.wire import canonical, cms
from artbox.wire.certificates import sync_directory
from artbox.wire.errors import PackageMalformed, PackageNameMismatch, PackageTooLarge

MAX_PACKAGE_BYTES = 64 * 1024 * 1024
MAX_MANIFEST_BYTES = 64 * 1024
MEMBERS = ("content.cms", "manifest.json", "signature.cms")
"""The members in the order of the archive."""
MEDIA_TYPE = "application/gzip"
NAME_HEADER = "X-Package-Name"

Kind = Literal["pseudonymised", "anonymised", "withdrawal"]

_NAME = re.compile(r"([0-9]{4})-([A-Z][A-Za-z0-9]{1,19})-([0-9]{6})\.tgz\Z")
_REGISTER = re.compile(r"[A-Z][A-Za-z0-9]{1,19}\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class PackageName:
    """Who sends the how-manieth package to which register."""

    centre_no: int
    register: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.centre_no:04d}-{self.register}-{self.sequence:06d}.tgz"

    @classmethod
    def parse(cls, text: str) -> "PackageName":
        """Read a file name. Errors: PackageNameMismatch."""
        found = _NAME.match(text)
        if found is None or int(found[1]) == 0 or int(found[3]) == 0:
            raise PackageNameMismatch("the name is not <centre>-<register>-<sequence>.tgz")
        return cls(int(found[1]), found[2], int(found[3]))


@dataclass(frozen=True)
class Manifest:
    """What a package says about itself, without personal data; `created_at` is UTC in whole seconds."""

    centre_no: int
    register: str
    sequence: int
    kind: Kind
    catalogue_version: str
    count: int
    content_sha256: str
    created_at: datetime

    @property
    def package_name(self) -> PackageName:
        """The name the package must have."""
        return PackageName(self.centre_no, self.register, self.sequence)

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: the content of manifest.json, which are signed."""
        return canonical.encode(
            {
                "centre_no": self.centre_no,
                "register": self.register,
                "sequence": self.sequence,
                "kind": self.kind,
                "catalogue_version": self.catalogue_version,
                "count": self.count,
                "content_sha256": self.content_sha256,
                "created_at": self.created_at.astimezone(UTC).strftime(_TIME),
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> "Manifest":
        """Read manifest.json; further members are allowed. Errors: PackageMalformed."""
        try:
            members = canonical.decode(content)
            return cls(
                centre_no=_number(members, "centre_no", 1, 9999),
                register=_text(members, "register", _REGISTER),
                sequence=_number(members, "sequence", 1, 999_999),
                kind=_kind(members),
                catalogue_version=_text(members, "catalogue_version", re.compile(r"[0-9A-Za-z.\-]{1,20}\Z")),
                count=_number(members, "count", 0, 100_000_000),
                content_sha256=_text(members, "content_sha256", _SHA256),
                created_at=datetime.strptime(str(members.get("created_at")), _TIME).replace(tzinfo=UTC),
            )
        except ValueError as error:
            raise PackageMalformed("the manifest is malformed") from error


@dataclass(frozen=True)
class PackageFile:
    """A finished package on disk: path, SHA-256 over the whole file, size in bytes, manifest."""

    path: Path
    sha256: str
    size: int
    manifest: Manifest

    @property
    def name(self) -> str:
        """The file name, as the server expects it in the header `X-Package-Name`."""
        return str(self.manifest.package_name)


@dataclass(frozen=True)
class PackageHead:
    """What the writer is told about a package, before its content is known."""

    centre_no: int
    register: str
    sequence: int
    kind: Kind
    catalogue_version: str
    created_at: datetime


@dataclass(frozen=True)
class Signer:
    """The box's certificate and private key as PEM files."""

    certificate: Path
    key: Path


def write_package(
    directory: Path,
    head: PackageHead,
    records: Iterable[Mapping[str, object]],
    *,
    recipient: Path,
    signer: Signer,
) -> PackageFile:
    """Write `<directory>/<name>.tgz` for the recipient certificate; it appears complete or not at all.

    Records become gzip-compressed NDJSON and reach the disk only encrypted. A file of the same name is
    replaced, so that an interrupted delivery can be repeated. Errors: PackageTooLarge, CmsFailed, OSError.
    """
    name = str(PackageName(head.centre_no, head.register, head.sequence))
    content_path, partial = directory / f".{name}.content", directory / f".{name}.part"
    try:
        with _new_file(content_path) as content:
            counter = _Counter()
            cms.encrypt(_compressed_lines(records, counter), recipient, content)
            manifest = Manifest(
                centre_no=head.centre_no,
                register=head.register,
                sequence=head.sequence,
                kind=head.kind,
                catalogue_version=head.catalogue_version,
                count=counter.lines,
                content_sha256=file_sha256(content_path),
                created_at=head.created_at.astimezone(UTC).replace(microsecond=0),
            )
            document = manifest.to_bytes()
            signature = cms.sign(document, signer.certificate, signer.key)
            with _new_file(partial) as stream:
                _write_archive(stream, content, document, signature)
                stream.flush()
                os.fsync(stream.fileno())
        size, sha256 = partial.stat().st_size, file_sha256(partial)
        if size > MAX_PACKAGE_BYTES:
            raise PackageTooLarge(f"the package would have {size} bytes")
        partial.rename(directory / name)
        sync_directory(directory)
    finally:
        content_path.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
    return PackageFile(directory / name, sha256, size, manifest)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def member_header(name: str, size: int) -> bytes:
    """Return the one accepted tar header (512 bytes, ustar) of a member of this name and size."""
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o644
    return member.tobuf(tarfile.USTAR_FORMAT)


class _Counter:
    def __init__(self) -> None:
        self.lines = 0


def _compressed_lines(records: Iterable[Mapping[str, object]], counter: _Counter) -> Iterator[bytes]:
    compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
    for record in records:
        counter.lines += 1
        yield compressor.compress(canonical.encode(record) + b"\n")
    yield compressor.flush()


def _write_archive(target: IO[bytes], content: IO[bytes], manifest: bytes, signature: bytes) -> None:
    size = os.fstat(content.fileno()).st_size
    with gzip.GzipFile(filename="", mode="wb", fileobj=target, compresslevel=1, mtime=0) as stream:
        for name, source, length in (
            ("content.cms", content, size),
            ("manifest.json", io.BytesIO(manifest), len(manifest)),
            ("signature.cms", io.BytesIO(signature), len(signature)),
        ):
            stream.write(member_header(name, length))
            source.seek(0)
            while chunk := source.read(_CHUNK):
                stream.write(chunk)
            stream.write(bytes(-length % tarfile.BLOCKSIZE))
        stream.write(bytes(2 * tarfile.BLOCKSIZE))


def _new_file(path: Path) -> IO[bytes]:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    return os.fdopen(descriptor, "w+b")


def _number(members: Mapping[str, object], member: str, low: int, high: int) -> int:
    value = members.get(member)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(member)
    return value


def _text(members: Mapping[str, object], member: str, pattern: re.Pattern[str]) -> str:
    value = members.get(member)
    if not isinstance(value, str) or pattern.match(value) is None:
        raise ValueError(member)
    return value


def _kind(members: Mapping[str, object]) -> Kind:
    for kind in get_args(Kind):
        if members.get("kind") == kind:
            return kind  # type: ignore[no-any-return]
    raise ValueError("kind")
