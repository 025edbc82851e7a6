"""`artbox unlock`: the short-lived process that alone sees the master password, gone after one answer.

It hands the derived keys to the service and leads the browser on, or shows the page again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from artbox.box.adapters.control_client import ControlClient
from artbox.box.domain.states import BoxState
from artbox.box.edge import activation
from artbox.box.edge.guards import PAGE_BODY_LIMIT, BodyLimit, HostAllowList, SameOriginOnly, SecurityHeaders
from artbox.box.edge.texts import COOKIE, chosen_language
from artbox.box.errors import ArtboxError, ServiceUnreachable, Throttled
from artbox.box.services.unlocking import Unlocking
from artbox.box.settings import Settings
from artbox.box.web import rendering
from artbox.box.web.forms import Problems, Values, read_form
from artbox.box.web.frame import Frame, fingerprint

IDLE_SECONDS = 30
PASSWORD_FIELDS = {
    "wrong-master-password": "masterpasswort",
    "master-password-too-short": "masterpasswort",
    "master-password-too-long": "masterpasswort",
    "master-passwords-differ": "wiederholung",
}
# What the browser is led past rather than shown: another tab was faster, or a step is missing.
DETOURS = {
    "not-locked": "/",
    "setup-already-done": "/",
    "keyring-missing": "/einrichtung",
    "setup-incomplete": "/einrichtung",
}

log = logging.getLogger(__name__)


class UnlockApp:
    """Two POST routes; `done` is called once a request has been answered."""

    def __init__(self, settings: Settings, control: ControlClient, done: Callable[[], None]) -> None:
        self.settings = settings
        self.control = control
        self.unlocking = Unlocking(settings, control)
        self.done = done
        self.actions = {"/schluessel/entsperren": self.unlock, "/schluessel/einrichten": self.set_up}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and be done."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        answer = await self.answer(request)
        await answer(scope, receive, send)
        self.done()

    async def answer(self, request: Request) -> Response:
        """Return the answer to a request; whatever fails is shown in the frame of the pages."""
        action = self.actions.get(request.url.path)
        try:
            if action is None:
                return await run_in_threadpool(self.error, request, 404)
            if request.method != "POST":
                return rendering.see_other("/")
            form = await read_form(request)
            return await run_in_threadpool(action, request, form)
        except HTTPException as error:
            return await run_in_threadpool(self.error, request, error.status_code, None)
        except Exception as error:
            log.error("the unlocking process failed: %s", type(error).__name__)
            return await run_in_threadpool(self.error, request, 500, "internal")

    def unlock(self, request: Request, form: Values) -> Response:
        """Open the box with the master password."""
        try:
            self.unlocking.unlock(form.get("masterpasswort", ""))
        except ArtboxError as error:
            return self.again(request, "unlock.html", error)
        return rendering.see_other("/anmelden?hinweis=entsperrt")

    def set_up(self, request: Request, form: Values) -> Response:
        """Give a new box its master password."""
        try:
            self.unlocking.set_up(form.get("masterpasswort", ""), form.get("wiederholung", ""))
        except ArtboxError as error:
            return self.again(request, "setup/finish.html", error)
        return rendering.see_other("/anmelden?hinweis=eingerichtet")

    def again(self, request: Request, template: str, error: ArtboxError) -> Response:
        """Show the page again with what was wrong, or lead past it."""
        log.warning("refused: %s", error)
        if error.code in DETOURS:
            return rendering.see_other(DETOURS[error.code])
        state = self.state()
        frame = self.frame(request, state)
        problems = Problems.from_error(error, PASSWORD_FIELDS, frame.language)
        status_code = 429 if isinstance(error, Throttled) else 422 if error.code in PASSWORD_FIELDS else 503
        since = datetime.fromisoformat(state["since"]) if state.get("since") else None
        known = {"centre_no": state.get("centre_no"), "administrator": state.get("administrator")}
        return rendering.page(frame, template, status_code, problems=problems, since=since, **known)

    def error(self, request: Request, status_code: int, code: str | None = None) -> Response:
        """Show an error page."""
        return rendering.error_page(self.frame(request, self.state()), status_code, code)

    def refuse(self, request: Request, status_code: int) -> Response:
        """Refuse what another site's page asked for."""
        self.done()
        return self.error(request, status_code, "foreign-origin")

    def state(self) -> Mapping[str, Any]:
        """Return what the service tells of itself; nothing while it starts."""
        try:
            return self.control.state()
        except ServiceUnreachable:
            return {}

    def frame(self, request: Request, state: Mapping[str, Any]) -> Frame:
        """Return the surroundings of the page."""
        return Frame(
            language=chosen_language(request.cookies.get(COOKIE)),
            path="/",
            state=BoxState(state.get("state", BoxState.LOCKED)),
            centre_no=state.get("centre_no"),
            release=state.get("catalogue"),
            fingerprint=fingerprint(self.settings.web_certificate),
            support=self.settings.support_contact,
        )


def guarded(app: UnlockApp) -> ASGIApp:
    """Return the application behind the guards of the pages."""
    limited = BodyLimit(SameOriginOnly(app, app.refuse), PAGE_BODY_LIMIT)
    return SecurityHeaders(HostAllowList(limited, app.settings.allowed_hosts))


def unlock() -> int:
    """Answer one request on the inherited socket, or end after a while without one; return the exit code."""
    (unlock_socket,) = activation.inherited("unlock")
    settings = Settings.load()
    asyncio.run(_run(settings, unlock_socket))
    return 0


async def _run(settings: Settings, unlock_socket: Any) -> None:
    def done() -> None:
        server.should_exit = True

    app = UnlockApp(settings, ControlClient(settings.control_socket), done)
    config = uvicorn.Config(
        guarded(app),
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        log_level="warning",
        loop="asyncio",
        http="h11",
        ws="none",
        timeout_keep_alive=1,
    )
    server = uvicorn.Server(config)
    idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, done)
    try:
        await server.serve(sockets=[unlock_socket])
    finally:
        idle.cancel()
