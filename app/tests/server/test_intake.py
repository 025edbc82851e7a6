"""Packages over HTTP: stored once and unopened, certified once, and refused for each thing that is wrong."""

import gzip
import json
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from artbox.server.application import Application
from artbox.server.settings import Settings
from artbox.wire import certificates
from artbox.wire.packages import MAX_PACKAGE_BYTES, PackageFile, Signer, member_header
from artbox.wire.receipts import SignedReceipt, verify_receipt

from .conftest import Clock, EnrolledBox, headers_for
from .test_enrolment import reason

Pack = Callable[..., PackageFile]


def send(
    client: TestClient,
    box: EnrolledBox,
    package: PackageFile,
    *,
    name: str | None = None,
    content: bytes | None = None,
) -> Response:
    headers = {**box.headers, "X-Package-Name": package.name if name is None else name}
    body = package.path.read_bytes() if content is None else content
    answer: Response = client.post("/v1/packages", content=body, headers=headers)
    return answer


def stored_files(settings: Settings) -> list[Path]:
    """Everything that lies among the packages or on its way to them."""
    roots = (settings.packages_dir, settings.incoming_dir)
    return [path for root in roots for path in root.rglob("*") if path.is_file()]


def test_a_package_is_stored_unopened_and_certified(
    client: TestClient,
    application: Application,
    settings: Settings,
    box: EnrolledBox,
    pack: Pack,
    clock: Clock,
) -> None:
    package = pack(box)
    response = send(client, box, package)
    assert response.status_code == 201
    receipt = verify_receipt(
        SignedReceipt.from_answer(response.json()), application.authority.certificate_path
    )
    assert receipt.is_for(package.sha256, "DIR", 1)
    assert (receipt.accepted, receipt.rejected, receipt.received_at) == (1, (), clock.now)
    [path] = stored_files(settings)
    assert path == application.intake.path_of(package.sha256)
    assert path.parent == settings.packages_dir / "0123" / "DIR"
    assert path.read_bytes() == package.path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_openssl_verifies_the_receipt_and_the_recipient_opens_what_was_stored(
    client: TestClient,
    application: Application,
    settings: Settings,
    box: EnrolledBox,
    pack: Pack,
    recipient: tuple[Path, Path],
    tmp_path: Path,
) -> None:
    signed = SignedReceipt.from_answer(send(client, box, pack(box)).json())
    (tmp_path / "receipt.json").write_bytes(signed.document)
    (tmp_path / "receipt.cms").write_bytes(signed.signature)
    verify = ["/usr/bin/openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in"]
    verify += [str(tmp_path / "receipt.cms"), "-content", str(tmp_path / "receipt.json"), "-CAfile"]
    subprocess.run([*verify, str(application.authority.certificate_path)], check=True, capture_output=True)
    with tarfile.open(stored_files(settings)[0]) as archive:
        content = archive.extractfile("content.cms").read()  # type: ignore[union-attr]
    decrypt = ["/usr/bin/openssl", "cms", "-decrypt", "-inform", "DER", "-inkey", str(recipient[1])]
    done = subprocess.run(decrypt, input=content, check=True, capture_output=True)
    assert json.loads(gzip.decompress(done.stdout)) == {"cycle": 1}


def test_a_repeated_package_gets_the_same_receipt_byte_for_byte(
    client: TestClient, settings: Settings, box: EnrolledBox, pack: Pack
) -> None:
    package = pack(box)
    first, again = send(client, box, package), send(client, box, package)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(stored_files(settings)) == 1


def test_the_same_package_ten_times_at_once_is_stored_once(
    client: TestClient, settings: Settings, box: EnrolledBox, pack: Pack
) -> None:
    package = pack(box)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: send(client, box, package), range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert len(stored_files(settings)) == 1


def test_another_package_of_the_same_number_is_refused_and_changes_nothing(
    client: TestClient, settings: Settings, box: EnrolledBox, pack: Pack
) -> None:
    first = pack(box)
    answer = send(client, box, first).json()
    content = first.path.read_bytes()
    other = pack(box)
    response = send(client, box, other)
    assert (response.status_code, reason(response)) == (409, "sequence-taken")
    assert [path.read_bytes() for path in stored_files(settings)] == [content]
    assert send(client, box, other, content=content).json() == answer


def test_the_receipt_still_comes_after_the_box_s_certificate_was_renewed(
    client: TestClient, application: Application, box: EnrolledBox, pack: Pack, tmp_path: Path
) -> None:
    package = pack(box)
    first = send(client, box, package)
    key = certificates.load_private_key(box.signer.key)
    renewed = application.authority.issue_box(123, key.public_key())
    path = tmp_path / "renewed.crt"
    certificates.write_file(path, certificates.certificate_pem(renewed))
    again = send(client, EnrolledBox(box.box_id, 123, Signer(path, box.signer.key)), package)
    assert (again.status_code, again.json()) == (200, first.json())


def refusals(box: EnrolledBox) -> list[dict[str, str]]:
    certificate = box.headers["X-Client-Cert"]
    return [
        {},
        {"X-Client-Verify": "NONE"},
        {"X-Client-Verify": "NONE", "X-Client-Cert": certificate},
        {"X-Client-Verify": "FAILED:certificate has expired", "X-Client-Cert": certificate},
        {"X-Client-Verify": "SUCCESS"},
        {"X-Client-Verify": "SUCCESS", "X-Client-Cert": ""},
        {"X-Client-Verify": "SUCCESS", "X-Client-Cert": "x" * 100},
        {"X-Client-Verify": "SUCCESS", "X-Client-Cert": "%41" * 8000},
        {"X-Client-Cert": certificate},
    ]


def test_without_a_verified_client_certificate_nothing_is_taken(
    client: TestClient, settings: Settings, box: EnrolledBox, pack: Pack
) -> None:
    package = pack(box)
    for headers in refusals(box):
        response = client.post(
            "/v1/packages",
            content=package.path.read_bytes(),
            headers={**headers, "X-Package-Name": package.name},
        )
        assert (response.status_code, reason(response)) == (403, "client-certificate-required")
    assert stored_files(settings) == []


def test_the_server_s_own_certificates_are_no_box(
    client: TestClient, application: Application, box: EnrolledBox, pack: Pack
) -> None:
    headers = headers_for(application.authority.receipts_certificate)
    response = client.get("/v1/provisioning/box", headers=headers)
    assert reason(response) == "client-certificate-required"


def test_a_certificate_of_the_authority_whose_box_is_not_enrolled_is_refused(
    client: TestClient, application: Application, pack: Pack, tmp_path: Path
) -> None:
    key = certificates.new_box_key()
    certificate = application.authority.issue_box(123, key.public_key())
    signer = Signer(tmp_path / "u.crt", tmp_path / "u.key")
    certificates.write_file(signer.certificate, certificates.certificate_pem(certificate))
    certificates.write_key(signer.key, key)
    unknown = EnrolledBox("unknown", 123, signer)
    response = send(client, unknown, pack(unknown))
    assert (response.status_code, reason(response)) == (403, "box-unknown")


def test_a_revoked_box_is_refused_everywhere(
    client: TestClient, application: Application, box: EnrolledBox, pack: Pack
) -> None:
    application.boxes.revoke(box.box_id)
    assert reason(send(client, box, pack(box))) == "box-revoked"
    assert reason(client.get("/v1/provisioning/box", headers=box.headers)) == "box-revoked"


def test_a_box_cannot_hand_in_another_box_s_package(
    client: TestClient, settings: Settings, enrol: Callable[[int], EnrolledBox], pack: Pack
) -> None:
    first, second = enrol(123), enrol(123)
    response = send(client, second, pack(first))
    assert (response.status_code, reason(response)) == (403, "signer-mismatch")
    assert stored_files(settings) == []


def test_a_box_cannot_speak_for_another_centre(
    client: TestClient, settings: Settings, box: EnrolledBox, pack: Pack
) -> None:
    response = send(client, box, pack(box, centre_no=124))
    assert (response.status_code, reason(response)) == (403, "centre-mismatch")
    assert stored_files(settings) == []


def test_another_centre_does_not_get_a_stored_package_s_receipt(
    client: TestClient, enrol: Callable[[int], EnrolledBox], pack: Pack
) -> None:
    first, second = enrol(123), enrol(124)
    package = pack(first)
    send(client, first, package)
    response = send(client, second, package)
    assert (response.status_code, reason(response)) == (403, "centre-mismatch")


