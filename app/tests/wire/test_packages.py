"""Writing packages: complete or not at all, nothing readable on disk, and openssl opens the result."""

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from artbox.wire import packages
from artbox.wire.errors import PackageMalformed, PackageNameMismatch, PackageTooLarge
from artbox.wire.packages import Manifest, PackageFile, PackageName

from .conftest import NOW, RECORDS, Authority

Write = Callable[..., PackageFile]
MANIFEST = Manifest(
    123, "DIR", 7, "withdrawal", "2026.1", 3, "ab" * 32, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
)


@pytest.mark.parametrize("text", ["0123-DIR-000001.tgz", "9999-QSReproMed-999999.tgz"])
def test_names_are_read_and_written_alike(text: str) -> None:
    assert str(PackageName.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123-DIR-000001.tgz",
        "0123-dir-000001.tgz",
        "0123-DIR-1.tgz",
        "0000-DIR-000001.tgz",
        "0123-DIR-000000.tgz",
        "../0123-DIR-000001.tgz",
        "0123-DIR-000001.tgz\n",
        "0123-DIR-000001.tar",
        "٠١٢٣-DIR-000001.tgz",
    ],
)
def test_other_names_are_refused(text: str) -> None:
    with pytest.raises(PackageNameMismatch):
        PackageName.parse(text)


def test_a_manifest_is_read_as_it_was_written() -> None:
    assert Manifest.from_bytes(MANIFEST.to_bytes()) == MANIFEST


def test_a_manifest_has_one_byte_form() -> None:
    assert MANIFEST.to_bytes() == (
        b'{"catalogue_version":"2026.1","centre_no":123,"content_sha256":"' + b"ab" * 32 + b'","count":3,'
        b'"created_at":"2026-01-02T03:04:05Z","kind":"withdrawal","register":"DIR","sequence":7}'
    )


def test_a_later_manifest_may_say_more() -> None:
    members = {**json.loads(MANIFEST.to_bytes()), "zone": "x"}
    content = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    assert Manifest.from_bytes(content) == MANIFEST


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("centre_no", 0),
        ("centre_no", 10000),
        ("centre_no", "123"),
        ("centre_no", True),
        ("register", "D/R"),
        ("register", "../x"),
        ("sequence", 0),
        ("kind", "readable"),
        ("catalogue_version", "2026 1"),
        ("count", -1),
        ("count", 1.5),
        ("content_sha256", "AB" * 32),
        ("created_at", "yesterday"),
        ("created_at", None),
    ],
)
def test_a_manifest_with_a_wrong_member_is_refused(member: str, value: object) -> None:
    members = {**json.loads(MANIFEST.to_bytes()), member: value}
    with pytest.raises(PackageMalformed):
        Manifest.from_bytes(json.dumps(members, sort_keys=True, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"{",
        b"[" * 60_000,
        MANIFEST.to_bytes() + b"\n",
        MANIFEST.to_bytes().replace(b":3", b": 3"),
        MANIFEST.to_bytes().replace(b'"count":3', b'"count":3,"count":3'),
    ],
)
def test_a_manifest_in_another_byte_form_is_refused(content: bytes) -> None:
    with pytest.raises(PackageMalformed):
        Manifest.from_bytes(content)


def test_a_package_is_what_any_tar_and_openssl_can_open(
    write: Write, recipient: tuple[Path, Path], authority: Authority, tmp_path: Path
) -> None:
    package = write()
    opened = tmp_path / "opened"
    opened.mkdir()
    subprocess.run(["/usr/bin/tar", "-xzf", str(package.path), "-C", str(opened)], check=True)
    assert sorted(path.name for path in opened.iterdir()) == ["content.cms", "manifest.json", "signature.cms"]
    verify = [
        "/usr/bin/openssl",
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        str(opened / "signature.cms"),
    ]
    verify += ["-content", str(opened / "manifest.json"), "-CAfile", str(authority.path), "-out", "/dev/null"]
    subprocess.run(verify, check=True, capture_output=True)
    decrypt = ["/usr/bin/openssl", "cms", "-decrypt", "-inform", "DER", "-in", str(opened / "content.cms")]
    done = subprocess.run([*decrypt, "-inkey", str(recipient[1])], check=True, capture_output=True)
    lines = gzip.decompress(done.stdout).decode().splitlines()
    assert [json.loads(line) for line in lines] == RECORDS
    manifest = json.loads((opened / "manifest.json").read_bytes())
    assert manifest["content_sha256"] == hashlib.sha256((opened / "content.cms").read_bytes()).hexdigest()
    assert manifest["count"] == 2


def test_the_finished_file_is_described_as_it_is(write: Write, tmp_path: Path) -> None:
    package = write(sequence=12)
    content = package.path.read_bytes()
    assert package.path == tmp_path / "0123-DIR-000012.tgz"
    assert package.name == package.path.name
    assert package.sha256 == hashlib.sha256(content).hexdigest()
    assert package.size == len(content)
    assert package.manifest.created_at == NOW
    assert package.path.stat().st_mode & 0o777 == 0o600


def test_a_package_without_records_is_a_package(write: Write) -> None:
    assert write(records=[]).manifest.count == 0


def test_the_archive_tells_nothing_of_the_machine(write: Write) -> None:
    content = write().path.read_bytes()
    assert content[4:8] == bytes(4), "time in the gzip header"
    assert content[3] == 0, "no name in the gzip header"
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        members = archive.getmembers()
    assert [member.name for member in members] == list(packages.MEMBERS)
    for member in members:
        assert (member.mtime, member.uid, member.gid, member.uname, member.gname) == (0, 0, 0, "", "")


def test_equal_members_give_equal_bytes(tmp_path: Path) -> None:
    archives = []
    for number in (1, 2):
        path = tmp_path / str(number)
        with path.open("w+b") as target, (tmp_path / "content").open("w+b") as content:
            content.write(b"content")
            content.flush()
            packages._write_archive(target, content, b"{}", b"signature")
        archives.append(path.read_bytes())
    assert archives[0] == archives[1]


def test_nothing_readable_reaches_the_disk(write: Write, tmp_path: Path) -> None:
    def records() -> Iterator[dict[str, object]]:
        for number in range(2000):
            yield {"patient": f"SEEK-{number}"}
            if number % 500 == 0:
                assert not any(b"SEEK-" in path.read_bytes() for path in tmp_path.iterdir())

    write(records=records())
    assert [path.name for path in tmp_path.iterdir()] == ["0123-DIR-000001.tgz"]
    assert b"SEEK-" not in (tmp_path / "0123-DIR-000001.tgz").read_bytes()


def test_a_failing_source_leaves_nothing(write: Write, tmp_path: Path) -> None:
    def records() -> Iterator[dict[str, object]]:
        yield {"patient": 1}
        raise LookupError

    with pytest.raises(LookupError):
        write(records=records())
    assert list(tmp_path.iterdir()) == []


def test_what_an_interrupted_run_left_behind_does_not_stop_the_next(write: Write, tmp_path: Path) -> None:
    for name in (".0123-DIR-000001.tgz.content", ".0123-DIR-000001.tgz.part"):
        (tmp_path / name).write_bytes(b"half")
    write()
    assert [path.name for path in tmp_path.iterdir()] == ["0123-DIR-000001.tgz"]


def test_a_package_larger_than_the_server_takes_is_not_made(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "MAX_PACKAGE_BYTES", 1000)
    with pytest.raises(PackageTooLarge):
        write()
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_names_the_package() -> None:
    assert str(replace(MANIFEST, register="DERI").package_name) == "0123-DERI-000007.tgz"
