"""The first setup: one question a page, everything shown again before the master password is set."""

from starlette.responses import Response

from artbox.box.errors import ArtboxError
from artbox.box.web.forms import NO_PROBLEMS, Problems
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import Visit

STEPS = {"centre": "/einrichtung/zentrum", "administrator": "/einrichtung/administrator"}
CENTRE_FIELDS = {
    "centre-number-invalid": "zentrumsnummer",
    "enrolment-refused.centre-mismatch": "zentrumsnummer",
    "enrolment-refused.code-unknown": "anmeldecode",
    "enrolment-refused.code-used": "anmeldecode",
    "enrolment-refused.code-expired": "anmeldecode",
}
ADMINISTRATOR_FIELDS = {
    "account-name-invalid": "benutzername",
    "password-too-short": "passwort",
    "password-too-long": "passwort",
    "password-too-easy": "passwort",
    "passwords-differ": "wiederholung",
}


def overview(visit: Visit) -> Response:
    """Say what will happen, how long it takes and what to have at hand."""
    return visit.page("setup/overview.html", next_step=next_step(visit.application.setup.missing()))


def centre(visit: Visit) -> Response:
    """Ask for centre number and enrolment code; an enrolled box only shows its number."""
    return _centre_page(visit, NO_PROBLEMS, 200)


def save_centre(visit: Visit) -> Response:
    """Enrol the box."""
    number = visit.form.get("zentrumsnummer", "").strip()
    code = visit.form.get("anmeldecode", "").strip().upper()
    try:
        visit.application.setup.set_centre(int(number) if number.isdecimal() else 0, code)
    except ArtboxError as error:
        return _centre_page(visit, Problems.from_error(error, CENTRE_FIELDS, visit.language), 422)
    return see_other("/einrichtung/administrator")


def administrator(visit: Visit) -> Response:
    """Ask for the first account."""
    return _administrator_page(visit, NO_PROBLEMS, 200)


def save_administrator(visit: Visit) -> Response:
    """Remember the first account until the box is set up."""
    form = visit.form
    try:
        visit.application.setup.set_administrator(
            form.get("benutzername", "").strip(), form.get("passwort", ""), form.get("wiederholung", "")
        )
    except ArtboxError as error:
        return _administrator_page(
            visit, Problems.from_error(error, ADMINISTRATOR_FIELDS, visit.language), 422
        )
    return see_other("/einrichtung/abschluss")


def finish(visit: Visit) -> Response:
    """Show everything again and ask for the master password; that form goes to the unlocking process."""
    missing = visit.application.setup.missing()
    if missing:
        return see_other(STEPS[missing[0]])
    draft = visit.application.setup.draft
    return visit.page(
        "setup/finish.html",
        centre_no=draft.centre_no,
        administrator=draft.administrator_name,
        problems=NO_PROBLEMS,
    )


def next_step(missing: list[str]) -> str:
    """Return the path of the first step that is still to do."""
    return STEPS[missing[0]] if missing else "/einrichtung/abschluss"


def _centre_page(visit: Visit, problems: Problems, status_code: int) -> Response:
    enrolled = visit.application.enrolment.status()
    return visit.page(
        "setup/centre.html", status_code, values=visit.form, problems=problems, enrolled=enrolled
    )


def _administrator_page(visit: Visit, problems: Problems, status_code: int) -> Response:
    name = visit.form.get("benutzername", visit.application.setup.draft.administrator_name or "")
    return visit.page("setup/administrator.html", status_code, name=name, problems=problems)
