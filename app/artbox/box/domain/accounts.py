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
class Factor:
    """A second factor: the TOTP secret, and the last time step a code of which was accepted."""

    secret: bytes = field(repr=False)
    step: int = 0


@dataclass(frozen=True)
class Account:
    """A person's account; the hash is Argon2id in PHC format.

    An initial password was made by the box for somebody else and has to be changed at the first sign-in.
    """

    id: int
    name: str
    role: Role
    password_hash: str = field(repr=False)
    created_at: datetime
    locked_at: datetime | None = None
    initial_password: bool = False
    factor: Factor | None = None
    signed_in_at: datetime | None = None


@dataclass(frozen=True)
class Session:
    """A signed-in person. `expires` is the sooner of idle end and absolute end (UTC).

    `fresh` says that the password was given so lately that dangerous actions need not ask for it again.
    """

    name: str
    role: Role
    expires: datetime
    account_id: int = 0
    initial_password: bool = False
    fresh: bool = False


@dataclass(frozen=True)
class OwnSession:
    """One of a person's sessions, as they see it: since when, last used when, from which address."""

    began: datetime
    seen: datetime
    address: str
    current: bool


@dataclass(frozen=True)
class Token:
    """A capture program's access; the secret itself is shown once and never stored."""

    id: int
    product: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
