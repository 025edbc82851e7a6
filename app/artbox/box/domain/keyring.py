"""The keyring file: salt, cost and the wrapped root key. It is no secret.

A checksum over the canonical form tells a damaged file from a wrong password, which the key
wrap alone cannot.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from artbox.box.domain.keys import (
    SALT_BYTES,
    Cost,
    key_encryption_key,
    new_root_key,
    unwrap,
    wrap,
)
from artbox.box.errors import KeyringDamaged
from artbox.wire import canonical

VERSION = 1
MAX_BYTES = 16 * 1024
WRAPPED_BYTES = 40
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_HIGHEST = Cost(memory_kib=4 * 1024 * 1024, iterations=64, lanes=64)
"""A file asking for more would stop the box instead of opening it."""


@dataclass(frozen=True)
class Wrap:
    """The root key under one secret; `kind` names the secret."""

    kind: str
    wrapped: bytes


@dataclass(frozen=True)
class Keyring:
    """What `keyring.json` says. `created_at` is UTC in whole seconds."""

    cost: Cost
    salt: bytes
    wraps: tuple[Wrap, ...]
    created_at: datetime

    def open(self, password: str) -> bytes:
        """Return the root key; raise WrongMasterPassword."""
        kek = key_encryption_key(password, self.salt, self.cost)
        return unwrap(kek, next(wrap.wrapped for wrap in self.wraps if wrap.kind == "password"))

    def with_password(self, root: bytes, password: str, salt: bytes, cost: Cost) -> "Keyring":
        """Return a keyring that opens the same root key with another password."""
        kek = key_encryption_key(password, salt, cost)
        return replace(self, cost=cost, salt=salt, wraps=(Wrap("password", wrap(kek, root)),))

    def to_bytes(self) -> bytes:
        """Return the file's content."""
        members = self._members()
        return canonical.encode(members | {"checksum": _checksum(members)}) + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> "Keyring":
        """Read the file's content; raise KeyringDamaged."""
        if len(content) > MAX_BYTES:
            raise KeyringDamaged
        try:
            members = json.loads(content)
            if not isinstance(members, dict) or members.pop("checksum") != _checksum(members):
                raise KeyringDamaged
            return cls._read(members)
        except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
            raise KeyringDamaged from error

    def _members(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "kdf": {
                "algorithm": "argon2id",
                "memory_kib": self.cost.memory_kib,
                "iterations": self.cost.iterations,
                "lanes": self.cost.lanes,
                "salt": base64.b64encode(self.salt).decode("ascii"),
            },
            "wraps": [
                {"kind": wrap.kind, "wrapped": base64.b64encode(wrap.wrapped).decode("ascii")}
                for wrap in self.wraps
            ],
            "created_at": self.created_at.astimezone(UTC).strftime(_TIME),
        }

    @classmethod
    def _read(cls, members: Mapping[str, Any]) -> "Keyring":
        kdf = members["kdf"]
        cost = Cost(**{name: _count(kdf[name]) for name in ("memory_kib", "iterations", "lanes")})
        wraps = tuple(Wrap(str(entry["kind"]), _binary(entry["wrapped"])) for entry in members["wraps"])
        passwords = [wrap for wrap in wraps if wrap.kind == "password"]
        if members["version"] != VERSION or kdf["algorithm"] != "argon2id" or not _affordable(cost):
            raise ValueError("not a keyring of this version")
        if len(passwords) != 1 or len(passwords[0].wrapped) != WRAPPED_BYTES:
            raise ValueError("not exactly one password")
        created_at = datetime.strptime(members["created_at"], _TIME).replace(tzinfo=UTC)
        return cls(cost, _binary(kdf["salt"]), wraps, created_at)


def create(password: str, salt: bytes, cost: Cost, now: datetime) -> tuple[Keyring, bytes]:
    """Return a new keyring and the new root key inside it."""
    if len(salt) != SALT_BYTES:
        raise ValueError("the salt has the wrong size")
    root = new_root_key()
    empty = Keyring(cost, salt, (), now.replace(microsecond=0))
    return empty.with_password(root, password, salt, cost), root


def _checksum(members: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical.encode(members)).hexdigest()


def _affordable(cost: Cost) -> bool:
    return (
        cost.memory_kib <= _HIGHEST.memory_kib
        and cost.iterations <= _HIGHEST.iterations
        and cost.lanes <= _HIGHEST.lanes
        and cost.memory_kib >= 8 * cost.lanes
    )


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("not a count")
    return value


def _binary(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError("not base64")
    return base64.b64decode(value, validate=True)
