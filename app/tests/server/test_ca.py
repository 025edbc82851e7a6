"""The ARTbox CA: made once, and openssl accepts what it issues for its purpose and no other."""

import stat
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from artbox.server import ca
from artbox.server.errors import AuthorityMissing
from artbox.server.settings import Settings
from artbox.wire import certificates


def accepted(authority: ca.Authority, certificate: Path, purpose: str) -> bool:
    command = ["/usr/bin/openssl", "verify", "-x509_strict", "-CAfile", str(authority.certificate_path)]
    done = subprocess.run([*command, "-purpose", purpose, str(certificate)], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def authority(settings: Settings) -> ca.Authority:
    return ca.Authority.load(settings)


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_the_authority_is_made_once(settings: Settings) -> None:
    before = contents(settings.data_dir)
    assert not ca.initialise(settings)
    assert contents(settings.data_dir) == before


def test_an_interrupted_first_run_is_completed_with_the_same_keys(settings: Settings) -> None:
    keys = (
        (settings.authority_dir / "ca.key").read_bytes(),
        (settings.receipts_dir / "receipts.key").read_bytes(),
    )
    (settings.authority_dir / "ca.crt").unlink()
    (settings.receipts_dir / "receipts.crt").unlink()
    assert ca.initialise(settings)
    assert keys == (
        (settings.authority_dir / "ca.key").read_bytes(),
        (settings.receipts_dir / "receipts.key").read_bytes(),
    )
    ca.Authority.load(settings)


def test_keys_are_private(settings: Settings) -> None:
    for path in settings.data_dir.rglob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for directory in (settings.data_dir, settings.authority_dir, settings.receipts_dir):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_without_init_there_is_no_authority(tmp_path: Path) -> None:
    with pytest.raises(AuthorityMissing):
        ca.Authority.load(Settings(tmp_path, ""))


def test_a_ca_with_another_key_is_not_loaded(settings: Settings) -> None:
    certificates.write_key(settings.authority_dir / "ca.key", certificates.new_box_key())
    with pytest.raises(AuthorityMissing):
        ca.Authority.load(settings)


def test_the_receipts_certificate_signs_documents_only(authority: ca.Authority) -> None:
    assert accepted(authority, authority.receipts_certificate, "smimesign")
    assert not accepted(authority, authority.receipts_certificate, "sslserver")
    assert not accepted(authority, authority.receipts_certificate, "sslclient")


def test_a_box_certificate_is_for_connections_and_packages(authority: ca.Authority, tmp_path: Path) -> None:
    certificate = authority.issue_box(123, certificates.new_box_key().public_key())
    certificates.write_file(tmp_path / "box.crt", certificates.certificate_pem(certificate))
    assert accepted(authority, tmp_path / "box.crt", "sslclient")
    assert accepted(authority, tmp_path / "box.crt", "smimesign")
    assert not accepted(authority, tmp_path / "box.crt", "sslserver")
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(days=364) < left <= timedelta(days=365)


def test_a_box_certificate_issues_nothing(authority: ca.Authority, tmp_path: Path) -> None:
    key = certificates.new_box_key()
    false_authority = replace(authority, certificate=authority.issue_box(1, key.public_key()), key=key)
    issued = false_authority.issue_box(2, certificates.new_box_key().public_key())
    certificates.write_file(tmp_path / "x.crt", certificates.certificate_pem(issued))
    chain = tmp_path / "chain.crt"
    certificates.write_file(chain, certificates.certificate_pem(false_authority.certificate))
    command = ["/usr/bin/openssl", "verify", "-CAfile", str(authority.certificate_path)]
    done = subprocess.run(
        [*command, "-untrusted", str(chain), str(tmp_path / "x.crt")], capture_output=True, check=False
    )
    assert done.returncode != 0


def test_a_tls_certificate_serves_its_names_and_addresses(authority: ca.Authority, tmp_path: Path) -> None:
    names, addresses = ["api.example.net", "manage.example.net"], [ip_address("192.0.2.7"), ip_address("::1")]
    assert ca.issue_tls_files(authority, names, addresses, tmp_path)
    path = tmp_path / "server.crt"
    assert accepted(authority, path, "sslserver")
    assert not accepted(authority, path, "sslclient")
    assert not accepted(authority, path, "smimesign")
    checks = [
        ("-verify_hostname", "manage.example.net", True),
        ("-verify_hostname", "other.example.net", False),
    ]
    checks += [("-verify_ip", "192.0.2.7", True), ("-verify_ip", "192.0.2.8", False)]
    for option, value, expected in checks:
        command = ["/usr/bin/openssl", "verify", "-CAfile", str(authority.certificate_path), option, value]
        done = subprocess.run([*command, str(path)], capture_output=True, check=False)
        assert (done.returncode == 0) is expected, value


def test_a_tls_certificate_is_renewed_for_other_names_with_the_same_key(
    authority: ca.Authority, tmp_path: Path
) -> None:
    assert ca.issue_tls_files(authority, ["a.example.net"], [], tmp_path)
    first = contents(tmp_path)
    assert not ca.issue_tls_files(authority, ["a.example.net"], [], tmp_path)
    assert contents(tmp_path) == first
    assert ca.issue_tls_files(authority, ["a.example.net"], [ip_address("192.0.2.7")], tmp_path)
    second = contents(tmp_path)
    assert second["server.key"] == first["server.key"]
    assert second["server.crt"] != first["server.crt"]


def test_a_tls_certificate_is_renewed_before_it_ends(
    authority: ca.Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ca, "TLS_LIFE", timedelta(days=29))
    ca.issue_tls_files(authority, ["a.example.net"], [], tmp_path)
    monkeypatch.undo()
    assert ca.issue_tls_files(authority, ["a.example.net"], [], tmp_path)
    assert not ca.issue_tls_files(authority, ["a.example.net"], [], tmp_path)


def test_a_tls_certificate_of_another_authority_is_replaced(authority: ca.Authority, tmp_path: Path) -> None:
    other = Settings(tmp_path / "other", "")
    ca.initialise(other)
    ca.issue_tls_files(ca.Authority.load(other), ["a.example.net"], [], tmp_path / "tls")
    assert ca.issue_tls_files(authority, ["a.example.net"], [], tmp_path / "tls")
    assert accepted(authority, tmp_path / "tls" / "server.crt", "sslserver")
