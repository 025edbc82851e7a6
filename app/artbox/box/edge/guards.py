"""Guards every request passes before a route is looked up: Host, headers, body size, origin of a change.

Written as plain ASGI so that the short-lived unlocking process can stand behind the same ones.
"""

import ipaddress
import logging
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
# No Strict-Transport-Security: with the box's own certificate it takes away the way past the warning.
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PAGE_BODY_LIMIT = 64 * 1024

log = logging.getLogger(__name__)

Refusal = Callable[[Request, int], Response]


class BodyTooLarge(HTTPException):
    """The body is larger than this path takes. `limit` is in octets."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(status_code=413)


class SecurityHeaders:
    """Puts the headers on every answer; what does not say otherwise is never stored by a browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers added to the answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, with_headers)


class QuietFailures:
    """Ends what nothing else caught: the log gets kind and place of the error, never its words or a value."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; an application that has answered by then may raise in peace."""
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            places = traceback.extract_tb(error.__traceback__)
            trail = " < ".join(f"{Path(place.filename).name}:{place.lineno}" for place in reversed(places))
            log.error(
                "%s %s failed: %s at %s", scope.get("method"), scope["type"], type(error).__name__, trail
            )


class HostAllowList:
    """Answers to the box's own names, so that a foreign name pointed here reads nothing (DNS rebinding).

    A literal address cannot be pointed elsewhere and is always let in: the box must answer under whatever
    address it was given.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str]) -> None:
        self.app = app
        self.allowed = frozenset(name.lower() for name in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 400 (no usable Host) or 421 (not one of ours)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = host_name(Headers(scope=scope).get("host", ""))
        if host is None:
            await PlainTextResponse("bad Host header\n", status_code=400)(scope, receive, send)
        elif host not in self.allowed and not _is_address(host):
            await PlainTextResponse("not served under this name\n", status_code=421)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class BodyLimit:
    """Bounds the body of a request: by its announced length, and by what really comes."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; reading more than the limit raises BodyTooLarge inside the application."""
        received = 0
        announced = _announced_length(scope)

        async def counted() -> Message:
            nonlocal received
            if announced > self.limit:
                raise BodyTooLarge(self.limit)
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.limit:
                raise BodyTooLarge(self.limit)
            return message

        await self.app(scope, counted, send)


class SameOriginOnly:
    """Refuses changes that another site's page asked the browser for.

    Sec-Fetch-Site decides where it is sent, else Origin against Host; a request with neither is refused.
    """

    def __init__(self, app: ASGIApp, refuse: Refusal) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403."""
        if (
            scope["type"] == "http"
            and scope["method"] not in SAFE_METHODS
            and not _same_origin(Headers(scope=scope))
        ):
            request = Request(scope, receive)
            await self.refuse(request, 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def host_name(header: str) -> str | None:
    """Return the name or address in a Host header, lower-case, without port; None when it is malformed."""
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.path or parts.query or parts.fragment or parts.username is not None:
        return None
    return parts.hostname


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _announced_length(scope: Scope) -> int:
    if scope["type"] != "http":
        return 0
    value = Headers(scope=scope).get("content-length", "0")
    return int(value) if value.isdecimal() else 0


def _same_origin(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = urlsplit(headers.get("origin", ""))
    return bool(origin.netloc) and origin.scheme == "https" and origin.netloc == headers.get("host")
