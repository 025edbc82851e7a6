"""One request to a page: who asks, in which state the box is, what the form held, and how to answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from artbox.box.application import Application
from artbox.box.domain.accounts import Session
from artbox.box.domain.states import BoxState
from artbox.box.edge.texts import COOKIE as LANGUAGE_COOKIE
from artbox.box.edge.texts import chosen_language, translate
from artbox.box.errors import BoxLocked
from artbox.box.web import rendering
from artbox.box.web.forms import Values
from artbox.box.web.frame import OPEN_STATES, SESSION_COOKIE, Frame, fingerprint

COOKIE_ATTRIBUTES: Mapping[str, object] = {"path": "/", "secure": True, "httponly": True}


@dataclass
class Visit:
    """Handed to every page; asks the services once, and only for what the page needs."""

    application: Application
    request: Request
    form: Values = field(default_factory=dict)

    @cached_property
    def language(self) -> str:
        """German unless the reader chose otherwise."""
        return chosen_language(self.request.cookies.get(LANGUAGE_COOKIE))

    @cached_property
    def state(self) -> BoxState:
        """The state of the box, the same throughout this request."""
        return self.application.lifecycle.state

    @cached_property
    def session(self) -> Session | None:
        """Who is signed in; nobody while the box is locked."""
        session_id = self.request.cookies.get(SESSION_COOKIE)
        if not session_id or self.state not in OPEN_STATES:
            return None
        try:
            return self.application.accounts.session(session_id)
        except BoxLocked:
            return None

    @property
    def person(self) -> Session:
        """The signed-in person of a page that requires one."""
        if self.session is None:
            raise RuntimeError("this page is declared without a role")
        return self.session

    @property
    def address(self) -> str:
        """The browser's address as the web server in front tells it; failed sign-ins are counted by it."""
        return self.request.headers.get("x-real-ip", "unknown")

    @cached_property
    def frame(self) -> Frame:
        """The surroundings of the page."""
        application = self.application
        enrolled = application.enrolment.status()
        return Frame(
            language=self.language,
            path=self.request.url.path,
            state=self.state,
            centre_no=enrolled.centre_no if enrolled else None,
            session=self.session,
            release=application.catalogue.current.version,
            fingerprint=fingerprint(application.settings.web_certificate),
            busy_with=application.lifecycle.busy_with,
            support=application.settings.support_contact,
        )

    def text(self, german: str, **fields: object) -> str:
        """Return a marked sentence in the reader's language."""
        return translate(german, self.language, **fields)

    def page(self, template: str, status_code: int = 200, **context: object) -> HTMLResponse:
        """Answer a page."""
        return rendering.page(self.frame, template, status_code, **context)

    def error(self, status_code: int, code: str | None = None, **fields: object) -> HTMLResponse:
        """Answer an error page."""
        return rendering.error_page(self.frame, status_code, code, **fields)

    def home(self) -> Response:
        """Lead to the page this state begins with."""
        return rendering.see_other(home_of(self.state, signed_in=self.session is not None))


def home_of(state: BoxState, *, signed_in: bool) -> str:
    """Return the path a state begins with."""
    if state is BoxState.SETUP:
        return "/einrichtung"
    if state is BoxState.LOCKED:
        return "/entsperren"
    return "/status" if signed_in else "/anmelden"
