"""`artbox unlock`: the short-lived process that alone sees the master password, gone after one answer.

It hands the derived keys to the service and leads the browser on, or shows the page again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from artbox.box.adapters.control_client import ControlClient, Person
from artbox.box.domain.accounts import Role, Session
from artbox.box.domain.passwords import NewPassword
from artbox.box.domain.states import BoxState
from artbox.box.edge import activation
from artbox.box.edge.guards import PAGE_BODY_LIMIT, BodyLimit, HostAllowList, SameOriginOnly, SecurityHeaders
from artbox.box.edge.texts import COOKIE, chosen_language
from artbox.box.errors import (
    ArtboxError,
    MasterPasswordChangeRefused,
    ServiceUnreachable,
    Throttled,
    WrongMasterPassword,
)
from artbox.box.services.unlocking import Unlocking, note_refusal
from artbox.box.settings import Settings
from artbox.box.web import rendering
from artbox.box.web.forms import Problems, Values, read_form
from artbox.box.web.frame import SESSION_COOKIE, Frame, fingerprint
from artbox.box.web.pages.lock_texts import reason_text

IDLE_SECONDS = 30
PASSWORD_FIELDS = {
    "wrong-master-password": "masterpasswort",
    "master-password-too-short": "masterpasswort",
    "master-password-too-long": "masterpasswort",
    "password-too-easy": "masterpasswort",
    "master-passwords-differ": "wiederholung",
}
CHANGE_FIELDS = {
    "wrong-master-password": "altes-masterpasswort",
    "master-password-too-short": "masterpasswort",
    "master-password-too-long": "masterpasswort",
    "password-too-easy": "masterpasswort",
    "master-passwords-differ": "wiederholung",
}
RECOVERY_FIELDS = {
    "wrong-master-password": "masterpasswort",
    "administrator-unknown": "benutzername",
    "password-too-short": "passwort",
    "password-too-long": "passwort",
    "password-too-easy": "passwort",
    "passwords-differ": "wiederholung",
}
# What the browser is led past rather than shown: another tab was faster, or a step is missing.
DETOURS = {
    "not-locked": "/",
    "setup-already-done": "/",
    "keyring-missing": "/einrichtung",
    "setup-incomplete": "/einrichtung",
    "box-locked": "/",
}
# Why a change of the master password does not begin, and where it does.
CHANGE_DETOURS = {"session": "/anmelden", "role": "/system", "stale": "/system/masterpasswort"}

log = logging.getLogger(__name__)


class UnlockApp:
    """Four POST routes; `done` is called once a request has been answered."""

    def __init__(self, settings: Settings, control: ControlClient, done: Callable[[], None]) -> None:
        self.settings = settings
        self.control = control
        self.unlocking = Unlocking(settings, control)
        self.done = done
        self.actions = {
            "/schluessel/entsperren": self.unlock,
            "/schluessel/einrichten": self.set_up,
            "/schluessel/wechseln": self.change,
            "/schluessel/verwaltung": self.recover,
        }

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

    def change(self, request: Request, form: Values) -> Response:
        """Let another master password open the box."""
        try:
            person = self.control.begin_master_change(request.cookies.get(SESSION_COOKIE, ""))
        except MasterPasswordChangeRefused as error:
            return rendering.see_other(CHANGE_DETOURS.get(str(error.fields.get("reason")), "/"))
        except ArtboxError as error:
            log.warning("refused: %s", error)
            if error.code in DETOURS:
                return rendering.see_other(DETOURS[error.code])
            return self.error(request, 503, error.code)
        new = NewPassword(form.get("masterpasswort", ""), form.get("wiederholung", ""))
        try:
            self.unlocking.change(person, form.get("altes-masterpasswort", ""), new)
        except ArtboxError as error:
            self.note(error)
            return self.again(request, "system/master_password.html", error, CHANGE_FIELDS, person)
        return rendering.see_other("/system/masterpasswort/geaendert")

    def recover(self, request: Request, form: Values) -> Response:
        """Give an administrator a new password."""
        new = NewPassword(form.get("passwort", ""), form.get("wiederholung", ""))
        name = form.get("benutzername", "").strip()
        try:
            self.unlocking.recover(form.get("masterpasswort", ""), name, new)
        except ArtboxError as error:
            self.note(error)
            return self.again(request, "forgotten.html", error, RECOVERY_FIELDS, name=name)
        return rendering.see_other("/anmelden?hinweis=wiederhergestellt")

    def note(self, error: ArtboxError) -> None:
        """Let the audit log know of a wrong master password."""
        if isinstance(error, WrongMasterPassword):
            note_refusal(self.control)

    def again(
        self,
        request: Request,
        template: str,
        error: ArtboxError,
        fields: Mapping[str, str] = PASSWORD_FIELDS,
        person: Person | None = None,
        **context: object,
    ) -> Response:
        """Show the page again with what was wrong, or lead past it."""
        log.warning("refused: %s", error)
        if error.code in DETOURS:
            return rendering.see_other(DETOURS[error.code])
        state = self.state()
        frame = self.frame(request, state, person)
        problems = Problems.from_error(error, fields, frame.language)
        status_code = 429 if isinstance(error, Throttled) else 422 if error.code in fields else 503
        since = datetime.fromisoformat(state["since"]) if state.get("since") else None
        context["because"] = reason_text(state.get("lock_reason"))
        known = {"centre_no": state.get("centre_no"), "administrator": state.get("administrator")}
        return rendering.page(
            frame, template, status_code, problems=problems, since=since, **known, **context
        )

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

    def frame(self, request: Request, state: Mapping[str, Any], person: Person | None = None) -> Frame:
        """Return the surroundings of the page."""
        session = Session(person.name, Role(person.role), datetime.now(UTC)) if person else None
        return Frame(
            language=chosen_language(request.cookies.get(COOKIE)),
            path="/",
            state=BoxState(state.get("state", BoxState.LOCKED)),
            centre_no=state.get("centre_no"),
            session=session,
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
