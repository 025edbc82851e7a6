"""Pseudonyms: linkable inside one register, unlinkable between registers, and free of identity data.

HMAC-SHA-256 over the patient's random local UUID, under a key per register derived from the
box's pseudonym key. That one is random and lives in the database, to outlive every rotation
of the keys around it.
"""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
CHARACTERS = 26
"""26 characters of base 32 carry 130 bits of the HMAC."""


def new_pseudonym_key() -> bytes:
    """Return the random 256-bit key of a new box."""
    return secrets.token_bytes(KEY_BYTES)


def register_key(box_key: bytes, register: str) -> bytes:
    """Derive the key for one register."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=register.encode("ascii")).derive(
        box_key
    )


def pseudonym(box_key: bytes, register: str, centre_no: int, patient: UUID) -> str:
    """Return the patient's pseudonym at `register`: 26 characters A-Z, 2-7."""
    message = f"v1{centre_no:04d}{patient}".encode("ascii")
    digest = hmac.new(register_key(box_key, register), message, hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii")[:CHARACTERS]


def new_record_key() -> str:
    """Return a random name for one record at one register: 26 characters, telling nothing."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")[:CHARACTERS]
