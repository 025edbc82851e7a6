"""Canonical JSON: the one byte form in which manifests and receipts are signed.

Sorted members, no blanks, UTF-8. A reader accepts nothing else, so that what was signed and what is read
can never differ (doubled members, other spellings).
"""

import json

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def encode(document: object) -> bytes:
    """Return the canonical bytes of a document. Errors: ValueError for NaN and infinities."""
    return _ENCODER.encode(document).encode("utf-8")


def decode(content: bytes) -> dict[str, object]:
    """Read canonical bytes of a JSON object. Errors: ValueError for anything that is not canonical."""
    try:
        document = json.loads(content.decode("utf-8"))
        if not isinstance(document, dict) or encode(document) != content:
            raise ValueError("not a JSON object in canonical form")
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return document
