"""The server client against a real server, an interceptor, and nobody."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from artbox.box.adapters.identity import Identity
from artbox.box.adapters.server_client import MAX_ANSWER_BYTES, ServerClient, ServerTrouble
from artbox.box.settings import ServiceAddress, Services, Settings
from artbox.server import ca
from artbox.server.settings import Settings as ServerSettings
from artbox.wire import certificates
from artbox.wire.enrolment import EnrolmentRequest
from tests.box.real_parts import MANAGE, Box, Server, free_port

REQUEST = EnrolmentRequest("ABCD-EFGH-JKMN", 123, "no request")


def at(service: ServiceAddress) -> Services:
    return Services(service, service, service)


@contextmanager
def answering(tls: Path, status: int, body: bytes) -> Iterator[tuple[int, list[str]]]:
    """Answer every POST over TLS with the same; note the Host of each."""
    hosts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            hosts.append(self.headers["Host"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "server.crt", tls / "server.key")
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield int(listening.server_address[1]), hosts
    listening.shutdown()
    listening.server_close()


def authority(directory: Path) -> ca.Authority:
    settings = ServerSettings(directory, "sqlite://")
    ca.initialise(settings)
    return ca.Authority.load(settings)


def test_the_name_stays_while_the_connection_goes_elsewhere(tmp_path: Path) -> None:
    own = authority(tmp_path / "own")
    ca.issue_tls_files(own, [MANAGE], [], tmp_path / "tls")
    answer = b'{"certificate": "c", "ca": "a", "box_id": "b"}'
    with answering(tmp_path / "tls", 201, answer) as (port, hosts):
        service = ServiceAddress(MANAGE, port, "127.0.0.1")
        assert ServerClient(at(service), own.certificate_path).enrol(REQUEST).box_id == "b"
    assert hosts == [f"{MANAGE}:{port}"]


def test_a_foreign_certificate_is_called_interception(tmp_path: Path) -> None:
    own, foreign = authority(tmp_path / "own"), authority(tmp_path / "foreign")
    ca.issue_tls_files(foreign, [MANAGE], [], tmp_path / "tls")
    with answering(tmp_path / "tls", 201, b"{}") as (port, hosts):
        client = ServerClient(at(ServiceAddress(MANAGE, port, "127.0.0.1")), own.certificate_path)
        with pytest.raises(ServerTrouble) as trouble:
            client.enrol(REQUEST)
    assert trouble.value.reason == "intercepted"
    assert trouble.value.issuer == foreign.certificate.subject.rfc4514_string()
    assert trouble.value.reached is False
    assert hosts == []


def test_our_own_certificate_for_another_name_is_no_interception(tmp_path: Path) -> None:
    own = authority(tmp_path / "own")
    ca.issue_tls_files(own, ["other.example.org"], [], tmp_path / "tls")
    with answering(tmp_path / "tls", 201, b"{}") as (port, hosts):
        client = ServerClient(at(ServiceAddress(MANAGE, port, "127.0.0.1")), own.certificate_path)
        with pytest.raises(ServerTrouble) as trouble:
            client.enrol(REQUEST)
    assert trouble.value.reason == "server-unreachable"
    assert hosts == []


def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    own = authority(tmp_path / "own")
    client = ServerClient(at(ServiceAddress(MANAGE, free_port(), "127.0.0.1")), own.certificate_path)
    with pytest.raises(ServerTrouble) as trouble:
        client.enrol(REQUEST)
    assert (trouble.value.reason, trouble.value.reached) == ("server-unreachable", False)


@pytest.mark.parametrize(
    ("status", "body", "reason", "problem"),
    [
        (403, b'{"type": "urn:artbox:problem:code-used"}', "refused", "urn:artbox:problem:code-used"),
        (403, b"<html>", "refused", None),
        (302, b"{}", "refused", None),
        (503, b"{}", "server-unreachable", None),
        (200, b"no json", "refused", None),
        (200, b"[" * 5000, "refused", None),
        (200, b"x" * (MAX_ANSWER_BYTES + 1), "refused", None),
    ],
)
def test_answers_are_judged(
    tmp_path: Path, status: int, body: bytes, reason: str, problem: str | None
) -> None:
    own = authority(tmp_path / "own")
    ca.issue_tls_files(own, [MANAGE], [], tmp_path / "tls")
    with answering(tmp_path / "tls", status, body) as (port, _):
        client = ServerClient(at(ServiceAddress(MANAGE, port, "127.0.0.1")), own.certificate_path)
        with pytest.raises(ServerTrouble) as trouble:
            client.enrol(REQUEST)
    assert (trouble.value.reason, trouble.value.problem) == (reason, problem)
    assert trouble.value.reached is True


def test_a_package_without_our_certificate_is_refused(box: Box, server: Server, tmp_path: Path) -> None:
    """A box with a certificate of another authority gets no further than TLS or the server's check."""
    foreign = authority(tmp_path / "foreign")
    key = certificates.new_box_key()
    signer = Identity(tmp_path / "identity").signer
    signer.certificate.parent.mkdir()
    certificates.write_key(signer.key, key)
    issued = foreign.issue_box(box.centre_no, key.public_key())
    certificates.write_file(signer.certificate, certificates.certificate_pem(issued))
    package = tmp_path / f"{box.centre_no:04d}-DIR-000001.tgz"
    package.write_bytes(b"no package")
    settings: Settings = replace(box.settings)
    with pytest.raises(ServerTrouble) as trouble:
        ServerClient(settings.services, server.ca_certificate).send_package(package, signer)
    assert trouble.value.reason == "refused"
