"""Access tokens of capture programs."""

import hashlib
import secrets

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.accounts import Token
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.names import product_name
from artbox.box.errors import TokenUnknown

PREFIX = "artbox_"
"""Lets a scanner of repositories and logs recognise a leaked token."""


class Tokens:
    """Tokens are shown once, stored hashed, and revocable."""

    def __init__(self, handle: StoreHandle) -> None:
        self._handle = handle

    def create(self, product: str, *, actor: str = "control") -> str:
        """Return the secret of a new token for the capture program `product`; raise ProductNameInvalid."""
        name = product_name(product)
        secret = PREFIX + secrets.token_urlsafe(32)
        entry = AuditEntry(AuditTag.TOKEN_CREATED, actor, {"product": name})
        self._handle.store.tokens.add(name, _hash(secret), entry)
        return secret

    def verify(self, secret: str) -> Token | None:
        """Return the token behind the secret; None when unknown or revoked."""
        token = self._handle.store.tokens.by_hash(_hash(secret))
        return token if token is not None and token.revoked_at is None else None

    def all(self) -> list[Token]:
        """Return every token, newest first, revoked ones included."""
        return self._handle.store.tokens.all()

    def revoke(self, token_id: int, *, actor: str = "control") -> None:
        """End a token's access; raise TokenUnknown."""
        entry = AuditEntry(AuditTag.TOKEN_REVOKED, actor, {"token_id": token_id})
        if not self._handle.store.tokens.revoke(token_id, entry):
            raise TokenUnknown


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", errors="replace")).hexdigest()
