"""The ARTbox-Server as the box sees it: enrolment, and packages with mutual TLS.

Trusts the ARTbox CA and no other, so that a foreign certificate shows as interception. With an `address` the
connection goes there, while TLS name and Host stay those of the documented host.
"""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from artbox.box.settings import ServiceAddress, Services
from artbox.wire.enrolment import PATH as ENROLMENT_PATH
from artbox.wire.enrolment import EnrolmentAnswer, EnrolmentRequest
from artbox.wire.packages import MEDIA_TYPE, NAME_HEADER, Signer

PACKAGES_PATH = "/v1/packages"
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 120.0
MAX_ANSWER_BYTES = 2 * 1024 * 1024


class ServerTrouble(Exception):
    """The server gave no usable answer.

    `reason`: server-unreachable | intercepted | refused. `reached`: whether the request may have got there.
    `issuer`: of the foreign certificate. `problem`: the server's problem type, `status` its HTTP status.
    """

    def __init__(
        self,
        reason: str,
        *,
        reached: bool,
        issuer: str | None = None,
        problem: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.reached = reached
        self.issuer = issuer
        self.problem = problem
        self.status = status


@dataclass(frozen=True)
class ServerClient:
    """Requests to the documented services, each over a connection of its own."""

    services: Services
    ca_certificate: Path

    def enrol(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        """Exchange a one-time code; raise ServerTrouble or EnrolmentMalformed."""
        body = json.dumps(request.to_json()).encode("utf-8")
        headers = {"Content-Type": "application/json"}
        answer = self._post(self.services.enrolment, ENROLMENT_PATH, body, headers, None)
        return EnrolmentAnswer.from_json(answer)

    def send_package(self, package: Path, signer: Signer) -> Any:
        """Deliver a package file and return the server's JSON answer, not yet judged; raise ServerTrouble."""
        headers = {
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(package.stat().st_size),
            NAME_HEADER: package.name,
        }
        with package.open("rb") as content:
            return self._post(self.services.intake, PACKAGES_PATH, content, headers, signer)

    def _post(
        self,
        service: ServiceAddress,
        path: str,
        content: Any,
        headers: dict[str, str],
        signer: Signer | None,
    ) -> Any:
        url = f"https://{service.address or service.host}:{service.port}{path}"
        headers = headers | {"Host": _host_header(service)}
        with self._client(signer) as client, self._troubles(service):
            request = client.build_request(
                "POST", url, content=content, headers=headers, extensions={"sni_hostname": service.host}
            )
            response = client.send(request, stream=True)
            try:
                return _judged(response, _bounded(response))
            finally:
                response.close()

    def _client(self, signer: Signer | None) -> httpx.Client:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(cafile=str(self.ca_certificate))
        if signer is not None:
            context.load_cert_chain(signer.certificate, signer.key)
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        return httpx.Client(verify=context, timeout=timeout, trust_env=False, follow_redirects=False)

    @contextmanager
    def _troubles(self, service: ServiceAddress) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError as error:
            issuer = self._foreign_issuer(service) if _distrusted(error) else None
            reason = "server-unreachable" if issuer is None else "intercepted"
            raise ServerTrouble(reason, reached=False, issuer=issuer) from error
        except httpx.ConnectTimeout as error:
            raise ServerTrouble("server-unreachable", reached=False) from error
        except httpx.HTTPError as error:
            raise ServerTrouble("server-unreachable", reached=True) from error

    def _foreign_issuer(self, service: ServiceAddress) -> str | None:
        """Return the issuer of what answers at the server's place; None when the ARTbox CA issued it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        place = (service.address or service.host, service.port)
        try:
            with (
                socket.create_connection(place, timeout=CONNECT_SECONDS) as plain,
                context.wrap_socket(plain, server_hostname=service.host) as connection,
            ):
                seen = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
        except (OSError, ValueError):
            return None
        try:
            seen.verify_directly_issued_by(x509.load_pem_x509_certificate(self.ca_certificate.read_bytes()))
        except (ValueError, TypeError, InvalidSignature):
            return seen.issuer.rfc4514_string()[:200]
        return None


def _host_header(service: ServiceAddress) -> str:
    return service.host if service.port == 443 else f"{service.host}:{service.port}"


def _distrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _bounded(response: httpx.Response) -> bytes:
    received = b""
    for piece in response.iter_bytes():
        received += piece
        if len(received) > MAX_ANSWER_BYTES:
            raise ServerTrouble("refused", reached=True, status=response.status_code)
    return received


def _judged(response: httpx.Response, body: bytes) -> Any:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if response.is_success and answer is not None:
        return answer
    problem = answer.get("type") if isinstance(answer, dict) else None
    unavailable = response.status_code >= 500 or response.status_code == 429
    raise ServerTrouble(
        "server-unreachable" if unavailable else "refused",
        reached=True,
        problem=problem if isinstance(problem, str) else None,
        status=response.status_code,
    )
