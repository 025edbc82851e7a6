"""The life of an enrolment code, over HTTP as a box sees it."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from httpx import Response

from artbox.server.application import Application
from artbox.server.settings import Settings
from artbox.server.throttle import PER_ADDRESS
from artbox.wire import certificates, enrolment
from artbox.wire.enrolment import EnrolmentAnswer, EnrolmentRequest

from .conftest import Clock

Key = ec.EllipticCurvePrivateKey


@pytest.fixture
def key() -> Key:
    return certificates.new_box_key()


@pytest.fixture
def code(application: Application) -> str:
    return application.enrolment.create_code(123, valid=timedelta(hours=72))


def enrol(
    client: TestClient, code: str, key: Key, *, centre_no: int = 123, address: str = "192.0.2.1"
) -> Response:
    csr = certificates.certificate_request(key, centre_no).decode()
    body = EnrolmentRequest(code, centre_no, csr).to_json()
    answer: Response = client.post("/v1/enrolments", json=body, headers={"X-Real-IP": address})
    return answer


def reason(response: Response) -> str:
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["title"]
    return str(problem["type"]).removeprefix("urn:artbox:problem:")


def test_a_code_is_exchanged_for_a_certificate_of_the_box_s_own_key(
    client: TestClient, code: str, key: Key, settings: Settings
) -> None:
    response = enrol(client, code, key)
    assert response.status_code == 201
    answer = EnrolmentAnswer.from_json(response.json())
    certificate = certificates.parse_certificate(answer.certificate)
    authority = certificates.parse_certificate(answer.ca)
    certificates.check_issued(certificate, authority, key)
    assert certificates.centre_of(certificate) == 123
    assert answer.ca == (settings.authority_dir / "ca.crt").read_text()


def test_the_code_may_be_typed_as_people_type(client: TestClient, code: str, key: Key) -> None:
    assert enrol(client, f" {code.lower().replace('-', ' ')} ", key).status_code == 201


def test_a_lost_answer_is_given_again(client: TestClient, code: str, key: Key, clock: Clock) -> None:
    first = enrol(client, code, key)
    clock.advance(timedelta(days=30))
    again = enrol(client, code, key)
    assert again.status_code == 201
    assert again.json() == first.json()


def test_a_code_is_used_once(client: TestClient, code: str, key: Key) -> None:
    enrol(client, code, key)
    response = enrol(client, code, certificates.new_box_key())
    assert (response.status_code, reason(response)) == (403, "code-used")


def test_a_code_expires(client: TestClient, code: str, key: Key, clock: Clock) -> None:
    clock.advance(timedelta(hours=72))
    response = enrol(client, code, key)
    assert (response.status_code, reason(response)) == (403, "code-expired")


def test_a_code_is_bound_to_its_centre(client: TestClient, code: str, key: Key) -> None:
    response = enrol(client, code, key, centre_no=124)
    assert (response.status_code, reason(response)) == (403, "centre-mismatch")
    assert enrol(client, code, key).status_code == 201


@pytest.mark.parametrize("typed", ["0000-0000-0000", "", "no code", "x" * 1000])
def test_other_codes_are_unknown(client: TestClient, typed: str, key: Key) -> None:
    response = enrol(client, typed, key)
    assert (response.status_code, reason(response)) == (403, "code-unknown")


def test_the_certificate_is_for_the_code_s_centre_whatever_the_request_names(
    client: TestClient, code: str, key: Key
) -> None:
    csr = certificates.certificate_request(key, 999).decode()
    body = EnrolmentRequest(code, 123, csr).to_json()
    answer = EnrolmentAnswer.from_json(client.post("/v1/enrolments", json=body).json())
    assert certificates.centre_of(certificates.parse_certificate(answer.certificate)) == 123


def test_the_same_key_with_a_new_code_stays_the_same_box(
    client: TestClient, application: Application, code: str, key: Key
) -> None:
    first = enrol(client, code, key).json()
    second = enrol(client, application.enrolment.create_code(123, valid=timedelta(hours=1)), key).json()
    assert second["box_id"] == first["box_id"]
    assert second["certificate"] != first["certificate"]
    assert len(application.boxes.all()) == 1


def test_a_key_does_not_change_its_centre(
    client: TestClient, application: Application, code: str, key: Key
) -> None:
    enrol(client, code, key)
    other = application.enrolment.create_code(124, valid=timedelta(hours=1))
    assert reason(enrol(client, other, key, centre_no=124)) == "centre-mismatch"


def test_a_revoked_box_gets_nothing(
    client: TestClient, application: Application, code: str, key: Key
) -> None:
    application.boxes.revoke(enrol(client, code, key).json()["box_id"])
    assert reason(enrol(client, code, key)) == "box-revoked"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 10_000, b'{"code": "x"}', b"\xff"])
def test_what_is_no_request_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/enrolments", content=body)
    assert (response.status_code, reason(response)) == (400, "enrolment-malformed")


def test_a_damaged_signing_request_uses_up_nothing(client: TestClient, code: str, key: Key) -> None:
    body = EnrolmentRequest(code, 123, "x").to_json()
    response = client.post("/v1/enrolments", json=body)
    assert (response.status_code, reason(response)) == (400, "certificate-refused")
    assert enrol(client, code, key).status_code == 201


def test_a_large_body_is_refused(client: TestClient) -> None:
    response = client.post("/v1/enrolments", content=b" " * 20_000)
    assert (response.status_code, reason(response)) == (413, "body-too-large")


def test_guessing_is_slowed_down_per_address(client: TestClient, code: str, key: Key) -> None:
    for _ in range(PER_ADDRESS):
        assert enrol(client, "0000-0000-0000", key).status_code == 403
    response = enrol(client, code, key)
    assert (response.status_code, reason(response)) == (429, "too-many-attempts")
    assert 0 < int(response.headers["Retry-After"]) <= 901
    assert enrol(client, code, key, address="192.0.2.2").status_code == 201


def test_the_list_of_codes_tells_their_fate_and_never_the_code(
    client: TestClient, application: Application, code: str, key: Key, clock: Clock
) -> None:
    box_id = enrol(client, code, key).json()["box_id"]
    application.enrolment.create_code(124, valid=timedelta(hours=1))
    application.enrolment.create_code(125, valid=timedelta(hours=100))
    clock.advance(timedelta(hours=2))
    codes = application.enrolment.codes()
    assert [(code.centre_no, code.state, code.box_id) for code in codes] == [
        (125, "open", None),
        (124, "expired", None),
        (123, "used", box_id),
    ]


def test_no_code_and_no_key_is_stored_or_logged(
    client: TestClient, code: str, key: Key, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    enrol(client, code, key)
    enrol(client, code, certificates.new_box_key())
    logged = "".join(capfd.readouterr())
    assert '"event": "box-enrolled"' in logged
    assert '"event": "code-refused"' in logged
    stored = b"".join(path.read_bytes() for path in settings.data_dir.glob("server.db*"))
    for form in (code, enrolment.normalise_code(code)):
        assert form not in logged
        assert form.encode() not in stored
    assert "BEGIN" not in logged
    assert b"PRIVATE" not in stored
