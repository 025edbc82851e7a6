"""The hash by which a record is recognised as unchanged: SHA-256 over its canonical JSON."""

import hashlib

from artbox.wire import canonical


def content_hash(document: object) -> str:
    """Return 64 hex digits; equal for documents that differ in spacing or order of members only."""
    return hashlib.sha256(canonical.encode(document)).hexdigest()
