"""Keyring, throttle and identity on disk."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from artbox.box.adapters.identity import Identity
from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.adapters.throttle_file import ThrottleFile
from artbox.box.domain.keyring import Keyring, create
from artbox.box.domain.keys import Cost
from artbox.box.errors import KeyringDamaged, KeyringMissing
from artbox.wire import certificates
from artbox.wire.enrolment import EnrolmentAnswer
from artbox.wire.errors import CertificateRefused
from tests.box.real_parts import Server

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def ring_file(tmp_path: Path) -> KeyringFile:
    return KeyringFile(tmp_path / "keyring.json", tmp_path / "keyring.pending.json")


@pytest.fixture
def small_ring() -> Keyring:
    return create("password", b"0123456789abcdef", Cost(64, 1, 1), NOW)[0]


def test_a_pending_keyring_becomes_the_boxs_own(ring_file: KeyringFile, small_ring: Keyring) -> None:
    assert not ring_file.exists
    ring_file.write_pending(small_ring)
    assert (ring_file.exists, ring_file.is_pending) == (False, True)
    assert ring_file.read_pending() == small_ring
    with pytest.raises(KeyringMissing):
        ring_file.read()
    ring_file.settle()
    assert (ring_file.exists, ring_file.is_pending) == (True, False)
    assert ring_file.read() == small_ring


def test_the_keyring_is_its_owners_alone(tmp_path: Path, ring_file: KeyringFile, small_ring: Keyring) -> None:
    ring_file.write_pending(small_ring)
    assert (tmp_path / "keyring.pending.json").stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_is_said(tmp_path: Path, ring_file: KeyringFile) -> None:
    (tmp_path / "keyring.json").write_bytes(b"x" * 10**6)
    with pytest.raises(KeyringDamaged):
        ring_file.read()


def test_waiting_survives_a_restart_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "throttle.json"
    for expected in (1, 2, 4, 8):
        ThrottleFile(path).failed(NOW)
        assert ThrottleFile(path).wait_seconds(NOW) == expected
    assert ThrottleFile(path).wait_seconds(NOW + timedelta(seconds=5)) == 3
    assert ThrottleFile(path).wait_seconds(NOW + timedelta(seconds=8)) == 0
    assert ThrottleFile(path).wait_seconds(NOW - timedelta(days=400)) == 8
    ThrottleFile(path).clear()
    assert ThrottleFile(path).wait_seconds(NOW) == 0


def test_waiting_begins_when_a_failure_has_been_judged(tmp_path: Path) -> None:
    throttle = ThrottleFile(tmp_path / "throttle.json")
    throttle.failed(NOW)
    throttle.judged(NOW + timedelta(seconds=3))
    assert throttle.failures() == 1
    assert throttle.wait_seconds(NOW + timedelta(seconds=3)) == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"failures": "x", "last": 5}', "[" * 9999])
def test_a_damaged_throttle_shuts_nobody_out(tmp_path: Path, content: str) -> None:
    path = tmp_path / "throttle.json"
    path.write_text(content)
    assert ThrottleFile(path).wait_seconds(NOW) == 0
    ThrottleFile(path).failed(NOW)
    assert ThrottleFile(path).wait_seconds(NOW) == 1


def answer_for(server: Server, identity: Identity, centre_no: int) -> EnrolmentAnswer:
    issued = server.application.authority.issue_box(centre_no, identity.key().public_key())
    return EnrolmentAnswer(certificates.certificate_pem(issued).decode(), "", "box-1")


def test_an_identity_is_kept_and_its_owners_alone(tmp_path: Path, server: Server) -> None:
    identity = Identity(tmp_path / "identity")
    assert identity.status() is None
    first_key = certificates.key_pem(identity.key())
    identity.keep(answer_for(server, identity, 123), 123, server.ca_certificate)
    status = Identity(tmp_path / "identity").status()
    assert status is not None
    assert (status.centre_no, status.box_id) == (123, "box-1")
    assert certificates.key_pem(identity.key()) == first_key
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "identity").iterdir()}
    assert modes == dict.fromkeys(["box.key", "box.crt", "ca.crt", "centre.json"], 0o600)


def test_a_certificate_for_another_centre_or_key_is_refused(tmp_path: Path, server: Server) -> None:
    identity, other = Identity(tmp_path / "identity"), Identity(tmp_path / "other")
    with pytest.raises(CertificateRefused):
        identity.keep(answer_for(server, identity, 124), 123, server.ca_certificate)
    with pytest.raises(CertificateRefused):
        identity.keep(answer_for(server, other, 123), 123, server.ca_certificate)
    assert identity.status() is None


def test_files_that_do_not_fit_together_are_no_identity(tmp_path: Path, server: Server) -> None:
    identity = Identity(tmp_path / "identity")
    identity.keep(answer_for(server, identity, 123), 123, server.ca_certificate)
    centre = tmp_path / "identity" / "centre.json"
    for content in (json.dumps({"centre_no": 124, "box_id": "x"}), "", "[]", "{}"):
        centre.write_text(content)
        assert identity.status() is None
