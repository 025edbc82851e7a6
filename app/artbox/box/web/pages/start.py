"""Where a visit begins: the way to the right page, the language, unlocking and locking."""

from starlette.responses import Response

from artbox.box.edge.texts import COOKIE, LANGUAGES
from artbox.box.web.confirming import stale
from artbox.box.web.forms import NO_PROBLEMS, local_path
from artbox.box.web.pages.lock_texts import reason_text
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import Visit

YEAR_SECONDS = 365 * 24 * 3600


def home(visit: Visit) -> Response:
    """Lead to the page of the state."""
    return visit.home()


def choose_language(visit: Visit) -> Response:
    """Remember the language and lead back."""
    answer = see_other(local_path(visit.form.get("zurueck")))
    language = visit.form.get("sprache")
    if language in LANGUAGES:
        answer.set_cookie(
            COOKIE, language, max_age=YEAR_SECONDS, path="/", secure=True, httponly=True, samesite="strict"
        )
    return answer


def confirm(visit: Visit) -> Response:
    """Judge the password asked for before a page, and lead on to it."""
    return stale(visit) or see_other(local_path(visit.form.get("weiter")))


def unlock(visit: Visit) -> Response:
    """Ask for the master password; the form goes to the short-lived unlocking process."""
    return visit.page(
        "unlock.html",
        since=visit.application.lifecycle.since,
        because=reason_text(visit.application.lifecycle.lock_reason),
        problems=NO_PROBLEMS,
    )


def confirm_lock(visit: Visit) -> Response:
    """Say what locking means before it happens."""
    return visit.page("lock.html")


def lock(visit: Visit) -> Response:
    """Lock the box; the process ends once this answer has been sent."""
    visit.application.lifecycle.lock(actor=visit.person.name)
    return see_other("/entsperren")
