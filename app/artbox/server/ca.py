"""The ARTbox CA (P-384): the root every box trusts for the server's hosts, and what it issues.

It issues TLS certificates for the server's hosts, client certificates for boxes and the certificate receipts
are signed with. All keys are files of the service's own user.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from artbox.server.errors import AuthorityMissing
from artbox.server.settings import Settings
from artbox.wire import certificates
from artbox.wire.errors import CertificateRefused

AUTHORITY_NAME = "ARTbox CA"
AUTHORITY_LIFE = timedelta(days=3652)
RECEIPTS_LIFE = timedelta(days=5 * 365)
BOX_LIFE = timedelta(days=365)
TLS_LIFE = timedelta(days=365)
RENEWED_BEFORE = timedelta(days=30)

Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Authority:
    """The CA's certificate and key, and the key pair receipts are signed with (as PEM files)."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    certificate_path: Path
    receipts_certificate: Path
    receipts_key: Path

    @classmethod
    def load(cls, settings: Settings) -> "Authority":
        """Read what `initialise` made. Errors: AuthorityMissing."""
        certificate_path = settings.authority_dir / "ca.crt"
        receipts = settings.receipts_dir / "receipts.crt"
        try:
            certificate = certificates.load_certificate(certificate_path)
            key = certificates.load_private_key(settings.authority_dir / "ca.key")
            certificates.check_issued(certificate, certificate, key)
            certificates.load_certificate(receipts)
        except CertificateRefused as error:
            raise AuthorityMissing("run `artbox-server ca init` first") from error
        return cls(certificate, key, certificate_path, receipts, settings.receipts_dir / "receipts.key")

    def issue_box(self, centre_no: int, public_key: CertificatePublicKeyTypes) -> x509.Certificate:
        """Issue a box's client and signing certificate; only the key comes from the request."""
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]
        return self._issue(certificates.box_name(centre_no), public_key, BOX_LIFE, usages)

    def issue_receipts(self, public_key: CertificatePublicKeyTypes) -> x509.Certificate:
        """Issue the certificate under whose name receipts are signed."""
        name = certificates.name(certificates.RECEIPTS_NAME)
        return self._issue(name, public_key, RECEIPTS_LIFE, [ExtendedKeyUsageOID.EMAIL_PROTECTION])

    def issue_tls(
        self, names: Sequence[str], addresses: Sequence[Address], public_key: CertificatePublicKeyTypes
    ) -> x509.Certificate:
        """Issue a TLS server certificate for host names and addresses."""
        subject = certificates.name(names[0])
        usages = [ExtendedKeyUsageOID.SERVER_AUTH]
        return self._issue(subject, public_key, TLS_LIFE, usages, alternative_names(names, addresses))

    def _issue(
        self,
        subject: x509.Name,
        public_key: CertificatePublicKeyTypes,
        life: timedelta,
        usages: list[ObjectIdentifier],
        alternatives: x509.SubjectAlternativeName | None = None,
    ) -> x509.Certificate:
        builder = _builder(subject, self.certificate.subject, public_key, life)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_key_usage(digital_signature=True), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(issuer, critical=False)
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        return builder.sign(self.key, hashes.SHA384())


def initialise(settings: Settings) -> bool:
    """Make the CA and the receipts key pair where missing; say whether anything was made or renewed."""
    for directory in (settings.data_dir, settings.authority_dir, settings.receipts_dir):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    made_authority = _initialise_authority(settings.authority_dir)
    certificate = certificates.load_certificate(settings.authority_dir / "ca.crt")
    key = certificates.load_private_key(settings.authority_dir / "ca.key")
    receipts_path = settings.receipts_dir / "receipts.crt"
    authority = Authority(
        certificate,
        key,
        settings.authority_dir / "ca.crt",
        receipts_path,
        settings.receipts_dir / "receipts.key",
    )
    receipts_key = _key(authority.receipts_key)
    if _still_good(receipts_path, authority, receipts_key):
        return made_authority
    issued = authority.issue_receipts(receipts_key.public_key())
    certificates.write_file(receipts_path, certificates.certificate_pem(issued))
    return True


def issue_tls_files(
    authority: Authority, names: Sequence[str], addresses: Sequence[Address], directory: Path
) -> bool:
    """Write `server.key` and `server.crt` where missing, for other names, or soon to end; say whether.

    The key stays over renewals. Errors: OSError.
    """
    directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    key = _key(directory / "server.key")
    path = directory / "server.crt"
    if _still_good(path, authority, key) and _alternatives(path) == alternative_names(names, addresses):
        return False
    issued = authority.issue_tls(names, addresses, key.public_key())
    certificates.write_file(path, certificates.certificate_pem(issued))
    return True


def alternative_names(names: Sequence[str], addresses: Sequence[Address]) -> x509.SubjectAlternativeName:
    """Return host names and addresses as the certificate holds them."""
    hosts = [x509.DNSName(name) for name in names]
    return x509.SubjectAlternativeName([*hosts, *(x509.IPAddress(address) for address in addresses)])


def _initialise_authority(directory: Path) -> bool:
    key = _key(directory / "ca.key")
    path = directory / "ca.crt"
    if path.exists():
        return False
    subject = certificates.name(AUTHORITY_NAME)
    builder = _builder(subject, subject, key.public_key(), AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
    certificates.write_file(path, certificates.certificate_pem(builder.sign(key, hashes.SHA384())))
    return True


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    if path.exists():
        return certificates.load_private_key(path)
    key = certificates.new_box_key()
    certificates.write_key(path, key)
    return key


def _still_good(path: Path, authority: Authority, key: ec.EllipticCurvePrivateKey) -> bool:
    try:
        certificate = certificates.load_certificate(path)
        certificates.check_issued(certificate, authority.certificate, key)
    except CertificateRefused:
        return False
    return certificate.not_valid_after_utc - datetime.now(UTC) > RENEWED_BEFORE


def _alternatives(path: Path) -> x509.SubjectAlternativeName | None:
    try:
        extensions = certificates.load_certificate(path).extensions
        return extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: CertificatePublicKeyTypes, life: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - certificates.BACKDATED)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _key_usage(*, digital_signature: bool = False, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
