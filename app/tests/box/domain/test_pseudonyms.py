"""Pseudonyms are stable inside a register and unlinkable between registers."""

import base64
import hashlib
import hmac
from uuid import UUID, uuid4

from artbox.box.domain.pseudonyms import new_pseudonym_key, new_record_key, pseudonym

KEY = bytes(range(32))
PATIENT = UUID("0b4e2f0a-6f0c-4a52-8a53-7d7d3a3d8f11")


def test_a_pseudonym_is_the_documented_computation() -> None:
    extracted = hmac.new(bytes(32), KEY, hashlib.sha256).digest()
    register_key = hmac.new(extracted, b"DIR\x01", hashlib.sha256).digest()
    message = b"v1" + b"0123" + str(PATIENT).encode()
    expected = base64.b32encode(hmac.new(register_key, message, hashlib.sha256).digest())[:26].decode()
    assert pseudonym(KEY, "DIR", 123, PATIENT) == expected


def test_it_differs_by_register_centre_patient_and_box() -> None:
    found = {
        pseudonym(KEY, "DIR", 123, PATIENT),
        pseudonym(KEY, "DERI", 123, PATIENT),
        pseudonym(KEY, "DIR", 124, PATIENT),
        pseudonym(KEY, "DIR", 123, uuid4()),
        pseudonym(new_pseudonym_key(), "DIR", 123, PATIENT),
    }
    assert len(found) == 5
    assert all(len(name) == 26 and name.isalnum() and name == name.upper() for name in found)


def test_record_keys_are_random() -> None:
    keys = {new_record_key() for _ in range(200)}
    assert len(keys) == 200
    assert {len(key) for key in keys} == {26}
