"""The script that makes the certificate of the box's page, run for real with openssl."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.ansible import tree

SCRIPT = tree.ROOT / "roles/web_server/files/usr/local/lib/artbox/renew-web-certificate"


def renew(directory: Path, names: str = "artbox.local") -> str:
    """Run the script; return what it says."""
    done = subprocess.run([str(SCRIPT), str(directory), names], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def certificate(directory: Path) -> x509.Certificate:
    """Return the certificate in the directory."""
    return x509.load_pem_x509_certificate((directory / "box.crt").read_bytes())


def public_key(directory: Path) -> bytes:
    """Return the certificate's public key."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return certificate(directory).public_key().public_bytes(serialization.Encoding.DER, form)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Return a directory in which the script has run once."""
    assert renew(tmp_path) == "renewed"
    return tmp_path


def test_makes_a_certificate_browsers_accept(made: Path) -> None:
    own = certificate(made)
    key = own.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp384r1"
    assert own.not_valid_after_utc - own.not_valid_before_utc <= timedelta(days=366)
    assert own.serial_number.bit_length() > 100
    alternatives = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "artbox.local" in alternatives.get_values_for_type(x509.DNSName)
    assert own.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


def test_keeps_the_key_to_itself(made: Path) -> None:
    assert (made / "box.key").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in made.iterdir()} == {"box.key", "box.crt", "names"}


def test_leaves_a_good_certificate_alone(made: Path) -> None:
    before = (made / "box.crt").read_bytes()
    assert renew(made) == "unchanged"
    assert (made / "box.crt").read_bytes() == before


def test_renews_with_the_same_key_when_names_change(made: Path) -> None:
    before, key, serial = certificate(made), public_key(made), certificate(made).serial_number
    assert renew(made, "artbox.local praxis.example") == "renewed"
    assert public_key(made) == key
    assert certificate(made).serial_number != serial
    assert certificate(made).issuer == before.issuer


def test_renews_a_month_before_the_end(made: Path) -> None:
    key = public_key(made)
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-key",
            made / "box.key",
            "-days",
            "29",
            "-subj",
            "/CN=old",
            "-out",
            made / "box.crt",
        ],
        check=True,
    )
    assert renew(made) == "renewed"
    assert certificate(made).not_valid_after_utc > datetime.now(UTC) + timedelta(days=300)
    assert public_key(made) == key


def test_replaces_a_certificate_of_another_key(made: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    renew(other)
    (made / "box.crt").write_bytes((other / "box.crt").read_bytes())
    assert renew(made) == "renewed"
    assert public_key(made) != public_key(other)
    assert certificate(made).issuer != certificate(other).issuer


def test_makes_it_anew_after_it_was_cut_short(made: Path) -> None:
    (made / "box.crt").write_bytes(b"")
    assert renew(made) == "renewed"
    assert renew(made) == "unchanged"
