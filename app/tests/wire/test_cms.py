"""CMS: openssl itself opens and verifies what is made here, and damage and strangers are refused."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from artbox.wire import certificates, cms
from artbox.wire.errors import CertificateRefused, CmsFailed, CmsTimedOut, SignatureRejected
from artbox.wire.packages import Signer

from .conftest import NOW, Authority

DOCUMENT = b'{"a":1}\r\n\n\x00\xff'


def openssl(*arguments: object, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["/usr/bin/openssl", *map(str, arguments)], input=content, capture_output=True, check=False
    )


def encrypted(tmp_path: Path, recipient: Path, content: bytes) -> Path:
    path = tmp_path / "content.cms"
    with path.open("w+b") as target:
        cms.encrypt([content], recipient, target)
    return path


def ec_recipient(directory: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP384R1())
    name = certificates.name("recipient EC")
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), 7, NOW - timedelta(days=1), NOW + timedelta(days=1)
    ).sign(key, hashes.SHA256())
    certificates.write_file(directory / "ec.crt", certificates.certificate_pem(certificate))
    certificates.write_key(directory / "ec.key", key)
    return directory / "ec.crt", directory / "ec.key"


def test_openssl_opens_what_was_encrypted_for_an_rsa_key(
    tmp_path: Path, recipient: tuple[Path, Path]
) -> None:
    path = encrypted(tmp_path, recipient[0], DOCUMENT)
    done = openssl("cms", "-decrypt", "-inform", "DER", "-in", path, "-inkey", recipient[1])
    assert (done.returncode, done.stdout) == (0, DOCUMENT)


def test_an_rsa_envelope_uses_aes_256_and_oaep_with_sha_256(
    tmp_path: Path, recipient: tuple[Path, Path]
) -> None:
    path = encrypted(tmp_path, recipient[0], DOCUMENT)
    text = openssl("cms", "-cmsout", "-print", "-inform", "DER", "-in", path).stdout.decode()
    assert "aes-256-cbc" in text
    assert "rsaesOaep" in text
    assert "sha256" in text


def test_openssl_opens_what_was_encrypted_for_an_ec_key(tmp_path: Path) -> None:
    certificate, key = ec_recipient(tmp_path)
    path = encrypted(tmp_path, certificate, DOCUMENT)
    done = openssl("cms", "-decrypt", "-inform", "DER", "-in", path, "-inkey", key)
    assert (done.returncode, done.stdout) == (0, DOCUMENT)


def test_the_recipient_opens_an_envelope_in_a_stream(tmp_path: Path, recipient: tuple[Path, Path]) -> None:
    content = os.urandom(3_000_000)
    path = encrypted(tmp_path, recipient[0], content)
    with (tmp_path / "opened").open("w+b") as target:
        cms.decrypt([path.read_bytes()], *recipient, target)
    assert (tmp_path / "opened").read_bytes() == content


def test_another_key_does_not_open_an_envelope(tmp_path: Path, recipient: tuple[Path, Path]) -> None:
    path = encrypted(tmp_path, recipient[0], DOCUMENT)
    other = certificates.create_recipient("DERI", tmp_path)
    with (tmp_path / "opened").open("w+b") as target, pytest.raises(CmsFailed):
        cms.decrypt([path.read_bytes()], *other, target)
    assert DOCUMENT not in (tmp_path / "opened").read_bytes()


def test_an_error_of_the_source_reaches_the_caller_and_ends_openssl(
    tmp_path: Path, recipient: tuple[Path, Path]
) -> None:
    def source() -> Iterator[bytes]:
        yield b"first"
        raise LookupError("the source failed")

    with (tmp_path / "content.cms").open("w+b") as target, pytest.raises(LookupError):
        cms.encrypt(source(), recipient[0], target)


def test_a_slow_source_meets_the_time_limit(tmp_path: Path, recipient: tuple[Path, Path]) -> None:
    def source() -> Iterator[bytes]:
        threading.Event().wait(0.6)
        yield b"late" * 100_000

    with (tmp_path / "content.cms").open("w+b") as target, pytest.raises(CmsTimedOut):
        cms.encrypt(source(), recipient[0], target, seconds=0.2)


def test_a_hanging_openssl_is_ended(
    tmp_path: Path, recipient: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(cms, "OPENSSL", str(program))
    began = time.monotonic()
    with (tmp_path / "content.cms").open("w+b") as target, pytest.raises(CmsTimedOut):
        cms.encrypt([b"x" * 1_000_000], recipient[0], target, seconds=0.3)
    assert time.monotonic() - began < 10


def test_a_missing_openssl_is_a_failure_of_its_own_kind(
    monkeypatch: pytest.MonkeyPatch, box: Signer, tmp_path: Path
) -> None:
    monkeypatch.setattr(cms, "OPENSSL", str(tmp_path / "absent"))
    with pytest.raises(CmsFailed):
        cms.sign(DOCUMENT, box.certificate, box.key)


def test_only_rsa_and_ec_keys_can_receive(tmp_path: Path) -> None:
    with (tmp_path / "c").open("w+b") as target, pytest.raises(CertificateRefused):
        cms.encrypt([b""], tmp_path / "absent.crt", target)


def test_openssl_verifies_a_signature_without_special_options(
    tmp_path: Path, box: Signer, authority: Authority
) -> None:
    (tmp_path / "document").write_bytes(DOCUMENT)
    (tmp_path / "signature").write_bytes(cms.sign(DOCUMENT, box.certificate, box.key))
    command = ["cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "signature"]
    command += ["-content", tmp_path / "document", "-CAfile", authority.path, "-out", os.devnull]
    assert openssl(*command).returncode == 0


def test_a_signature_names_its_signer(box: Signer, authority: Authority) -> None:
    signature = cms.sign(DOCUMENT, box.certificate, box.key)
    signer = cms.verify(DOCUMENT, signature, authority.path)
    assert signer == certificates.load_certificate(box.certificate)


def test_the_private_key_never_stands_in_a_signature_or_an_error(box: Signer, tmp_path: Path) -> None:
    with pytest.raises(CmsFailed) as caught:
        cms.sign(DOCUMENT, tmp_path / "absent.crt", box.key)
    secret = b"".join(box.key.read_bytes().split(b"\n")[1:-2])
    assert secret not in str(caught.value).encode()


def test_every_changed_byte_of_document_or_signature_is_refused(box: Signer, authority: Authority) -> None:
    signature = cms.sign(DOCUMENT, box.certificate, box.key)
    for position in range(len(DOCUMENT)):
        with pytest.raises(SignatureRejected):
            cms.verify(flipped(DOCUMENT, position), signature, authority.path)
    for position in range(len(signature) - 100, len(signature)):
        with pytest.raises(SignatureRejected):
            cms.verify(DOCUMENT, flipped(signature, position), authority.path)


def flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


@pytest.mark.parametrize("signature", [b"", b"0", b"\x30\x80" + b"\x00" * 70_000, b"\x30\x03\x02\x01\x01"])
def test_what_is_no_signature_is_refused(signature: bytes, authority: Authority) -> None:
    with pytest.raises(SignatureRejected):
        cms.verify(DOCUMENT, signature, authority.path)


def test_another_authority_of_the_same_name_is_refused(
    box: Signer, stranger: Authority, tmp_path: Path, authority: Authority
) -> None:
    signature = cms.sign(DOCUMENT, box.certificate, box.key)
    with pytest.raises(SignatureRejected):
        cms.verify(DOCUMENT, signature, stranger.path)
    foreign = stranger.issue("centre-123", tmp_path)
    with pytest.raises(SignatureRejected):
        cms.verify(DOCUMENT, cms.sign(DOCUMENT, foreign.certificate, foreign.key), authority.path)


def test_a_tls_server_certificate_signs_nothing(authority: Authority, tmp_path: Path) -> None:
    signer = authority.issue("tls", tmp_path, usage=ExtendedKeyUsageOID.SERVER_AUTH)
    with pytest.raises(SignatureRejected):
        cms.verify(DOCUMENT, cms.sign(DOCUMENT, signer.certificate, signer.key), authority.path)


def test_an_expired_signer_is_refused_today_and_accepted_at_its_time(
    authority: Authority, tmp_path: Path
) -> None:
    signer = authority.issue("centre-9", tmp_path, until=NOW - timedelta(days=1))
    signature = cms.sign(DOCUMENT, signer.certificate, signer.key)
    with pytest.raises(SignatureRejected):
        cms.verify(DOCUMENT, signature, authority.path)
    assert cms.verify(DOCUMENT, signature, authority.path, at=NOW - timedelta(days=1, hours=5))


def test_a_signature_that_carries_its_own_content_does_not_pass_for_another(
    box: Signer, authority: Authority
) -> None:
    command = ["cms", "-sign", "-binary", "-nodetach", "-outform", "DER"]
    attached = openssl(*command, "-signer", box.certificate, "-inkey", box.key, content=b"something else")
    with pytest.raises(SignatureRejected):
        cms.verify(DOCUMENT, attached.stdout, authority.path)


def test_two_signers_are_one_too_many(box: Signer, authority: Authority, tmp_path: Path) -> None:
    second = authority.issue("centre-124", tmp_path)
    command = ["cms", "-sign", "-binary", "-outform", "DER"]
    for signer in (box, second):
        command += ["-signer", str(signer.certificate), "-inkey", str(signer.key)]
    with pytest.raises(SignatureRejected):
        cms.verify(DOCUMENT, openssl(*command, content=DOCUMENT).stdout, authority.path)
