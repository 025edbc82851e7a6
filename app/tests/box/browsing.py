"""A browser without a screen before the real application: https, cookies, forms as pages send them."""

import html
import re

import httpx
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from artbox.box.application import Application
from artbox.box.serving import public_app
from tests.box.real_parts import ADMINISTRATOR, PASSWORD

ORIGIN = "https://artbox.local"


class Browser:
    """Follows no redirect by itself, so that a test sees each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.client = TestClient(app, base_url=ORIGIN, follow_redirects=False)

    @classmethod
    def of(cls, application: Application) -> "Browser":
        return cls(public_app(application))

    def get(self, path: str, **headers: str) -> httpx.Response:
        answer: httpx.Response = self.client.get(path, headers=headers)
        return answer

    def post(self, path: str, **fields: str) -> httpx.Response:
        answer: httpx.Response = self.client.post(
            path, data=fields, headers={"Sec-Fetch-Site": "same-origin"}
        )
        return answer

    def sign_in(self) -> "Browser":
        answer = self.post("/anmelden", benutzername=ADMINISTRATOR, passwort=PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (303, "/status")
        return self


def words(answer: httpx.Response) -> str:
    """Return what a reader sees."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def value_of(answer: httpx.Response, field: str) -> str | None:
    """Return what a form field is filled with."""
    tag = re.search(rf'<input[^>]*id="{field}"[^>]*>', answer.text)
    assert tag, field
    found = re.search(r' value="([^"]*)"', tag[0])
    return html.unescape(found[1]) if found else None


def problem_of(answer: httpx.Response, field: str) -> str:
    """Return the message beside a form field; the summary on top must link to the field and say the same."""
    found = re.search(rf'id="{field}-fehler">.*?<span class="kern-body">(.*?)</span>', answer.text, re.S)
    assert found, f"no message beside {field}"
    message = html.unescape(found[1])
    assert re.search(rf'role="alert".*?href="#{field}">{re.escape(found[1])}<', answer.text, re.S)
    return message
