"""A small certificate authority of the tests' own, a box's identity under it, and a recipient."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from artbox.wire import certificates
from artbox.wire.packages import PackageFile, PackageHead, Signer, write_package

NOW = datetime.now(UTC).replace(microsecond=0)
RECORDS = [{"patient": "p1", "größe": 3}, {"patient": "p2", "größe": 4}]


@dataclass(frozen=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    path: Path

    def issue(
        self,
        name: str,
        directory: Path,
        *,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
        until: datetime = NOW + timedelta(days=30),
    ) -> Signer:
        key = certificates.new_box_key()
        certificate = (
            x509.CertificateBuilder(
                certificates.load_certificate(self.path).subject,
                certificates.name(name),
                key.public_key(),
                x509.random_serial_number(),
                NOW - timedelta(days=2),
                until,
            )
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .sign(self.key, hashes.SHA384())
        )
        signer = Signer(directory / f"{name}.crt", directory / f"{name}.key")
        certificates.write_file(signer.certificate, certificates.certificate_pem(certificate))
        certificates.write_key(signer.key, key)
        return signer


def new_authority(directory: Path, name: str = "test CA") -> Authority:
    key = certificates.new_box_key()
    subject = certificates.name(name)
    certificate = (
        x509.CertificateBuilder(
            subject, subject, key.public_key(), 1, NOW - timedelta(days=2), NOW + timedelta(days=90)
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA384())
    )
    path = directory / f"{name}.crt"
    certificates.write_file(path, certificates.certificate_pem(certificate))
    return Authority(key, path)


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def authority(keys_dir: Path) -> Authority:
    return new_authority(keys_dir)


@pytest.fixture(scope="session")
def stranger(keys_dir: Path) -> Authority:
    """Another authority with the same name."""
    directory = keys_dir / "stranger"
    directory.mkdir()
    return new_authority(directory)


@pytest.fixture(scope="session")
def box(authority: Authority, keys_dir: Path) -> Signer:
    return authority.issue("centre-123", keys_dir)


@pytest.fixture(scope="session")
def recipient(keys_dir: Path) -> tuple[Path, Path]:
    return certificates.create_recipient("DIR", keys_dir)


@pytest.fixture
def write(tmp_path: Path, box: Signer, recipient: tuple[Path, Path]) -> Callable[..., PackageFile]:
    def write(sequence: int = 1, signer: Signer = box, records: object = RECORDS) -> PackageFile:
        head = PackageHead(123, "DIR", sequence, "pseudonymised", "2026.1", NOW)
        return write_package(tmp_path, head, records, recipient=recipient[0], signer=signer)  # type: ignore[arg-type]

    return write
