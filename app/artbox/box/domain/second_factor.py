"""The second factor: time-based one-time passwords (RFC 6238) and recovery codes for a lost device.

SHA-1, six digits, 30 seconds: what every authenticator understands. A code counts once.
"""

import base64
import hashlib
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from artbox.box.domain.codes import random_code

SECRET_BYTES = 20
DIGITS = 6
STEP_SECONDS = 30
TOLERATED_STEPS = 1
"""A clock that is half a minute off still signs its owner in (RFC 6238, section 5.2)."""
RECOVERY_CODES = 10
RECOVERY_LENGTH = 12
ISSUER = "ARTbox"


def new_secret() -> bytes:
    """Return a random secret of 160 bits, the length RFC 4226 recommends."""
    return secrets.token_bytes(SECRET_BYTES)


def accepted_step(secret: bytes, code: str, now: datetime, last_step: int) -> int | None:
    """Return the time step this code belongs to; None when it is wrong, or not newer than `last_step`."""
    typed = "".join(code.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    current = int(now.timestamp()) // STEP_SECONDS
    for step in range(current - TOLERATED_STEPS, current + TOLERATED_STEPS + 1):
        if step > last_step and _fits(secret, typed, step):
            return step
    return None


def provisioning_uri(secret: bytes, account: str, issuer: str = ISSUER) -> str:
    """Return the otpauth address an authenticator reads from a QR code."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def typed_secret(secret: bytes) -> str:
    """Return the secret as it is typed into an authenticator: base32 in groups of four."""
    text = base64.b32encode(secret).decode("ascii").rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def new_recovery_codes() -> list[str]:
    """Return codes that stand in for a lost device, each once; about 59 bits each."""
    return [random_code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> str:
    """Return the hash a recovery code is kept as; they are random, so a plain hash is enough."""
    typed = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.sha256(typed.encode("utf-8", errors="replace")).hexdigest()


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - what RFC 6238 and authenticators use


def _fits(secret: bytes, code: str, step: int) -> bool:
    try:
        _totp(secret).verify(code.encode("ascii"), step * STEP_SECONDS)
    except InvalidToken:
        return False
    return True
