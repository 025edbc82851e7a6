"""The client of the service's control socket, used by the unlock process and the command line.

The control app answers:
`GET /state` → {"state", "since" (ISO 8601), "lock_reason", "busy_with"};  `GET /setup` → {"missing": [...]};
`POST /keys` {"vault", "database", "header_mac", "dirpronova" (hex), "first": bool, "failures": int} → 204;
`POST /tokens` {"product"} → 201 {"token"};
`POST /deliveries` {"register": str|null} → 200 {"delivered": [...]};
`POST /deliveries` {"due": true} → the same, where the turn has come;
`POST /ledger/stamp` {} → 200 {"sequence", "authority", "stamped_at"};  `GET /ledger` → NDJSON;
`POST /demo` {} → 200 {...};  `POST /lock` → 202;
`POST /master-password/begin` {"session"} → {"name", "role", "centre_no"};
`POST /master-password/changed` {"actor"} → 204;  `POST /master-password/refused` → 204;
`POST /administrators/recover` {"name", "password_hash"} → 204.
A refusal is problem+json (RFC 9457) with the extra members `code` and `fields` of the ArtboxError behind it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from artbox.box import errors
from artbox.box.domain.keys import ServiceKeys
from artbox.box.errors import ArtboxError, ServiceUnreachable


@dataclass(frozen=True)
class Person:
    """Who may change the master password, as the service knows them."""

    name: str
    role: str
    centre_no: int | None


class ControlClient:
    """Speaks HTTP over the control socket; every refusal of the service is raised again as the same error."""

    def __init__(self, socket: Path, *, timeout: float = 300.0) -> None:
        self._socket = socket
        self._timeout = timeout

    def state(self) -> dict[str, Any]:
        """Return state, since, busy_with."""
        return self._ask("GET", "/state")

    def setup_missing(self) -> list[str]:
        """Return the steps the setup still needs."""
        return [str(step) for step in self._ask("GET", "/setup")["missing"]]

    def hand_over(self, keys: ServiceKeys, *, first: bool, failures: int = 0) -> None:
        """Give the service its keys, and tell how many wrong master passwords were given before."""
        self._ask("POST", "/keys", {**keys.to_hex(), "first": first, "failures": failures})

    def create_token(self, product: str) -> str:
        """Make a token for a capture program and return its secret."""
        return str(self._ask("POST", "/tokens", {"product": product})["token"])

    def deliver(self, register: str | None = None) -> list[dict[str, Any]]:
        """Deliver what is waiting; one entry per package."""
        return list(self._ask("POST", "/deliveries", {"register": register})["delivered"])

    def deliver_due(self) -> list[dict[str, Any]]:
        """Deliver for the registers whose turn has come."""
        return list(self._ask("POST", "/deliveries", {"due": True})["delivered"])

    def stamp(self) -> dict[str, Any]:
        """Have the head of the ledger stamped now."""
        return self._ask("POST", "/ledger/stamp", {})

    def ledger(self) -> Iterator[dict[str, Any]]:
        """Yield the ledger line by line; raise ServiceUnreachable when it breaks off."""
        transport = httpx.HTTPTransport(uds=str(self._socket))
        with httpx.Client(transport=transport, timeout=self._timeout, trust_env=False) as client:
            try:
                with client.stream("GET", "http://control/ledger") as response:
                    if not response.is_success:
                        response.read()
                        raise _refusal(response.json())
                    for line in response.iter_lines():
                        yield json.loads(line)
            except (httpx.HTTPError, ValueError) as error:
                raise ServiceUnreachable from error

    def demo(self) -> dict[str, Any]:
        """Fill the box with synthetic data and deliver."""
        return self._ask("POST", "/demo", {})

    def lock(self) -> None:
        """Lock the box."""
        self._ask("POST", "/lock", {})

    def begin_master_change(self, session_id: str) -> Person:
        """Return whose session this is, when it may change the master password."""
        answer = self._ask("POST", "/master-password/begin", {"session": session_id})
        return Person(str(answer["name"]), str(answer["role"]), answer["centre_no"])

    def master_password_changed(self, actor: str) -> None:
        """Tell that another master password opens the box."""
        self._ask("POST", "/master-password/changed", {"actor": actor})

    def master_password_refused(self) -> None:
        """Tell that somebody gave a wrong master password."""
        self._ask("POST", "/master-password/refused", {})

    def recover_administrator(self, name: str, password_hash: str) -> None:
        """Give an administrator a new password, proven by the master password."""
        self._ask("POST", "/administrators/recover", {"name": name, "password_hash": password_hash})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        transport = httpx.HTTPTransport(uds=str(self._socket))
        with httpx.Client(transport=transport, timeout=self._timeout, trust_env=False) as client:
            try:
                response = client.request(method, f"http://control{path}", json=body)
            except httpx.HTTPError as error:
                raise ServiceUnreachable from error
        try:
            answer = response.json() if response.content else {}
        except ValueError as error:
            raise ServiceUnreachable from error
        if not response.is_success:
            raise _refusal(answer)
        if not isinstance(answer, dict):
            raise ServiceUnreachable
        return answer


def _refusal(answer: object) -> ArtboxError:
    """Return the error the service raised, found by its code; unknown codes keep code and fields."""
    code, fields = "", {}
    if isinstance(answer, dict):
        code, fields = str(answer.get("code", "")), answer.get("fields", {})
    if not code or not isinstance(fields, dict):
        return ServiceUnreachable()
    named = {str(name): value for name, value in fields.items()}
    return _BY_CODE.get(code, ArtboxError)(code, **named)


_BY_CODE: dict[str, type[ArtboxError]] = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, ArtboxError)
}
