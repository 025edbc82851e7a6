"""The box's own key and certificate: outside the vault, readable by the service alone, replaced atomically.

`centre.json` is written last; without it, or when it does not fit the certificate, the box is not enrolled.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from artbox.box.domain.enrolled import EnrolmentStatus
from artbox.wire import certificates
from artbox.wire.enrolment import EnrolmentAnswer
from artbox.wire.errors import CertificateRefused
from artbox.wire.packages import Signer

MAX_CENTRE_BYTES = 4096


class Identity:
    """The files `box.key`, `box.crt`, `ca.crt` and `centre.json` of one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key = directory / "box.key"
        self._certificate = directory / "box.crt"
        self._ca = directory / "ca.crt"
        self._centre = directory / "centre.json"

    @property
    def signer(self) -> Signer:
        """Certificate and key as files, for signing and for mutual TLS."""
        return Signer(self._certificate, self._key)

    def key(self) -> ec.EllipticCurvePrivateKey:
        """Return the box's key; the first call makes it. Raise CertificateRefused when it cannot be read."""
        if not self._key.exists():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            certificates.write_key(self._key, certificates.new_box_key())
        return certificates.load_private_key(self._key)

    def keep(self, answer: EnrolmentAnswer, centre_no: int, ca_certificate: Path) -> None:
        """Check the server's answer against the trusted CA and keep it; raise CertificateRefused."""
        ca = certificates.load_certificate(ca_certificate)
        certificate = certificates.parse_certificate(answer.certificate)
        certificates.check_issued(certificate, ca, self.key())
        if certificates.centre_of(certificate) != centre_no:
            raise CertificateRefused("the certificate is for another centre")
        members = {"centre_no": centre_no, "box_id": answer.box_id}
        before = self.status()
        if before is None or before.centre_no != centre_no:
            self._centre.unlink(missing_ok=True)
        for path, content in (
            (self._certificate, certificates.certificate_pem(certificate)),
            (self._ca, certificates.certificate_pem(ca)),
            (self._centre, json.dumps(members).encode("utf-8")),
        ):
            certificates.write_file(path, content, mode=0o600)

    def status(self) -> EnrolmentStatus | None:
        """Return who the box is; None when it is not enrolled or the files do not fit together."""
        try:
            with self._centre.open("rb") as stream:
                members = json.loads(stream.read(MAX_CENTRE_BYTES))
            certificate = certificates.load_certificate(self._certificate)
            centre_no = certificates.centre_of(certificate)
            if members["centre_no"] != centre_no or not self._key.exists():
                return None
            expires: datetime = certificate.not_valid_after_utc
            return EnrolmentStatus(centre_no, str(members["box_id"]), expires.astimezone(UTC))
        except (OSError, ValueError, KeyError, TypeError, CertificateRefused):
            return None