def test_a_register_that_is_not_served_is_refused(
    client: TestClient, settings: Settings, box: EnrolledBox, pack: Pack
) -> None:
    response = send(client, box, pack(box, register="OTHER"))
    assert (response.status_code, reason(response)) == (422, "register-unknown")
    assert stored_files(settings) == []


@pytest.mark.parametrize(
    "name", ["", "x", "../0123-DIR-000001.tgz", "0123-DIR-000002.tgz", "0123-DERI-000001.tgz"]
)
def test_a_wrong_name_is_refused(
    name: str, client: TestClient, settings: Settings, box: EnrolledBox, pack: Pack
) -> None:
    response = send(client, box, pack(box), name=name)
    assert (response.status_code, reason(response)) == (422, "package-name-mismatch")
    assert stored_files(settings) == []


def test_a_damaged_package_is_refused_wherever_the_damage_is(
    client: TestClient, settings: Settings, box: EnrolledBox, pack: Pack
) -> None:
    package = pack(box)
    original = package.path.read_bytes()
    for position in [0, 5, 20, 300, 600, 1000, len(original) - 600, len(original) - 1]:
        content = original[:position] + bytes([original[position] ^ 0x40]) + original[position + 1 :]
        response = send(client, box, package, content=content)
        assert response.status_code == 422, position
        assert reason(response) in {"package-malformed", "content-mismatch", "signature-rejected"}
    for content in (b"", original[:-1], original + b"x"):
        assert reason(send(client, box, package, content=content)) == "package-malformed"
    assert stored_files(settings) == []


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(
    client: TestClient, settings: Settings, box: EnrolledBox
) -> None:
    headers = {**box.headers, "X-Package-Name": "0123-DIR-000001.tgz"}
    headers["Content-Length"] = str(MAX_PACKAGE_BYTES + 1)
    response = client.post("/v1/packages", content=iter([b"x"]), headers=headers)
    assert (response.status_code, reason(response)) == (413, "package-too-large")
    assert stored_files(settings) == []


def test_a_body_without_an_announced_length_is_cut_off_at_the_limit(
    client: TestClient, settings: Settings, box: EnrolledBox
) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(MAX_PACKAGE_BYTES // 2**20 + 5):
            yield bytes(2**20)

    headers = {**box.headers, "X-Package-Name": "0123-DIR-000001.tgz"}
    response = client.post("/v1/packages", content=body(), headers=headers)
    assert (response.status_code, reason(response)) == (413, "package-too-large")
    assert stored_files(settings) == []


def test_a_member_that_claims_to_be_huge_is_refused(
    client: TestClient, settings: Settings, box: EnrolledBox
) -> None:
    content = gzip.compress(member_header("content.cms", 2**32) + bytes(1024), mtime=0)
    headers = {**box.headers, "X-Package-Name": "0123-DIR-000001.tgz"}
    response = client.post("/v1/packages", content=content, headers=headers)
    assert (response.status_code, reason(response)) == (413, "package-too-large")
    assert stored_files(settings) == []


def test_provisioning_tells_the_box_who_it_is(client: TestClient, box: EnrolledBox) -> None:
    response = client.get("/v1/provisioning/box", headers=box.headers)
    assert response.status_code == 200
    expires = certificates.load_certificate(box.signer.certificate).not_valid_after_utc
    assert response.json() == {
        "box_id": box.box_id,
        "centre_no": 123,
        "certificate_expires": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_what_a_crash_left_behind_is_dropped_and_what_is_certified_stays(
    client: TestClient, application: Application, settings: Settings, box: EnrolledBox, pack: Pack
) -> None:
    package = pack(box)
    send(client, box, package)
    (settings.incoming_dir / "1-abc.part").write_bytes(b"half")
    orphan = settings.packages_dir / "0123" / "DIR" / f"0123-DIR-000002.{'0' * 64}.tgz"
    orphan.write_bytes(b"no row")
    assert application.intake.recover() == 2
    assert stored_files(settings) == [application.intake.path_of(package.sha256)]
    assert application.intake.recover() == 0


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/", 404), ("GET", "/v1/packages", 405)])
def test_other_paths_and_methods_are_problems_too(
    method: str, path: str, status: int, client: TestClient
) -> None:
    response = client.request(method, path)
    assert (response.status_code, reason(response)) == (status, f"http-{status}")
