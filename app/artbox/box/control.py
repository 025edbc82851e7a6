"""The control interface on the box's own socket: for the unlocking process, timers and the command line.

The socket belongs to the service's user alone; there is no further check. `ControlClient` is the other end.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from artbox.box.application import Application
from artbox.box.domain.keys import ServiceKeys
from artbox.box.errors import ArtboxError

log = logging.getLogger(__name__)

STATUS = {
    "box-locked": 503,
    "not-enrolled": 503,
    "delivery-failed": 502,
    "timestamp-failed": 502,
    "product-name-invalid": 422,
    "keys-invalid": 422,
    "setup-incomplete": 409,
    "setup-already-done": 409,
    "not-locked": 409,
    "master-password-change-refused": 403,
    "administrator-unknown": 404,
}
Members = dict[str, Any]
Action = Callable[[Application, Members], Response]


class KeysInvalid(ArtboxError):
    """What came is not a set of keys."""

    code = "keys-invalid"


def create_control(application: Application) -> Starlette:
    """Return the control interface as an ASGI application."""
    return Starlette(
        routes=[_route(application, method, path, action) for method, path, action in ACTIONS],
        exception_handlers={ArtboxError: _refused},
    )


def state(application: Application, _members: Members) -> Response:
    """Tell the state, and what the unlocking process shows around its pages."""
    lifecycle = application.lifecycle
    enrolled = application.enrolment.status()
    return JSONResponse(
        {
            "state": lifecycle.state.value,
            "since": lifecycle.since.isoformat(),
            "lock_reason": lifecycle.lock_reason.value,
            "busy_with": lifecycle.busy_with,
            "centre_no": enrolled.centre_no if enrolled else None,
            "administrator": application.setup.draft.administrator_name,
            "catalogue": application.catalogue.current.version,
        }
    )


def setup(application: Application, _members: Members) -> Response:
    """Tell which steps the setup still needs."""
    return JSONResponse({"missing": application.setup.missing()})


def take_keys(application: Application, members: Members) -> Response:
    """Open the box with the keys the unlocking process derived."""
    try:
        keys = ServiceKeys.from_hex(members)
    except ValueError as error:
        raise KeysInvalid from error
    failures = members.get("failures", 0)
    application.lifecycle.open(
        keys, first=members.get("first") is True, failures=failures if isinstance(failures, int) else 0
    )
    return Response(status_code=204)


def create_token(application: Application, members: Members) -> Response:
    """Make a token for a capture program."""
    return JSONResponse(
        {"token": application.tokens.create(str(members.get("product", "")))}, status_code=201
    )


def deliver(application: Application, members: Members) -> Response:
    """Deliver what is waiting: for one register, for all, or for those whose turn has come (`due`)."""
    rounds = application.rounds
    due = members.get("due") is True
    delivered = rounds.deliver_due() if due else rounds.deliver(members.get("register"))
    return JSONResponse({"delivered": [asdict(one) for one in delivered]})


def stamp(application: Application, _members: Members) -> Response:
    """Have the head of the ledger stamped now."""
    stamped = application.ledger.stamp()
    return JSONResponse(
        {
            "sequence": stamped.sequence,
            "authority": stamped.authority,
            "stamped_at": stamped.stamped_at.isoformat(),
        }
    )


def export_ledger(application: Application, _members: Members) -> Response:
    """Hand out entries, tokens, receipts and the audit log, one JSON object a line."""
    application.ledger.update()
    lines = (
        json.dumps(line, ensure_ascii=False) + "\n" for line in application.ledger.export(with_audit=True)
    )
    return StreamingResponse(lines, media_type="application/x-ndjson")


def demo(application: Application, _members: Members) -> Response:
    """Fill the box with synthetic records and deliver them."""
    return JSONResponse(application.demo.run())


def lock(application: Application, _members: Members) -> Response:
    """Lock the box; the process ends once this answer has been sent."""
    application.lifecycle.lock()
    return JSONResponse({"state": "locked"}, status_code=202)


def begin_master_change(application: Application, members: Members) -> Response:
    """Say whether this session may change the master password."""
    session = application.master_password.begin_change(str(members.get("session", "")))
    enrolled = application.enrolment.status()
    centre_no = enrolled.centre_no if enrolled else None
    return JSONResponse({"name": session.name, "role": session.role.value, "centre_no": centre_no})


def master_password_changed(application: Application, members: Members) -> Response:
    """Log that another master password opens the box."""
    application.master_password.changed(str(members.get("actor", "unknown")))
    return Response(status_code=204)


def master_password_refused(application: Application, _members: Members) -> Response:
    """Log a wrong master password."""
    application.master_password.refused()
    return Response(status_code=204)


def recover_administrator(application: Application, members: Members) -> Response:
    """Give an administrator a new password."""
    application.people.recover(str(members.get("name", "")), str(members.get("password_hash", "")))
    return Response(status_code=204)


ACTIONS: tuple[tuple[str, str, Action], ...] = (
    ("GET", "/state", state),
    ("GET", "/setup", setup),
    ("POST", "/keys", take_keys),
    ("POST", "/tokens", create_token),
    ("POST", "/deliveries", deliver),
    ("POST", "/ledger/stamp", stamp),
    ("GET", "/ledger", export_ledger),
    ("POST", "/demo", demo),
    ("POST", "/lock", lock),
    ("POST", "/master-password/begin", begin_master_change),
    ("POST", "/master-password/changed", master_password_changed),
    ("POST", "/master-password/refused", master_password_refused),
    ("POST", "/administrators/recover", recover_administrator),
)


def _route(application: Application, method: str, path: str, action: Action) -> Route:
    async def handle(request: Request) -> Response:
        members = await _members(request)
        return await run_in_threadpool(action, application, members)

    return Route(path, handle, methods=[method])


async def _members(request: Request) -> Members:
    """Return the JSON object of the body; an empty body is an empty object."""
    body = await request.body()
    try:
        members = await request.json() if body else {}
    except ValueError:
        members = {}
    return members if isinstance(members, dict) else {}


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ArtboxError)  # noqa: S101 - registered for this class alone
    log.warning("refused: %s", error)
    status_code = STATUS.get(error.code, 500)
    document = {
        "type": f"urn:artbox:problem:{error.code}",
        "title": error.code,
        "status": status_code,
        "code": error.code,
        "fields": error.fields,
    }
    return JSONResponse(document, status_code, media_type="application/problem+json")
