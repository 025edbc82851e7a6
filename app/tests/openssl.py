"""What a register or an auditor does with package and receipt: openssl and nothing of ours."""

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class OpenedPackage:
    """A package after its signature was verified and its content decrypted."""

    manifest: dict[str, Any]
    records: list[dict[str, Any]]


def open_package(
    package: bytes, *, ca_file: Path, certificate: Path, key: Path, scratch: Path
) -> OpenedPackage:
    """Verify signature and hash of a package and decrypt it with the register's key."""
    with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
        members = {member.name: _member(archive, member) for member in archive.getmembers()}
    assert sorted(members) == ["content.cms", "manifest.json", "signature.cms"]
    verify(members["manifest.json"], members["signature.cms"], ca_file=ca_file, scratch=scratch)
    manifest = json.loads(members["manifest.json"])
    assert manifest["content_sha256"] == hashlib.sha256(members["content.cms"]).hexdigest()
    sealed = scratch / "content.cms"
    sealed.write_bytes(members["content.cms"])
    opened = _openssl(
        "cms", "-decrypt", "-binary", "-inform", "DER", "-in", sealed, "-recip", certificate, "-inkey", key
    )
    lines = gzip.decompress(opened).decode("utf-8").splitlines()
    return OpenedPackage(manifest, [json.loads(line) for line in lines])


def verify(content: bytes, signature: bytes, *, ca_file: Path, scratch: Path) -> None:
    """Verify a detached CMS signature; fails the test when openssl does not accept it."""
    signed, detached = scratch / "signed", scratch / "signature.cms"
    signed.write_bytes(content)
    detached.write_bytes(signature)
    arguments = ("-inform", "DER", "-in", detached, "-content", signed, "-CAfile", ca_file, "-purpose", "any")
    assert _openssl("cms", "-verify", "-binary", *arguments) == content


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    assert file is not None
    return file.read()


def _openssl(*arguments: str | Path) -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout
