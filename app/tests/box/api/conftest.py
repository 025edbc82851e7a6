"""A capture program with its token, in front of an open box."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from artbox.catalogue.synthetic import documents
from tests.box.browsing import Browser
from tests.box.real_parts import Box


@dataclass
class Program:
    """Sends its token with every request."""

    browser: Browser
    secret: str
    box: Box

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.browser.get(f"/api/v1{path}", Authorization=f"Bearer {self.secret}", **headers)

    def hand_over(
        self, document: Any, query: str = "", *, wait: bool = True, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        sent = {"Authorization": f"Bearer {self.secret}", **({"Prefer": "wait=20"} if wait else {})}
        sent |= headers or {}
        form = {"content": document} if isinstance(document, bytes) else {"json": document}
        answer: httpx.Response = self.browser.client.post(f"/api/v1/imports{query}", headers=sent, **form)
        return answer

    def document(self, patients: int = 2, seed: int = 11) -> dict[str, Any]:
        release = self.box.application.catalogue.current
        return next(documents(release, centre_no=self.box.centre_no, patients=patients, seed=seed))


@pytest.fixture
def program(box: Box) -> Program:
    return Program(Browser.of(box.application), box.application.tokens.create("Testprogramm"), box)
