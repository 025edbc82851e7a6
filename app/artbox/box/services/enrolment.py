"""Getting the box its identity from the server with a one-time code."""

import threading
from pathlib import Path

from artbox.box.adapters.identity import Identity
from artbox.box.adapters.server_client import ServerClient, ServerTrouble
from artbox.box.domain.enrolled import EnrolmentStatus
from artbox.box.errors import CentreNumberInvalid, EnrolmentRefused
from artbox.wire import certificates
from artbox.wire.enrolment import EnrolmentAnswer, EnrolmentRequest, ProblemType, normalise_code, written_code
from artbox.wire.errors import CertificateRefused, EnrolmentMalformed

HIGHEST_CENTRE = 9999
_REASONS: dict[str, str] = {kind.value: kind.reason for kind in ProblemType}


class Enrolment:
    """Makes the box's key and fetches its certificate."""

    def __init__(self, identity: Identity, client: ServerClient, ca_certificate: Path) -> None:
        self._identity = identity
        self._client = client
        self._ca_certificate = ca_certificate
        self._enrolling = threading.Lock()

    def status(self) -> EnrolmentStatus | None:
        """Who the box is; None before enrolment."""
        return self._identity.status()

    def enrol(self, code: str, centre_no: int) -> EnrolmentStatus:
        """Exchange the one-time code for a certificate and keep it; the same key serves every retry.

        Raise EnrolmentRefused(reason) or CentreNumberInvalid.
        """
        if not 1 <= centre_no <= HIGHEST_CENTRE:
            raise CentreNumberInvalid
        try:
            typed = written_code(normalise_code(code))
        except EnrolmentMalformed as error:
            raise EnrolmentRefused(reason="code-unknown") from error
        with self._enrolling:
            try:
                csr = certificates.certificate_request(self._identity.key(), centre_no).decode("ascii")
                answer = self._ask(EnrolmentRequest(typed, centre_no, csr))
                self._identity.keep(answer, centre_no, self._ca_certificate)
            except (CertificateRefused, EnrolmentMalformed) as error:
                raise EnrolmentRefused(reason="answer-invalid") from error
            status = self._identity.status()
        if status is None:
            raise EnrolmentRefused(reason="answer-invalid")
        return status

    def _ask(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        try:
            return self._client.enrol(request)
        except ServerTrouble as trouble:
            reason = _REASONS.get(trouble.problem or "", "answer-invalid")
            if trouble.reason != "refused" and trouble.problem not in _REASONS:
                reason = trouble.reason
            fields = {} if trouble.issuer is None else {"issuer": trouble.issuer}
            raise EnrolmentRefused(reason=reason, **fields) from trouble
