"""Reading packages: every changed byte is noticed, and hostile archives get nowhere."""

import gzip
import io
import os
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from artbox.wire import certificates, reading
from artbox.wire.errors import (
    ContentMismatch,
    PackageMalformed,
    PackageNameMismatch,
    PackageRefused,
    PackageTooLarge,
    SignatureRejected,
)
from artbox.wire.packages import PackageFile, Signer, member_header
from artbox.wire.reading import VerifiedPackage, inspect_package, verify_package

from .conftest import Authority

Write = Callable[..., PackageFile]


def members_of(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def block(name: str, content: bytes) -> bytes:
    return member_header(name, len(content)) + content + bytes(-len(content) % 512)


def archive(members: dict[str, bytes], tail: bytes = bytes(1024)) -> bytes:
    return b"".join(block(name, content) for name, content in members.items()) + tail


@pytest.fixture
def package(write: Write) -> PackageFile:
    return write()


@pytest.fixture
def repack(package: PackageFile, tmp_path: Path) -> Callable[[bytes], Path]:
    """Write other bytes of an archive under the package's name."""

    def repack(content: bytes) -> Path:
        path = tmp_path / "other" / package.name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(content, mtime=0))
        return path

    return repack


def test_a_package_is_verified_and_its_signer_named(
    package: PackageFile, authority: Authority, box: Signer
) -> None:
    verified = verify_package(package.path, authority.path)
    assert verified.opened.manifest == package.manifest
    assert verified.opened.sha256 == package.sha256
    assert verified.opened.size == package.size
    assert certificates.load_certificate(box.certificate) == verified.signer


def changed(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 0x40]) + content[position + 1 :]


def test_no_changed_byte_of_the_file_changes_what_is_accepted(
    package: PackageFile, authority: Authority, tmp_path: Path
) -> None:
    original = package.path.read_bytes()
    expected = verify_package(package.path, authority.path)
    path = tmp_path / "tampered" / package.name
    path.parent.mkdir()
    refused = 0
    positions = {*range(40), *range(0, len(original), 41), *range(len(original) - 40, len(original))}
    for position in sorted(positions):
        path.write_bytes(changed(original, position))
        try:
            verified = verify_package(path, authority.path)
        except (PackageRefused, SignatureRejected):
            refused += 1
        else:
            # gzip's hints about compression and system, or an unsigned part of the signature's frame
            assert says(verified) == says(expected)
            assert verified.opened.sha256 != expected.opened.sha256
    assert refused > 0.9 * len(positions)


def says(verified: VerifiedPackage) -> tuple[bytes, str, x509.Certificate]:
    return verified.opened.manifest_bytes, verified.opened.content_sha256, verified.signer


