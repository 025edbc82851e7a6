"""Locks the box once while a capture program works, as it happens at a centre after a power cut."""

import threading

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from artbox.box.testkit.bench import Bench
from artbox.box.testkit.exchanges import IMPORTS

TAKEN = range(200, 300)
OPENING_SECONDS = 0.5


class ClosesOnce:
    """Locks the box at the first import after one was taken, and opens it `seconds` later; 0: never.

    A real box asks a program to come again after a minute; here Retry-After says how long it really takes.
    """

    def __init__(self, app: ASGIApp, bench: Bench, seconds: int) -> None:
        self.app = app
        self.bench = bench
        self.seconds = seconds
        self._taken = False
        self._closed = seconds == 0
        self._opening = threading.Timer(max(0, seconds - OPENING_SECONDS), bench.unlock)
        self._opening.daemon = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, having locked the box if it is time."""
        importing = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == IMPORTS
        if importing and self._taken and not self._closed:
            self._closed = True
            await run_in_threadpool(self.bench.lock)
            self._opening.start()

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._taken = self._taken or (importing and message["status"] in TAKEN)
                headers = MutableHeaders(scope=message)
                if "retry-after" in headers:
                    headers["Retry-After"] = str(self.seconds)
            await send(message)

        await self.app(scope, receive, answered)

    def end(self) -> None:
        """Forget an opening that is still to come."""
        self._opening.cancel()
