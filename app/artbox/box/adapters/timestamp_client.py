"""Asking time-stamp authorities over HTTP (RFC 3161, section 3.4). What comes back is not judged here."""

from pathlib import Path

import httpx

from artbox.box.settings import TimestampAuthority
from artbox.wire.errors import TimestampRefused
from artbox.wire.timestamps import MAX_REPLY_BYTES, QUERY_TYPE

SECONDS = 20.0


class TimestampClient:
    """One request to one authority; nothing of a proxy, a redirect or a cookie is followed."""

    def ask(self, authority: TimestampAuthority, request: bytes) -> bytes:
        """Return the authority's reply; raise TimestampRefused when there is none."""
        try:
            with (
                httpx.Client(timeout=SECONDS, trust_env=False, follow_redirects=False) as client,
                client.stream(
                    "POST", authority.url, content=request, headers={"Content-Type": QUERY_TYPE}
                ) as response,
            ):
                return _bounded(response)
        except httpx.HTTPError as error:
            raise TimestampRefused(f"{authority.name} does not answer") from error

    def chain(self, authority: TimestampAuthority) -> str:
        """Return the certificates (PEM) the authority's tokens must chain to; raise TimestampRefused."""
        try:
            return Path(authority.chain).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise TimestampRefused(f"the chain of {authority.name} cannot be read") from error


def _bounded(response: httpx.Response) -> bytes:
    received = b""
    for piece in response.iter_bytes():
        received += piece
        if len(received) > MAX_REPLY_BYTES:
            raise TimestampRefused("the reply is too large")
    if not response.is_success:
        raise TimestampRefused(f"the authority answers {response.status_code}")
    return received
