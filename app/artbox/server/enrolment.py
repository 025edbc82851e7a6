"""Enrolment: one-time codes, bound to a centre, and the certificate a box gets for one."""

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cryptography import x509
from sqlalchemy import Connection, Engine, Row, insert, select, update

from artbox.server import audit, store
from artbox.server.ca import Authority
from artbox.server.errors import BoxRevoked, CentreMismatch, CodeExpired, CodeUnknown, CodeUsed
from artbox.wire import certificates
from artbox.wire import enrolment as wire
from artbox.wire.errors import EnrolmentMalformed

CodeState = Literal["open", "used", "expired"]


@dataclass(frozen=True)
class Code:
    """What is known of a code; the code itself is shown once and kept only as a hash."""

    id: int
    centre_no: int
    created_at: datetime
    expires_at: datetime
    state: CodeState
    box_id: str | None


class Enrolment:
    """Creates codes and exchanges them for certificates."""

    def __init__(self, engine: Engine, authority: Authority, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._authority = authority
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def create_code(self, centre_no: int, *, valid: timedelta) -> str:
        """Make a one-time code for a centre (1 to 9999) and return it in its written form."""
        if not 1 <= centre_no <= 9999:
            raise EnrolmentMalformed("a centre number lies between 1 and 9999")
        code, now = wire.new_code(), self._clock()
        row = {"code_hash": _hash(code), "centre_no": centre_no, "created_at": now, "expires_at": now + valid}
        with self._engine.begin() as connection:
            connection.execute(insert(store.codes).values(**row))
        return code

    def codes(self) -> list[Code]:
        """Return every code's fate, newest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(store.codes).order_by(store.codes.c.id.desc())).all()
        return [self._code(row) for row in rows]

    def enrol(self, request: wire.EnrolmentRequest) -> wire.EnrolmentAnswer:
        """Exchange a code for a certificate; the same code and key again get the same certificate.

        Errors: CodeUnknown, CodeUsed, CodeExpired, CentreMismatch, BoxRevoked, CertificateRefused.
        """
        signing_request = certificates.parse_request(request.csr)
        key_identity = certificates.key_identity(signing_request.public_key())
        with self._one_at_a_time, self._engine.begin() as connection:
            code = self._find(connection, request.code)
            if code.centre_no != request.centre_no:
                raise CentreMismatch("the code was made for another centre")
            box = self._box(connection, key_identity)
            if code.used_at is not None:
                if box is None or box.box_id != code.box_id:
                    raise CodeUsed("the code was used before")
                return self._answer(box.certificate, box.box_id)
            if self._clock() >= code.expires_at:
                raise CodeExpired("the code is no longer valid")
            if box is not None and box.centre_no != code.centre_no:
                raise CentreMismatch("this key is enrolled for another centre")
            answer = self._issue(connection, code, box, signing_request, key_identity)
        audit.record("box-enrolled", box_id=answer.box_id, centre_no=request.centre_no)
        return answer

    def _find(self, connection: Connection, typed: str) -> Row[tuple[object, ...]]:
        try:
            code_hash = _hash(typed)
        except EnrolmentMalformed as error:
            raise CodeUnknown("not a code") from error
        row = connection.execute(select(store.codes).where(store.codes.c.code_hash == code_hash)).first()
        if row is None:
            raise CodeUnknown("there is no such code")
        return row

    def _box(self, connection: Connection, key_identity: str) -> Row[tuple[object, ...]] | None:
        table = store.boxes
        row = connection.execute(select(table).where(table.c.key_identity == key_identity)).first()
        if row is not None and row.revoked_at is not None:
            raise BoxRevoked("this box's access was withdrawn")
        return row

    def _issue(
        self,
        connection: Connection,
        code: Row[tuple[object, ...]],
        box: Row[tuple[object, ...]] | None,
        request: x509.CertificateSigningRequest,
        key_identity: str,
    ) -> wire.EnrolmentAnswer:
        certificate = self._authority.issue_box(code.centre_no, request.public_key())
        pem = certificates.certificate_pem(certificate).decode()
        values = {"certificate": pem, "certificate_expires": certificate.not_valid_after_utc}
        now, table = self._clock(), store.boxes
        if box is None:
            box_id = f"box-{secrets.token_hex(5)}"
            row = {"box_id": box_id, "centre_no": code.centre_no, "key_identity": key_identity, **values}
            connection.execute(insert(table).values(enrolled_at=now, **row))
        else:
            box_id = box.box_id
            connection.execute(update(table).where(table.c.box_id == box_id).values(**values))
        use = update(store.codes).where(store.codes.c.id == code.id, store.codes.c.used_at.is_(None))
        if connection.execute(use.values(used_at=now, box_id=box_id)).rowcount != 1:
            raise CodeUsed("the code was used at the same moment")
        return self._answer(pem, box_id)

    def _answer(self, certificate: str, box_id: str) -> wire.EnrolmentAnswer:
        authority = certificates.certificate_pem(self._authority.certificate).decode()
        return wire.EnrolmentAnswer(certificate, authority, box_id)

    def _code(self, row: Row[tuple[object, ...]]) -> Code:
        state: CodeState = "open" if self._clock() < row.expires_at else "expired"
        if row.used_at is not None:
            state = "used"
        return Code(row.id, row.centre_no, row.created_at, row.expires_at, state, row.box_id)


def _hash(typed: str) -> str:
    return hashlib.sha256(b"artbox/v1/enrolment-code:" + wire.normalise_code(typed).encode()).hexdigest()
