"""Random codes that people read out, write down or type: no letter or digit that looks like another."""

import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUP = 4
INITIAL_PASSWORD_LENGTH = 16


def random_code(length: int) -> str:
    """Return a random code of `length` characters in groups of four; 4.95 bits each."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return "-".join(text[start : start + GROUP] for start in range(0, length, GROUP))


def initial_password() -> str:
    """Return a password for somebody else's first sign-in; about 79 bits."""
    return random_code(INITIAL_PASSWORD_LENGTH)
