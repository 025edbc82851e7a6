"""People and programs that may speak to the box: roles, sessions, tokens. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an account may do."""

    ADMINISTRATOR = "administrator"
    USER = "user"
    READ_ONLY = "read-only"


@dataclass(frozen=True)
class Account:
    """A person's account; the hash is Argon2id in PHC format."""

    id: int
    name: str
    role: Role
    password_hash: str = field(repr=False)


@dataclass(frozen=True)
class Session:
    """A signed-in person. `expires` is the sooner of idle end and absolute end (UTC)."""

    name: str
    role: Role
    expires: datetime


@dataclass(frozen=True)
class Token:
    """A capture program's access; the secret itself is shown once and never stored."""

    id: int
    product: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
