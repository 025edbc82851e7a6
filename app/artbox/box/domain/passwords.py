"""Account passwords: Argon2id hashes in PHC format. The master password is another matter."""

import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from artbox.box.domain.keys import KEY_BYTES, SALT_BYTES, Cost, password_bytes

MINIMUM_CHARACTERS = 12
MAXIMUM_CHARACTERS = 1024
COST = Cost(memory_kib=65536, iterations=3, lanes=1)


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
