"""Signing in, with the code of a second factor where there is one, and out."""

from starlette.responses import Response

from artbox.box.edge.texts import mark
from artbox.box.errors import (
    AccountLocked,
    SecondFactorNeeded,
    SecondFactorRefused,
    SignInExpired,
    SignInFailed,
    Throttled,
)
from artbox.box.web.forms import NO_PROBLEMS, Problems
from artbox.box.web.frame import SESSION_COOKIE
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import Visit

NOTICES = {
    "eingerichtet": mark(
        "Die Einrichtung ist abgeschlossen. Bitte melden Sie sich nun als Administrator an."
    ),
    "entsperrt": mark("Die ARTbox ist entsperrt. Bitte melden Sie sich an."),
    "abgemeldet": mark("Sie sind abgemeldet."),
    "ueberall-abgemeldet": mark("Sie sind auf allen Geräten abgemeldet."),
    "geaendert": mark("Ihr Konto wurde geändert. Bitte melden Sie sich neu an."),
    "wiederhergestellt": mark(
        "Das neue Passwort gilt. Bitte melden Sie sich an; ein zweiter Faktor ist ausgeschaltet."
    ),
}


def form(visit: Visit) -> Response:
    """Ask for name and password; who is signed in already goes on."""
    if visit.session is not None:
        return see_other("/status")
    return _page(visit, NO_PROBLEMS, 200)


def sign_in(visit: Visit) -> Response:
    """Begin a session, always a new one, or ask for the second factor."""
    name = visit.form.get("benutzername", "").strip()
    try:
        session_id = visit.application.accounts.authenticate(
            name, visit.form.get("passwort", ""), visit.address
        )
    except SecondFactorNeeded as needed:
        return visit.page("sign_in_code.html", ticket=needed.ticket, problems=NO_PROBLEMS)
    except (SignInFailed, Throttled, AccountLocked) as error:
        status_code = 429 if isinstance(error, Throttled) else 422
        return _page(visit, Problems.from_error(error, {}, visit.language), status_code)
    return signed_in("/status", session_id)


def complete(visit: Visit) -> Response:
    """Judge the code of the second factor."""
    ticket = visit.form.get("vorgang", "")
    try:
        session_id = visit.application.accounts.complete(ticket, visit.form.get("code", ""), visit.address)
    except SignInExpired as error:
        return _page(visit, Problems.from_error(error, {}, visit.language), 422)
    except (SecondFactorRefused, Throttled) as error:
        problems = Problems.from_error(error, {"second-factor-refused": "code"}, visit.language)
        status_code = 429 if isinstance(error, Throttled) else 422
        return visit.page("sign_in_code.html", status_code, ticket=ticket, problems=problems)
    return signed_in("/status", session_id)


def sign_out(visit: Visit) -> Response:
    """End the session."""
    visit.application.accounts.sign_out(visit.request.cookies[SESSION_COOKIE])
    return signed_out("abgemeldet")


def forgotten(visit: Visit) -> Response:
    """Ask for the master password in exchange for a new one; that form goes to the unlocking process."""
    return visit.page("forgotten.html", name="", problems=NO_PROBLEMS)


def signed_in(path: str, session_id: str) -> Response:
    """Lead on with the cookie of a new session."""
    answer = see_other(path)
    answer.set_cookie(SESSION_COOKIE, session_id, path="/", secure=True, httponly=True, samesite="strict")
    return answer


def signed_out(notice: str) -> Response:
    """Lead to signing in without a cookie."""
    answer = see_other(f"/anmelden?hinweis={notice}")
    answer.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


def _page(visit: Visit, problems: Problems, status_code: int) -> Response:
    notice = None if problems else NOTICES.get(visit.request.query_params.get("hinweis", ""))
    return visit.page(
        "sign_in.html", status_code, name=visit.form.get("benutzername", ""), problems=problems, notice=notice
    )
