"""Asking for the password again before something dangerous, and going on with what was asked for."""

from starlette.responses import Response

from artbox.box.edge.guards import SAFE_METHODS
from artbox.box.errors import PasswordWrong, SignInFailed, Throttled
from artbox.box.web.forms import NO_PROBLEMS, Problems, local_path
from artbox.box.web.frame import SESSION_COOKIE
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import Visit

FIELD = "bestaetigung"
"""Where the password stands beside the fields of the form it confirms."""
PATH = "/bestaetigen"


def stale(visit: Visit) -> Response | None:
    """Return the question for the password; None when it was given lately, or comes with this form."""
    if FIELD in visit.form:
        return _judged(visit)
    return None if visit.person.fresh and visit.request.url.path != PATH else _question(visit, NO_PROBLEMS)


def _judged(visit: Visit) -> Response | None:
    session_id = visit.request.cookies.get(SESSION_COOKIE, "")
    try:
        visit.application.accounts.confirm(session_id, visit.form[FIELD], visit.address)
    except SignInFailed:
        return see_other("/anmelden")
    except (PasswordWrong, Throttled) as error:
        status_code = 429 if isinstance(error, Throttled) else 422
        return _question(
            visit, Problems.from_error(error, {PasswordWrong.code: FIELD}, visit.language), status_code
        )
    return None


def _question(visit: Visit, problems: Problems, status_code: int = 200) -> Response:
    """Ask, and carry along what was typed: to a page by its address, into a form by its fields."""
    url = visit.request.url
    if visit.request.method in SAFE_METHODS:
        target, carried = PATH, {"weiter": local_path(f"{url.path}?{url.query}" if url.query else url.path)}
    else:
        target, carried = url.path, {name: value for name, value in visit.form.items() if name != FIELD}
    return visit.page(
        "confirm.html", status_code, target=target, carried=carried, field_name=FIELD, problems=problems
    )
