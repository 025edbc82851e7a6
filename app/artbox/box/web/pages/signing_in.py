"""Signing in and out."""

from starlette.responses import Response

from artbox.box.edge.texts import mark
from artbox.box.errors import SignInFailed, Throttled
from artbox.box.web.forms import NO_PROBLEMS, Problems
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import SESSION_COOKIE, Visit

NOTICES = {
    "eingerichtet": mark(
        "Die Einrichtung ist abgeschlossen. Bitte melden Sie sich nun als Administrator an."
    ),
    "entsperrt": mark("Die ARTbox ist entsperrt. Bitte melden Sie sich an."),
    "abgemeldet": mark("Sie sind abgemeldet."),
}


def form(visit: Visit) -> Response:
    """Ask for name and password; who is signed in already goes on."""
    if visit.session is not None:
        return see_other("/status")
    return _page(visit, NO_PROBLEMS, 200)


def sign_in(visit: Visit) -> Response:
    """Begin a session, always a new one."""
    name = visit.form.get("benutzername", "").strip()
    try:
        session_id = visit.application.accounts.authenticate(
            name, visit.form.get("passwort", ""), visit.address
        )
    except (SignInFailed, Throttled) as error:
        status_code = 429 if isinstance(error, Throttled) else 422
        return _page(visit, Problems.from_error(error, {}, visit.language), status_code)
    answer = see_other("/status")
    answer.set_cookie(SESSION_COOKIE, session_id, path="/", secure=True, httponly=True, samesite="strict")
    return answer


def sign_out(visit: Visit) -> Response:
    """End the session."""
    visit.application.accounts.sign_out(visit.request.cookies[SESSION_COOKIE])
    answer = see_other("/anmelden?hinweis=abgemeldet")
    answer.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


def _page(visit: Visit, problems: Problems, status_code: int) -> Response:
    notice = None if problems else NOTICES.get(visit.request.query_params.get("hinweis", ""))
    return visit.page(
        "sign_in.html", status_code, name=visit.form.get("benutzername", ""), problems=problems, notice=notice
    )
