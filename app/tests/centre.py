"""A centre as the tests play it: its staff at the pages and its capture program at the import interface.

Speaks HTTPS with the box's own certificate as the only trust, so it works against every way a box can run.
"""

import html
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ADMINISTRATOR = "Testleitung"
PASSWORD = "vier-gelbe-Lampen-am-Steg"
MASTER_PASSWORD = "Regenschirm Kantine Murmel Postbote"
START_SECONDS = 90


@dataclass
class Centre:
    """One centre with its box at `url`; `ca_file` holds the box's certificate."""

    url: str
    ca_file: Path
    centre_no: int = 101
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = self._client()

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Centre":
        """Return the centre whose box the facts of a `box.json` describe."""
        return cls(facts["url"], Path(facts["ca_file"]), int(facts["centre_no"]))

    def _client(self) -> httpx.Client:
        trust = ssl.create_default_context(cafile=str(self.ca_file))
        return httpx.Client(base_url=self.url, verify=trust, timeout=60, trust_env=False)

    def state(self) -> str:
        """Ask the box for its state."""
        answer = self.http.get("/api/v1/status")
        answer.raise_for_status()
        return str(answer.json()["state"])

    def wait_for(self, state: str, seconds: float = START_SECONDS) -> None:
        """Wait until the box says it is in `state`."""
        deadline = time.monotonic() + seconds
        seen: object = None
        while time.monotonic() < deadline:
            try:
                seen = self.state()
            except (httpx.HTTPError, KeyError, ValueError) as error:
                seen = error
            if seen == state:
                return
            time.sleep(0.3)
        raise AssertionError(f"the box did not become {state} within {seconds} s, last: {seen!r}")

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form as the box's own page would."""
        return self.http.post(
            path, data=fields, headers={"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        )

    def set_up(self, code: str) -> None:
        """Walk through the setup dialog."""
        expect(self.post("/einrichtung/zentrum", zentrumsnummer=str(self.centre_no), anmeldecode=code), 303)
        administrator = {"benutzername": ADMINISTRATOR, "passwort": PASSWORD, "wiederholung": PASSWORD}
        expect(self.post("/einrichtung/administrator", **administrator), 303)
        secret = {"masterpasswort": MASTER_PASSWORD, "wiederholung": MASTER_PASSWORD}
        expect(self.post("/schluessel/einrichten", **secret), 303)
        self.wait_for("ready")

    def unlock(self) -> None:
        """Give the master password."""
        expect(self.post("/schluessel/entsperren", masterpasswort=MASTER_PASSWORD), 303)
        self.wait_for("ready")

    def sign_in(self) -> None:
        """Sign in as the administrator."""
        expect(self.post("/anmelden", benutzername=ADMINISTRATOR, passwort=PASSWORD), 303)

    def lock(self) -> None:
        """Lock the box."""
        expect(self.post("/sperren"), 303)
        self.wait_for("locked")

    def page(self, path: str) -> str:
        """Return a page that must be there."""
        answer = self.http.get(path)
        expect(answer, 200)
        return answer.text

    def make_token(self, product: str) -> str:
        """Make access for a capture program and read its secret off the page, where it stands once."""
        answer = self.post("/eingang/programme", produkt=product)
        expect(answer, 200)
        found = re.search(r'id="schluessel">([^<]+)<', answer.text)
        assert found, "the page shows no secret"
        return html.unescape(found[1])

    def hand_over(self, token: str, document: Mapping[str, Any], **parameters: str) -> httpx.Response:
        """Hand an import document to the box as a capture program does."""
        return self.http.post(
            "/api/v1/imports",
            json=document,
            params=parameters,
            headers={"Authorization": f"Bearer {token}", "Prefer": "wait=30"},
        )

    def deliver(self) -> None:
        """Press "Jetzt exportieren" and wait until every package has its receipt."""
        answer = self.post("/exporte/jetzt")
        assert answer.status_code in (200, 303), answer.text
        self.wait_for("ready")

    def package_numbers(self) -> list[int]:
        """Return the numbers of the packages on the exports page."""
        return sorted({int(number) for number in re.findall(r'href="/exporte/(\d+)"', self.page("/exporte"))})

    def download(self, path: str) -> bytes:
        """Return a file that must be there."""
        answer = self.http.get(path)
        expect(answer, 200)
        return answer.content


def expect(answer: httpx.Response, status: int) -> None:
    """Fail with what the page says when the answer is another one."""
    if answer.status_code != status:
        words = re.sub(r"<[^>]+>|\s+", " ", answer.text)
        raise AssertionError(
            f"{answer.request.url}: {answer.status_code} instead of {status}: {words[:1500]}"
        )
