"""The key hierarchy: master password → KEK → root key → one subkey for each purpose.

Argon2id (RFC 9106), AES-256 key wrap (RFC 3394), HKDF-SHA-512 (RFC 5869, no salt). No key appears in a repr.
"""

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from artbox.box.errors import WrongMasterPassword

KEY_BYTES = 32
VAULT_KEY_BYTES = 64
SALT_BYTES = 16

_SIZES = {"vault": VAULT_KEY_BYTES, "database": KEY_BYTES, "header_mac": KEY_BYTES, "dirpronova": KEY_BYTES}
_LABELS = {
    "vault": "artbox/v1/vault",
    "database": "artbox/v1/database",
    "header_mac": "artbox/v1/header-mac",
    "dirpronova": "artbox/v1/dirpronova",
}


@dataclass(frozen=True)
class Cost:
    """What deriving a key from the master password costs: memory in KiB, passes, lanes."""

    memory_kib: int
    iterations: int
    lanes: int


@dataclass(frozen=True)
class ServiceKeys:
    """The subkeys the running service works with: vault 64 bytes, the others 32 bytes each."""

    vault: bytes = field(repr=False)
    database: bytes = field(repr=False)
    header_mac: bytes = field(repr=False)
    dirpronova: bytes = field(repr=False)

    @classmethod
    def derive(cls, root: bytes) -> "ServiceKeys":
        """Derive every subkey from the root key."""
        return cls(**{name: subkey(root, _LABELS[name], size) for name, size in _SIZES.items()})

    def to_hex(self) -> dict[str, str]:
        """Return the members as hex digits, for the hand-over on the control socket."""
        return {name: getattr(self, name).hex() for name in _SIZES}

    @classmethod
    def from_hex(cls, members: Mapping[str, object]) -> "ServiceKeys":
        """Read what `to_hex` wrote, and ignore further members; raise ValueError on any misfit."""
        return cls(**{name: _from_hex(members.get(name), size) for name, size in _SIZES.items()})


def password_bytes(password: str) -> bytes:
    """Return the bytes of a password, so that every keyboard's spelling of a letter gives the same ones."""
    return unicodedata.normalize("NFC", password).encode("utf-8")


def new_root_key() -> bytes:
    """Return a random 256-bit root key."""
    return secrets.token_bytes(KEY_BYTES)


def key_encryption_key(password: str, salt: bytes, cost: Cost) -> bytes:
    """Derive the 32-byte KEK from the master password with Argon2id."""
    kdf = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    return kdf.derive(password_bytes(password))


def wrap(kek: bytes, key: bytes) -> bytes:
    """Wrap a key (RFC 3394); the result is 8 bytes longer."""
    return aes_key_wrap(kek, key)


def unwrap(kek: bytes, wrapped: bytes) -> bytes:
    """Unwrap a key; raise WrongMasterPassword when the KEK is not the one it was wrapped with."""
    try:
        return aes_key_unwrap(kek, wrapped)
    except InvalidUnwrap as error:
        raise WrongMasterPassword from error


def subkey(root: bytes, label: str, size: int = KEY_BYTES) -> bytes:
    """Derive a key of `size` bytes for one purpose, e.g. `artbox/v1/backup/3`."""
    return HKDF(algorithm=SHA512(), length=size, salt=None, info=label.encode("ascii")).derive(root)


def _from_hex(value: object, size: int) -> bytes:
    if not isinstance(value, str):
        raise ValueError("a key is missing")
    key = bytes.fromhex(value)
    if len(key) != size:
        raise ValueError("a key has the wrong size")
    return key
