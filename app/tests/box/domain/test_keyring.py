"""The keyring file: a wrong password and a damaged file are told apart."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artbox.box.domain.keyring import Keyring, create
from artbox.box.domain.keys import Cost
from artbox.box.errors import KeyringDamaged, WrongMasterPassword
from artbox.wire import canonical

SMALL = Cost(memory_kib=64, iterations=1, lanes=1)
SALT = b"0123456789abcdef"
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
RING, ROOT = create("Regenschirm Kantine", SALT, SMALL, NOW)
CONTENT = RING.to_bytes()


def test_the_password_opens_the_root_key_again() -> None:
    assert Keyring.from_bytes(CONTENT) == RING
    assert Keyring.from_bytes(CONTENT).open("Regenschirm Kantine") == ROOT


def test_a_wrong_password_is_called_that() -> None:
    with pytest.raises(WrongMasterPassword):
        RING.open("Regenschirm Kantin")


def test_the_file_has_the_agreed_form() -> None:
    members = json.loads(CONTENT)
    assert set(members) == {"version", "kdf", "wraps", "created_at", "checksum"}
    assert members["kdf"]["algorithm"] == "argon2id"
    assert members["wraps"][0]["kind"] == "password"
    assert members["created_at"] == "2026-03-01T12:00:00Z"
    assert ROOT.hex() not in CONTENT.decode()


@given(st.integers(0, len(CONTENT) * 8 - 9))
def test_every_flipped_bit_is_damage(bit: int) -> None:
    damaged = bytearray(CONTENT)
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(KeyringDamaged):
        Keyring.from_bytes(bytes(damaged))


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"{" * 5000, CONTENT[:-40], b" " * 20000])
def test_what_is_no_keyring_is_damage(content: bytes) -> None:
    with pytest.raises(KeyringDamaged):
        Keyring.from_bytes(content)


@pytest.mark.parametrize(
    "change",
    [{"memory_kib": 2**40}, {"iterations": 10**6}, {"lanes": 0}, {"algorithm": "none"}, {"salt": 5}],
)
def test_a_file_that_would_stop_the_box_is_refused(change: dict[str, object]) -> None:
    members = json.loads(CONTENT)
    del members["checksum"]
    members["kdf"] |= change
    with pytest.raises(KeyringDamaged):
        Keyring.from_bytes(_signed(members))


def test_a_further_wrap_does_no_harm() -> None:
    members = json.loads(CONTENT)
    del members["checksum"]
    members["wraps"].append({"kind": "emergency", "wrapped": members["wraps"][0]["wrapped"]})
    assert Keyring.from_bytes(_signed(members)).open("Regenschirm Kantine") == ROOT


def test_changing_the_password_keeps_the_root_key() -> None:
    changed = RING.with_password(ROOT, "Murmel Postbote", b"fedcba9876543210", SMALL)
    assert changed.open("Murmel Postbote") == ROOT
    with pytest.raises(WrongMasterPassword):
        changed.open("Regenschirm Kantine")


def _signed(members: dict[str, object]) -> bytes:
    return canonical.encode(members | {"checksum": hashlib.sha256(canonical.encode(members)).hexdigest()})
