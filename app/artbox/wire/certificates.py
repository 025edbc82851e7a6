"""Keys, certificate requests and certificates as both ends need them: names, fingerprints, PEM files.

A box is `CN=centre-<number>, O=ARTbox`; the server's receipts are signed by `CN=ARTbox receipts, O=ARTbox`.
Keys are written as unencrypted PKCS#8 files that only their owner can read, as they must work while a box
is locked.
"""

import hashlib
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from artbox.wire.errors import CertificateRefused

ORGANISATION = "ARTbox"
RECEIPTS_NAME = "ARTbox receipts"
MAX_PEM_BYTES = 32 * 1024
BACKDATED = timedelta(hours=1)
"""How far before now a new certificate begins to be valid, for clocks that are a little slow."""

_CENTRE = re.compile(r"centre-([1-9][0-9]{0,3})\Z")


def name(common_name: str) -> x509.Name:
    """Return the subject name every certificate of the ARTbox CA has: CN and O."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def box_name(centre_no: int) -> x509.Name:
    """Return the subject name of a centre's box."""
    return name(f"centre-{centre_no}")


def common_name(certificate: x509.Certificate) -> str:
    """Return the one common name of a certificate. Errors: CertificateRefused."""
    values = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(values) != 1 or not isinstance(values[0].value, str):
        raise CertificateRefused("the certificate has no single common name")
    return values[0].value


def centre_of(certificate: x509.Certificate) -> int:
    """Return the centre number a box's certificate was issued for. Errors: CertificateRefused."""
    found = _CENTRE.match(common_name(certificate))
    if found is None:
        raise CertificateRefused("the certificate is not a box's")
    return int(found.group(1))


def is_receipts_certificate(certificate: x509.Certificate) -> bool:
    """Say whether a certificate carries the name under which the server signs receipts."""
    return certificate.subject == name(RECEIPTS_NAME)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the DER certificate as 64 lower-case hex digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def key_identity(public_key: CertificatePublicKeyTypes) -> str:
    """Return the SHA-256 (hex) of a public key's SubjectPublicKeyInfo: the same over every renewal."""
    der = public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def new_box_key() -> ec.EllipticCurvePrivateKey:
    """Return a new P-384 key."""
    return ec.generate_private_key(ec.SECP384R1())


def certificate_request(key: ec.EllipticCurvePrivateKey, centre_no: int) -> bytes:
    """Return the PEM certificate signing request of a centre's box."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(box_name(centre_no))
    return builder.sign(key, hashes.SHA384()).public_bytes(serialization.Encoding.PEM)


def parse_request(pem: str | bytes) -> x509.CertificateSigningRequest:
    """Read a box's signing request: PEM, P-384, signed by its own key. Errors: CertificateRefused."""
    try:
        request = x509.load_pem_x509_csr(_bounded(pem))
        valid = request.is_signature_valid
        public_key = request.public_key()
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise CertificateRefused("the signing request cannot be read") from error
    if not valid:
        raise CertificateRefused("the signing request is not signed by its own key")
    if not isinstance(public_key, ec.EllipticCurvePublicKey) or not isinstance(
        public_key.curve, ec.SECP384R1
    ):
        raise CertificateRefused("a box's key must be on P-384")
    return request


def parse_certificate(pem: str | bytes) -> x509.Certificate:
    """Read one PEM certificate. Errors: CertificateRefused."""
    try:
        return x509.load_pem_x509_certificate(_bounded(pem))
    except ValueError as error:
        raise CertificateRefused("the certificate cannot be read") from error


def load_certificate(path: Path) -> x509.Certificate:
    """Read one PEM certificate file. Errors: CertificateRefused."""
    try:
        return parse_certificate(path.read_bytes())
    except OSError as error:
        raise CertificateRefused(f"the certificate file {path.name} cannot be read") from error


def load_private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read an EC private key file (PEM, unencrypted). Errors: CertificateRefused."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateRefused(f"the key file {path.name} cannot be read") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificateRefused(f"the key file {path.name} holds no EC key")
    return key


def key_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """Return a private key as unencrypted PKCS#8 PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def write_file(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file durably: written beside it, synced, renamed, the directory synced."""
    partial = path.with_name(f".{path.name}.new")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as stream:
        os.fchmod(descriptor, mode)
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)
    partial.rename(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make renames inside a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_key(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    """Write a private key file that only its owner can read."""
    write_file(path, key_pem(key), mode=0o600)


def check_issued(
    certificate: x509.Certificate, ca: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> None:
    """Check that `ca` directly issued `certificate` for `key`. Errors: CertificateRefused."""
    try:
        certificate.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise CertificateRefused("the certificate was not issued by the ARTbox CA") from error
    if key_identity(certificate.public_key()) != key_identity(key.public_key()):
        raise CertificateRefused("the certificate is for another key")


def create_recipient(register: str, directory: Path, *, years: int = 5) -> tuple[Path, Path]:
    """Make a register's key pair (RSA-3072) and write `<register>.key` and `<register>.crt`.

    For development and tests; a real register makes its own. Returns (certificate, key) paths.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    subject = name(f"recipient {register}")
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_encipherment(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    )
    certificate_path, key_path = directory / f"{register}.crt", directory / f"{register}.key"
    write_key(key_path, key)
    write_file(certificate_path, certificate_pem(builder.sign(key, hashes.SHA256())))
    return certificate_path, key_path


def _key_encipherment() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _bounded(pem: str | bytes) -> bytes:
    content = pem.encode() if isinstance(pem, str) else pem
    if len(content) > MAX_PEM_BYTES:
        raise CertificateRefused("larger than any certificate")
    return content
