"""The key hierarchy against published test vectors: RFC 9106, RFC 3394, RFC 5869."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from artbox.box.domain.keys import (
    Cost,
    ServiceKeys,
    key_encryption_key,
    new_root_key,
    subkey,
    unwrap,
    wrap,
)
from artbox.box.errors import WrongMasterPassword

ROOT = bytes(range(32))


def test_argon2id_is_that_of_rfc_9106() -> None:
    kdf = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        secret=b"\x03" * 8,
        ad=b"\x04" * 12,
    )
    expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    assert kdf.derive(b"\x01" * 32).hex() == expected


def test_the_kek_is_that_of_the_reference_implementation() -> None:
    # the Argon2id 1.3 vector of the reference implementation: t=2, m=64 MiB, p=1
    kek = key_encryption_key("password", b"somesalt", Cost(memory_kib=65536, iterations=2, lanes=1))
    assert kek.hex() == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"


def test_the_wrap_is_that_of_rfc_3394() -> None:
    key = bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
    expected = "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
    assert wrap(ROOT, key).hex() == expected
    assert unwrap(ROOT, bytes.fromhex(expected)) == key


def test_hkdf_is_that_of_rfc_5869() -> None:
    # test case 3: no salt, no info
    derived = HKDF(algorithm=SHA256(), length=42, salt=None, info=b"").derive(b"\x0b" * 22)
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    assert derived.hex() == expected


@pytest.mark.parametrize("size", [32, 64])
def test_a_subkey_is_hkdf_sha_512_without_salt(size: int) -> None:
    extracted = hmac.new(bytes(64), ROOT, hashlib.sha512).digest()
    expanded = hmac.new(extracted, b"artbox/v1/vault\x01", hashlib.sha512).digest()
    assert subkey(ROOT, "artbox/v1/vault", size) == expanded[:size]


def test_another_kek_opens_nothing() -> None:
    with pytest.raises(WrongMasterPassword):
        unwrap(bytes(32), wrap(ROOT, new_root_key()))


def test_two_spellings_of_an_umlaut_are_one_password() -> None:
    cost = Cost(memory_kib=64, iterations=1, lanes=1)
    composed, decomposed = "Müllabfuhr", "Mu\u0308llabfuhr"
    assert composed != decomposed
    salt = b"0123456789abcdef"
    assert key_encryption_key(composed, salt, cost) == key_encryption_key(decomposed, salt, cost)


def test_every_purpose_has_its_own_key() -> None:
    keys = ServiceKeys.derive(ROOT)
    assert len(keys.vault) == 64
    values = {keys.vault[:32], keys.vault[32:], keys.database, keys.header_mac, keys.dirpronova}
    assert len(values) == 5
    assert ROOT not in values


def test_keys_travel_as_hex_and_never_in_a_repr() -> None:
    keys = ServiceKeys.derive(ROOT)
    assert ServiceKeys.from_hex({**keys.to_hex(), "first": True}) == keys
    assert repr(keys) == "ServiceKeys()"


@pytest.mark.parametrize("database", [None, 7, "", "zz" * 32, "00" * 31, "00" * 33])
def test_a_misfitting_key_is_refused(database: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of its kind
        ServiceKeys.from_hex({**ServiceKeys.derive(ROOT).to_hex(), "database": database})
