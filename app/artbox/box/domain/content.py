"""The form a record is stored in, and the hash that tells a changed one from an unchanged one."""

import hashlib

from artbox.wire import canonical


def canonical_text(document: object) -> str:
    """Return canonical JSON; equal for documents that differ in spacing or order of members only."""
    return canonical.encode(document).decode("utf-8")


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def content_hash(document: object) -> str:
    """Return the hash of a document's canonical JSON."""
    return text_hash(canonical_text(document))
