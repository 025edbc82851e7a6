"""Stands before the interface and remembers every exchange of a capture program."""

import json
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from artbox.box.testkit.exchanges import Exchange, Json, body_hash, content_of

PREFIX = "/api/v1/"
LARGEST_BODY = 64 * 1024 * 1024
LARGEST_ANSWER = 64 * 1024 * 1024


class Recorder:
    """Passes everything on unchanged; `exchanges` grows by one for each answered request."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self.clock = clock
        self.exchanges: list[Exchange] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; what belongs to the interface is remembered."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        at, body, answer = self.clock(), bytearray(), bytearray()
        start: Message = {"status": 500, "headers": []}
        unread = True

        async def received() -> Message:
            nonlocal unread
            message = await receive()
            unread = message.get("more_body", False)
            _keep(body, message.get("body", b""), LARGEST_BODY)
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                # a locked box refuses before it reads; what was sent must be known to be recognised again
                while unread and len(body) < LARGEST_BODY:
                    await received()
            _keep(answer, message.get("body", b""), LARGEST_ANSWER)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                self.exchanges.append(_exchange(at, scope, bytes(body), start, bytes(answer)))
            await send(message)

        await self.app(scope, received, sent)


def _keep(kept: bytearray, part: bytes, largest: int) -> None:
    kept += part[: max(0, largest - len(kept))]


def _exchange(at: float, scope: Scope, body: bytes, start: Message, answer: bytes) -> Exchange:
    return Exchange(
        at=at,
        method=scope["method"],
        path=scope["path"],
        headers=dict(Headers(scope=scope)),
        body_hash=body_hash(body),
        content=content_of(body) if body else content_of(b"{}"),
        status=int(start["status"]),
        answer_headers=dict(Headers(raw=start["headers"])),
        answer=_json(answer),
    )


def _json(answer: bytes) -> Json:
    try:
        found = json.loads(answer)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
