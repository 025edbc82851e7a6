"""Keys and certificates: names, requests, private files and durable writing."""

import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from artbox.wire import certificates
from artbox.wire.errors import CertificateRefused
from artbox.wire.packages import Signer

from .conftest import Authority


def test_a_box_request_names_the_centre_and_openssl_verifies_it(tmp_path: Path) -> None:
    request = certificates.certificate_request(certificates.new_box_key(), 123)
    (tmp_path / "box.csr").write_bytes(request)
    command = ["/usr/bin/openssl", "req", "-in", str(tmp_path / "box.csr"), "-noout", "-verify", "-subject"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "CN = centre-123" in done.stdout.replace("CN=", "CN = ")
    assert certificates.parse_request(request).subject == certificates.box_name(123)


def test_a_request_with_a_changed_byte_is_refused() -> None:
    request = x509.load_pem_x509_csr(certificates.certificate_request(certificates.new_box_key(), 123))
    der = bytearray(request.public_bytes(serialization.Encoding.DER))
    der[der.index(b"centre-123") + 9] ^= 1
    changed = x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM)
    with pytest.raises(CertificateRefused):
        certificates.parse_request(changed)


@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_a_request_with_another_kind_of_key_is_refused(kind: str) -> None:
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = ec.generate_private_key(ec.SECP256R1())
    if kind == "rsa":
        key = rsa.generate_private_key(65537, 2048)
    builder = x509.CertificateSigningRequestBuilder().subject_name(certificates.box_name(1))
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    with pytest.raises(CertificateRefused):
        certificates.parse_request(pem)


@pytest.mark.parametrize("pem", ["", "x", "-----BEGIN CERTIFICATE REQUEST-----\n", "x" * 40_000])
def test_what_is_no_request_or_certificate_is_refused(pem: str) -> None:
    with pytest.raises(CertificateRefused):
        certificates.parse_request(pem)
    with pytest.raises(CertificateRefused):
        certificates.parse_certificate(pem)


def test_the_centre_stands_in_a_box_certificate_and_in_no_other(
    box: Signer, authority: Authority, tmp_path: Path
) -> None:
    assert certificates.centre_of(certificates.load_certificate(box.certificate)) == 123
    for name in ("ARTbox receipts", "centre-0123", "centre-", "centre-12345", "xcentre-1", "centre-1\n"):
        signer = authority.issue(name, tmp_path)
        with pytest.raises(CertificateRefused):
            certificates.centre_of(certificates.load_certificate(signer.certificate))


def test_a_fingerprint_is_openssl_s(box: Signer) -> None:
    command = ["/usr/bin/openssl", "x509", "-in", str(box.certificate), "-noout", "-fingerprint", "-sha256"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    expected = done.stdout.strip().rsplit("=", 1)[1].replace(":", "").lower()
    assert certificates.fingerprint(certificates.load_certificate(box.certificate)) == expected


def test_a_key_identity_outlives_renewal_and_differs_between_keys(box: Signer) -> None:
    key = certificates.load_private_key(box.key)
    certificate = certificates.load_certificate(box.certificate)
    assert certificates.key_identity(key.public_key()) == certificates.key_identity(certificate.public_key())
    other = certificates.new_box_key()
    assert certificates.key_identity(key.public_key()) != certificates.key_identity(other.public_key())


def test_key_files_are_private_and_read_back(tmp_path: Path) -> None:
    key = certificates.new_box_key()
    path = tmp_path / "box.key"
    certificates.write_key(path, key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert certificates.key_pem(certificates.load_private_key(path)) == certificates.key_pem(key)


def test_a_file_is_replaced_also_after_an_interrupted_attempt(tmp_path: Path) -> None:
    path = tmp_path / "file"
    (tmp_path / ".file.new").write_bytes(b"half")
    certificates.write_file(path, b"one")
    certificates.write_file(path, b"two", mode=0o600)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "content", [b"", b"x", b"-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(CertificateRefused):
        certificates.load_private_key(tmp_path / "key")
    with pytest.raises(CertificateRefused):
        certificates.load_private_key(tmp_path / "absent")


def test_an_rsa_key_is_not_a_box_key(tmp_path: Path) -> None:
    certificates.write_key(tmp_path / "key", rsa.generate_private_key(65537, 2048))
    with pytest.raises(CertificateRefused):
        certificates.load_private_key(tmp_path / "key")


def test_an_issued_certificate_is_checked_for_issuer_and_key(
    box: Signer, authority: Authority, stranger: Authority
) -> None:
    certificate = certificates.load_certificate(box.certificate)
    key = certificates.load_private_key(box.key)
    certificates.check_issued(certificate, certificates.load_certificate(authority.path), key)
    with pytest.raises(CertificateRefused):
        certificates.check_issued(certificate, certificates.load_certificate(stranger.path), key)
    with pytest.raises(CertificateRefused):
        certificates.check_issued(
            certificate, certificates.load_certificate(authority.path), certificates.new_box_key()
        )


def test_only_the_server_name_is_the_receipts_name(box: Signer, authority: Authority, tmp_path: Path) -> None:
    receipts = authority.issue(certificates.RECEIPTS_NAME, tmp_path)
    assert certificates.is_receipts_certificate(certificates.load_certificate(receipts.certificate))
    assert not certificates.is_receipts_certificate(certificates.load_certificate(box.certificate))
