"""Reading packages from strangers: bounded, streaming, and accepting one byte form only.

The archive must be exactly what `packages` writes: each header is compared with the one accepted form, so no
link, directory, path, extended header or hidden member can occur, and nothing may stand behind the end.
"""

import hashlib
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from cryptography import x509

from artbox.wire import cms
from artbox.wire.errors import ContentMismatch, PackageMalformed, PackageNameMismatch, PackageTooLarge
from artbox.wire.packages import (
    MAX_MANIFEST_BYTES,
    MAX_PACKAGE_BYTES,
    Manifest,
    PackageName,
    member_header,
)

_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 256 * 1024
_GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00"
"""Deflate, no name, no comment, no time: how every package begins."""
_LIMITS = {
    "content.cms": MAX_PACKAGE_BYTES,
    "manifest.json": MAX_MANIFEST_BYTES,
    "signature.cms": cms.MAX_SIGNATURE_BYTES,
}


@dataclass(frozen=True)
class OpenedPackage:
    """What stands in a package, not yet verified; `sha256` and `size` are of the whole file."""

    sha256: str
    size: int
    manifest: Manifest
    manifest_bytes: bytes
    signature: bytes
    content_sha256: str
    content_size: int


@dataclass(frozen=True)
class VerifiedPackage:
    """A package whose signature, content hash and name are right, and the certificate it was signed with."""

    opened: OpenedPackage
    signer: x509.Certificate


def inspect_package(path: Path) -> OpenedPackage:
    """Read a package without judging who made it. Errors: PackageMalformed, PackageTooLarge, OSError."""
    small: dict[str, bytes] = {}
    digest, content_size = hashlib.sha256(), 0
    with _bounded(path) as stream:
        inflated = _Inflated(stream)
        for name in _LIMITS:
            size = _member_size(inflated, name)
            if name == "content.cms":
                content_size = size
                for chunk in inflated.chunks(size):
                    digest.update(chunk)
            else:
                small[name] = b"".join(inflated.chunks(size))
            _padding(inflated, size)
        _end(inflated)
        sha256 = hashlib.file_digest(_rewound(stream), "sha256").hexdigest()
        file_size = stream.tell()
    return OpenedPackage(
        sha256=sha256,
        size=file_size,
        manifest=Manifest.from_bytes(small["manifest.json"]),
        manifest_bytes=small["manifest.json"],
        signature=small["signature.cms"],
        content_sha256=digest.hexdigest(),
        content_size=content_size,
    )


def verify_package(
    path: Path, ca_certificate: Path, *, name: str | None = None, at: datetime | None = None
) -> VerifiedPackage:
    """Check form, content hash, name (the file's own when None) and signature of a package.

    Whether this signer may speak for this centre is for the caller to decide. Errors: PackageRefused
    and its kinds, SignatureRejected.
    """
    opened = inspect_package(path)
    if opened.content_sha256 != opened.manifest.content_sha256:
        raise ContentMismatch("the content is not the one the manifest names")
    if PackageName.parse(path.name if name is None else name) != opened.manifest.package_name:
        raise PackageNameMismatch("the name does not say what the manifest says")
    signer = cms.verify(opened.manifest_bytes, opened.signature, ca_certificate, at=at)
    return VerifiedPackage(opened, signer)


def content_chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of content.cms, for a recipient's tool. Errors: PackageMalformed, PackageTooLarge."""
    with _bounded(path) as stream:
        inflated = _Inflated(stream)
        yield from inflated.chunks(_member_size(inflated, "content.cms"))


def _bounded(path: Path) -> BufferedReader:
    if path.stat().st_size > MAX_PACKAGE_BYTES:
        raise PackageTooLarge(f"larger than {MAX_PACKAGE_BYTES} bytes")
    stream = path.open("rb")
    if stream.peek(len(_GZIP))[: len(_GZIP)] != _GZIP:
        stream.close()
        raise PackageMalformed("not a gzip file in the agreed form")
    return stream


def _rewound(stream: BufferedReader) -> BufferedReader:
    stream.seek(0)
    return stream


def _member_size(inflated: "_Inflated", name: str) -> int:
    header = inflated.exactly(_BLOCK)
    try:
        size = int(header[124:135], 8)
    except ValueError as error:
        raise PackageMalformed("a member has no size") from error
    if size < 0 or header != member_header(name, size):
        raise PackageMalformed("not exactly the three agreed members")
    if size > _LIMITS[name]:
        raise PackageTooLarge(f"{name} is larger than {_LIMITS[name]} bytes")
    return size


def _padding(inflated: "_Inflated", size: int) -> None:
    if any(inflated.exactly(-size % _BLOCK)):
        raise PackageMalformed("something stands between the members")


def _end(inflated: "_Inflated") -> None:
    if any(inflated.exactly(2 * _BLOCK)) or not inflated.at_end():
        raise PackageMalformed("something stands behind the members")


class _Inflated:
    """The bytes inside a gzip file of one stream, handed out piece by piece, never more than asked for."""

    def __init__(self, source: BufferedReader) -> None:
        self._source = source
        self._inflate = zlib.decompressobj(31)
        self._waiting = b""

    def exactly(self, size: int) -> bytes:
        return b"".join(self.chunks(size))

    def chunks(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._some(min(size, _CHUNK))
            if not piece:
                raise PackageMalformed("the archive ends too early")
            size -= len(piece)
            yield piece

    def at_end(self) -> bool:
        """Say whether the stream ends here, with nothing behind it in the file."""
        return not self._some(1) and not self._inflate.unused_data and not self._source.read(1)

    def _some(self, limit: int) -> bytes:
        try:
            while not self._inflate.eof:
                self._waiting = self._waiting or self._source.read(_CHUNK)
                piece = self._inflate.decompress(self._waiting, limit)
                exhausted = not self._waiting
                self._waiting = self._inflate.unconsumed_tail
                if piece:
                    return piece
                if exhausted:
                    raise PackageMalformed("the archive ends too early")
        except zlib.error as error:
            raise PackageMalformed("not a gzip file") from error
        return b""
