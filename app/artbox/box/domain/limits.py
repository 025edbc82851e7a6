"""How much one import may bring: the bounds of a document, of a line, of nesting, and of counts.

The number of patients in one JSON document, of cycles of a patient and so on are the catalogue's
(`limits` in `release.yml`): the JSON Schema names them.
"""

from artbox.box.errors import DocumentRefused

DOCUMENT_BYTES = 16 * 1024 * 1024
"""Of a JSON document, which is held in memory as a whole; also of every dry run, whose report is."""
STREAM_BYTES = 8 * 1024 * 1024 * 1024
"""Of NDJSON, which is never held as a whole; it only keeps an endless body from filling the disk."""
LINE_BYTES = 2 * 1024 * 1024
"""Of one line of NDJSON: several times the largest patient the catalogue allows."""
DEPTH = 24
"""Of containers inside one another; the catalogue's own documents have six."""
STREAM_PATIENTS = 1_000_000
DOCUMENT_CYCLES = 20_000
"""Of all patients of one JSON document together."""


def as_text() -> str:
    """Say the limits to a vendor; `limit` and `limit_value` of a problem name the one that was exceeded."""
    return (
        f"Limits: `document_bytes` {DOCUMENT_BYTES} (of JSON, and of a dry run), `cycles` {DOCUMENT_CYCLES}"
        f" in one JSON document, `patients` as the schema says in JSON and {STREAM_PATIENTS} in NDJSON,"
        f" `line_bytes` {LINE_BYTES}, `body_bytes` {STREAM_BYTES} of NDJSON, `depth` {DEPTH}."
    )


def exceeded(reason: str, limit: str, value: int, **fields: object) -> DocumentRefused:
    """Return the refusal that names the limit and its value."""
    return DocumentRefused(reason=reason, limit=limit, limit_value=value, **fields)
