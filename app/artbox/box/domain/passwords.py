"""Account passwords: Argon2id hashes in PHC format. The master password is another matter."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from artbox.box.domain.keys import KEY_BYTES, SALT_BYTES, Cost, password_bytes
from artbox.box.domain.strength import ACCOUNT_GUESSES, require_strength
from artbox.box.errors import PasswordsDiffer, PasswordTooLong, PasswordTooShort

MINIMUM_CHARACTERS = 12
MAXIMUM_CHARACTERS = 1024
COST = Cost(memory_kib=65536, iterations=3, lanes=1)


@dataclass(frozen=True)
class NewPassword:
    """A new password as it was typed, twice."""

    text: str = field(repr=False)
    repeat: str = field(repr=False)


def acceptable(new: NewPassword, *, words: Iterable[str]) -> str:
    """Return a new password that will do; `words` are those an outsider would try first.

    Raise PasswordTooShort, PasswordTooLong, PasswordsDiffer or PasswordTooEasy.
    """
    if len(new.text) < MINIMUM_CHARACTERS:
        raise PasswordTooShort(minimum=MINIMUM_CHARACTERS)
    if len(new.text) > MAXIMUM_CHARACTERS:
        raise PasswordTooLong(maximum=MAXIMUM_CHARACTERS)
    if new.text != new.repeat:
        raise PasswordsDiffer
    require_strength(new.text, ACCOUNT_GUESSES, words=words)
    return new.text


def hash_password(password: str) -> str:
    """Return the hash of an account's password in PHC format."""
    kdf = Argon2id(
        salt=secrets.token_bytes(SALT_BYTES),
        length=KEY_BYTES,
        iterations=COST.iterations,
        lanes=COST.lanes,
        memory_cost=COST.memory_kib,
    )
    return kdf.derive_phc_encoded(password_bytes(password))


def matches(password: str, password_hash: str) -> bool:
    """Say whether this password has this hash."""
    try:
        Argon2id.verify_phc_encoded(password_bytes(password), password_hash)
    except InvalidKey:
        return False
    return True
