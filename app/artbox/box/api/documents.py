"""The bodies of imports: JSON as a whole within its limit, NDJSON piece by piece."""

from collections.abc import AsyncIterator

from starlette.requests import Request

from artbox.box.api.problems import ApiProblem
from artbox.box.domain import limits

JSON_TYPE = "application/json"
NDJSON_TYPE = "application/x-ndjson"
PIECE_BYTES = 256 * 1024


def media_type(request: Request) -> str:
    """Return JSON_TYPE or NDJSON_TYPE; raise ApiProblem for any other type."""
    found = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if found not in (JSON_TYPE, NDJSON_TYPE):
        raise ApiProblem("unsupported-media-type")
    return found


async def whole(request: Request) -> bytes:
    """Return a JSON document's bytes; raise DocumentRefused at the first one beyond the limit."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limits.DOCUMENT_BYTES:
        raise limits.exceeded("too-large", "document_bytes", limits.DOCUMENT_BYTES)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limits.DOCUMENT_BYTES:
            raise limits.exceeded("too-large", "document_bytes", limits.DOCUMENT_BYTES)
    return bytes(body)


async def pieces(request: Request) -> AsyncIterator[bytes]:
    """Give a body in pieces of about PIECE_BYTES, so that few steps carry it on."""
    waiting = bytearray()
    async for piece in request.stream():
        waiting += piece
        if len(waiting) >= PIECE_BYTES:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)