@pytest.mark.parametrize("member", ["content.cms", "manifest.json"])
def test_no_changed_byte_of_content_or_manifest_is_accepted(
    member: str, package: PackageFile, authority: Authority, repack: Callable[[bytes], Path]
) -> None:
    members = members_of(package.path)
    content = members[member]
    for position in range(0, len(content), max(1, len(content) // 60)):
        with pytest.raises((PackageRefused, SignatureRejected)):
            verify_package(repack(archive({**members, member: changed(content, position)})), authority.path)


def test_a_changed_signature_is_refused_or_still_says_the_same(
    package: PackageFile, authority: Authority, repack: Callable[[bytes], Path]
) -> None:
    """A few bytes of a CMS frame (its version, names of algorithms) are not signed and carry no meaning."""
    members = members_of(package.path)
    expected = verify_package(package.path, authority.path)
    refused = 0
    for position in range(0, len(members["signature.cms"]), 9):
        signature = changed(members["signature.cms"], position)
        try:
            verified = verify_package(
                repack(archive({**members, "signature.cms": signature})), authority.path
            )
        except (PackageRefused, SignatureRejected):
            refused += 1
        else:
            assert says(verified) == says(expected)
    assert refused > 70


def test_every_truncation_is_refused(package: PackageFile, tmp_path: Path) -> None:
    original = package.path.read_bytes()
    path = tmp_path / "short.tgz"
    for length in [*range(0, len(original), 97), len(original) - 1]:
        path.write_bytes(original[:length])
        with pytest.raises(PackageMalformed):
            inspect_package(path)


def test_content_of_another_package_is_refused(
    package: PackageFile, write: Write, authority: Authority, repack: Callable[[bytes], Path]
) -> None:
    other = members_of(write(sequence=2).path)
    mixed = {**members_of(package.path), "content.cms": other["content.cms"]}
    with pytest.raises(ContentMismatch):
        verify_package(repack(archive(mixed)), authority.path)


def test_a_signature_of_another_package_is_refused(
    package: PackageFile, write: Write, authority: Authority, repack: Callable[[bytes], Path]
) -> None:
    other = members_of(write(sequence=2).path)
    mixed = {**members_of(package.path), "signature.cms": other["signature.cms"]}
    with pytest.raises(SignatureRejected):
        verify_package(repack(archive(mixed)), authority.path)


def test_another_name_is_refused(package: PackageFile, authority: Authority) -> None:
    for name in ("0124-DIR-000001.tgz", "0123-DERI-000001.tgz", "0123-DIR-000002.tgz", "x"):
        with pytest.raises(PackageNameMismatch):
            verify_package(package.path, authority.path, name=name)


def test_a_stranger_cannot_sign(
    write: Write, stranger: Authority, authority: Authority, tmp_path: Path
) -> None:
    signer = stranger.issue("centre-123", tmp_path)
    with pytest.raises(SignatureRejected):
        verify_package(write(signer=signer).path, authority.path)


def hostile(kind: str, members: dict[str, bytes]) -> bytes:
    """Return an archive as an attacker might build it."""
    whole, padding = archive(members), 512 + len(members["content.cms"])
    made = {
        "fourth member": archive(members, block("more", b"x") + bytes(1024)),
        "missing member": archive({name: members[name] for name in ("content.cms", "manifest.json")}),
        "doubled member": archive({"content.cms": b"x"}, whole),
        "other order": archive(dict(reversed(members.items()))),
        "path": archive({"../content.cms": b"", **members}),
        "absolute": archive({"/etc/passwd": b"", **members}),
        "tail": archive(members, bytes(1024) + b"more"),
        "padding": whole[:padding] + b"!" + whole[padding + 1 :],
    }
    return made[kind] if kind in made else special(kind, members)


def special(kind: str, members: dict[str, bytes]) -> bytes:
    """Let Python's own tarfile write what the agreed form does not know."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as writer:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            if name == "content.cms":
                change(kind, member)
            writer.addfile(member, io.BytesIO(content))
    return target.getvalue()


def change(kind: str, member: tarfile.TarInfo) -> None:
    types = {"symlink": tarfile.SYMTYPE, "hardlink": tarfile.LNKTYPE, "directory": tarfile.DIRTYPE}
    types |= {"device": tarfile.CHRTYPE, "fifo": tarfile.FIFOTYPE}
    if kind in types:
        member.type, member.linkname, member.size = types[kind], "/etc/shadow", 0
    elif kind == "extended header":
        member.pax_headers = {"path": "/etc/shadow"}
    elif kind == "owner":
        member.uid, member.uname = 1000, "somebody"
    elif kind == "executable":
        member.mode = 0o4755


KINDS = [
    "fourth member",
    "missing member",
    "doubled member",
    "other order",
    "path",
    "absolute",
    "tail",
    "padding",
]
KINDS += ["symlink", "hardlink", "directory", "device", "fifo", "extended header", "owner", "executable"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_archive_is_refused(
    kind: str, package: PackageFile, repack: Callable[[bytes], Path]
) -> None:
    with pytest.raises(PackageMalformed):
        inspect_package(repack(hostile(kind, members_of(package.path))))


def test_something_behind_the_gzip_stream_is_refused(package: PackageFile, tmp_path: Path) -> None:
    path = tmp_path / "tail.tgz"
    for tail in (b"x", bytes(512), gzip.compress(b"", mtime=0), os.urandom(600_000)):
        path.write_bytes(package.path.read_bytes() + tail)
        with pytest.raises(PackageMalformed):
            inspect_package(path)


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x8b", b"PK\x03\x04", bytes(100_000), gzip.compress(b"", mtime=0)]
)
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "0123-DIR-000001.tgz"
    path.write_bytes(content)
    with pytest.raises(PackageMalformed):
        inspect_package(path)


@pytest.mark.parametrize(
    ("member", "size"),
    [("content.cms", 65 * 2**20), ("content.cms", 8**11 - 1), ("manifest.json", 65 * 2**10)],
)
def test_an_announced_size_beyond_the_limit_is_refused_unread(
    member: str, size: int, repack: Callable[[bytes], Path]
) -> None:
    before = b"" if member == "content.cms" else block("content.cms", b"")
    with pytest.raises(PackageTooLarge):
        inspect_package(repack(before + member_header(member, size) + bytes(1024)))


def test_a_compression_bomb_costs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.tgz"
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    with path.open("wb") as target:
        target.write(compressor.compress(member_header("content.cms", 60 * 2**20)))
        for _ in range(120):
            target.write(compressor.compress(bytes(2**20)))
        target.write(compressor.flush())
    tracemalloc.start()
    with pytest.raises(PackageMalformed):
        inspect_package(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 2**20


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "0123-DIR-000001.tgz"
    with path.open("wb") as target:
        target.truncate(64 * 2**20 + 1)
    with pytest.raises(PackageTooLarge):
        inspect_package(path)


def test_the_recipient_gets_the_content_in_pieces(package: PackageFile) -> None:
    content = b"".join(reading.content_chunks(package.path))
    assert content == members_of(package.path)["content.cms"]
