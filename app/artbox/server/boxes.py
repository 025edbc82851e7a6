"""Which boxes exist, and which box a connection comes from, by the key of its client certificate."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from sqlalchemy import Engine, Row, select, update

from artbox.server import store
from artbox.server.ca import Authority
from artbox.server.errors import BoxRevoked, BoxUnknown, ClientCertificateRequired
from artbox.wire import certificates
from artbox.wire.errors import CertificateRefused

MAX_HEADER_CHARACTERS = 16 * 1024


@dataclass(frozen=True)
class Box:
    """An enrolled box; `key_identity` is the SHA-256 of its public key."""

    box_id: str
    centre_no: int
    key_identity: str
    certificate: str
    certificate_expires: datetime
    enrolled_at: datetime
    revoked_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "Box":
        """Read a row of the table `boxes`."""
        return cls(**row._mapping)


class Boxes:
    """The boxes in the database."""

    def __init__(self, engine: Engine, authority: Authority, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._authority = authority
        self._clock = clock

    def identify(self, verified: str | None, escaped_certificate: str | None) -> Box:
        """Return the box behind a connection, from the two headers nginx sets.

        nginx has verified chain and time; chain and name are checked again, as they cost nothing.
        Errors: ClientCertificateRequired, BoxUnknown, BoxRevoked.
        """
        if (
            verified != "SUCCESS"
            or not escaped_certificate
            or len(escaped_certificate) > MAX_HEADER_CHARACTERS
        ):
            raise ClientCertificateRequired("a client certificate of the ARTbox CA is required")
        try:
            certificate = certificates.parse_certificate(unquote(escaped_certificate))
            certificate.verify_directly_issued_by(self._authority.certificate)
            centre_no = certificates.centre_of(certificate)
        except (CertificateRefused, ValueError, TypeError, InvalidSignature) as error:
            raise ClientCertificateRequired("not a box's certificate of the ARTbox CA") from error
        box = self.by_key(certificates.key_identity(certificate.public_key()))
        if box is None or box.centre_no != centre_no:
            raise BoxUnknown("no box is enrolled with this key")
        if box.revoked_at is not None:
            raise BoxRevoked("this box's access was withdrawn")
        return box

    def by_key(self, key_identity: str) -> Box | None:
        """Find a box by its public key."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(store.boxes).where(store.boxes.c.key_identity == key_identity)
            ).first()
        return None if row is None else Box.from_row(row)

    def all(self) -> list[Box]:
        """Return every box, by centre."""
        order = (store.boxes.c.centre_no, store.boxes.c.enrolled_at)
        with self._engine.connect() as connection:
            return [Box.from_row(row) for row in connection.execute(select(store.boxes).order_by(*order))]

    def revoke(self, box_id: str) -> None:
        """Withdraw a box's access; doing it again changes nothing. Errors: BoxUnknown."""
        table = store.boxes
        change = update(table).where(table.c.box_id == box_id, table.c.revoked_at.is_(None))
        with self._engine.begin() as connection:
            if connection.execute(select(table.c.box_id).where(table.c.box_id == box_id)).first() is None:
                raise BoxUnknown(f"there is no box {box_id}")
            connection.execute(change.values(revoked_at=self._clock()))
