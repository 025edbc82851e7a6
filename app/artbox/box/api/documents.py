"""Reading an import document: JSON as a whole, or NDJSON with a header line and one patient per line."""

import json

from starlette.requests import Request

from artbox.box.api.problems import ApiProblem

JSON_TYPE = "application/json"
NDJSON_TYPE = "application/x-ndjson"


async def read_document(request: Request) -> bytes:
    """Return the bytes of one JSON import document; raise ApiProblem for a type or line that does not fit."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type == JSON_TYPE:
        return await request.body()
    if media_type == NDJSON_TYPE:
        return join_lines(await request.body())
    raise ApiProblem("unsupported-media-type")


def join_lines(body: bytes) -> bytes:
    """Return the document that header and patient lines stand for; a bad line is named by its number."""
    lines = [(number, line.strip()) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    for number, line in lines:
        if not _is_object(line):
            raise ApiProblem("document-refused", reason="line", line=number)
    if not lines or "patients" in json.loads(lines[0][1]):
        raise ApiProblem("document-refused", reason="not-a-document")
    # Every line is a complete object by itself, so joining them cannot change what any of them says.
    header = lines[0][1][:-1].rstrip()
    separator = b"" if header == b"{" else b","
    patients = b",".join(line for _, line in lines[1:])
    return b"".join((header, separator, b'"patients":[', patients, b"]}"))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
