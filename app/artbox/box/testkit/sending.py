"""Speaks to an import interface as a capture program does, over HTTP."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from artbox.box.api.problems import TYPE_PREFIX
from artbox.box.testkit.errors import KitError
from artbox.box.testkit.exchanges import IMPORTS, NDJSON_TYPE, RUNNING

API = "/api/v1"
PRODUCT = "ARTbox testkit"
WAIT_SECONDS = 60
POLL_SECONDS = 0.1
REPORT_NOW = {"Prefer": f"wait={WAIT_SECONDS}"}


class Interface:
    """One import interface at `url`; `verify` is what TLS trusts, as httpx takes it."""

    def __init__(self, url: str, token: str, verify: Any = True) -> None:
        self.client = httpx.Client(base_url=url, verify=verify, timeout=2 * WAIT_SECONDS, trust_env=False)
        self.authorization = {"Authorization": f"Bearer {token}"}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask for a path below /api/v1; `headers` replace the token."""
        return self._request(
            "GET", API + path, headers=self.authorization if headers is None else dict(headers)
        )

    def hand_over(self, document: object, query: str = "", **headers: str) -> httpx.Response:
        """Send one JSON document and ask for its report at once."""
        sent = {**self.authorization, **REPORT_NOW, **headers}
        return self._request("POST", IMPORTS + query, json=document, headers=sent)

    def hand_over_bytes(self, body: bytes, media_type: str = NDJSON_TYPE, **headers: str) -> httpx.Response:
        """Send a body as it is."""
        sent = {**self.authorization, **REPORT_NOW, "Content-Type": media_type, **headers}
        return self._request("POST", IMPORTS, content=body, headers=sent)

    def report(self, document: object, **headers: str) -> dict[str, Any]:
        """Send a document and return its report, fetched if not ready; raise KitError for a refusal."""
        answer = self.hand_over(document, **headers)
        return self.report_of(answer)

    def report_of(self, answer: httpx.Response) -> dict[str, Any]:
        """Return the report an answer holds or leads to; raise KitError for a refusal."""
        if answer.status_code == 202:
            place = answer.headers["location"].removeprefix(API)
            answer = self.get(place)
            deadline = time.monotonic() + WAIT_SECONDS
            while answer.status_code == 200 and answer.json()["state"] == RUNNING:
                if time.monotonic() > deadline:
                    raise KitError(f"not done within {WAIT_SECONDS} seconds")
                time.sleep(POLL_SECONDS)
                answer = self.get(place)
        if answer.status_code != 200:
            raise KitError(f"answered {answer.status_code} {problem_of(answer) or ''}".strip())
        found: dict[str, Any] = answer.json()
        return found

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Response:
        try:
            return self.client.request(method, path, **parts)
        except httpx.HTTPError as error:
            raise KitError(f"The interface does not answer ({type(error).__name__}).") from error


def problem_of(answer: httpx.Response) -> str | None:
    """Return the name of the problem an answer tells (RFC 9457); None when it tells none."""
    if answer.headers.get("content-type") != "application/problem+json":
        return None
    return str(answer.json()["type"]).removeprefix(TYPE_PREFIX)
