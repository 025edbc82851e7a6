"""What people do with their own account: password, second factor, and the devices they are signed in on."""

import io

import segno
from markupsafe import Markup
from starlette.responses import Response

from artbox.box.domain import second_factor
from artbox.box.domain.passwords import NewPassword
from artbox.box.edge.texts import mark
from artbox.box.errors import ArtboxError, SecondFactorRefused, SignInFailed, Throttled
from artbox.box.web.forms import NO_PROBLEMS, Problems
from artbox.box.web.frame import SESSION_COOKIE
from artbox.box.web.pages.signing_in import signed_in, signed_out
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import Visit

PASSWORD_FIELDS = {
    "password-wrong": "altes-passwort",
    "password-too-short": "passwort",
    "password-too-long": "passwort",
    "password-too-easy": "passwort",
    "passwords-differ": "wiederholung",
}
NOTICES = {
    "passwort": mark("Ihr neues Passwort gilt. Auf allen anderen Geräten sind Sie abgemeldet."),
    "zwei-faktor-aus": mark("Der zweite Faktor ist ausgeschaltet."),
}


def show(visit: Visit) -> Response:
    """Show one's account and where one is signed in."""
    accounts = visit.application.accounts
    factor, codes_left = accounts.second_factor.state(visit.person)
    return visit.page(
        "account/overview.html",
        sessions=accounts.sessions(visit.request.cookies.get(SESSION_COOKIE, "")),
        factor=factor,
        codes_left=codes_left,
        notice=NOTICES.get(visit.request.query_params.get("hinweis", "")),
    )


def sign_out_everywhere(visit: Visit) -> Response:
    """End every session of this person."""
    visit.application.accounts.sign_out_everywhere(visit.person)
    return signed_out("ueberall-abgemeldet")


def password(visit: Visit) -> Response:
    """Ask for the old password and a new one."""
    return visit.page("account/password.html", problems=NO_PROBLEMS)


def change_password(visit: Visit) -> Response:
    """Change one's own password and go on with a new session."""
    form, enrolled = visit.form, visit.application.enrolment.status()
    try:
        session_id = visit.application.accounts.change_password(
            visit.request.cookies.get(SESSION_COOKIE, ""),
            form.get("altes-passwort", ""),
            NewPassword(form.get("passwort", ""), form.get("wiederholung", "")),
            visit.address,
            words=(str(enrolled.centre_no),) if enrolled else (),
        )
    except SignInFailed:
        return see_other("/anmelden")
    except ArtboxError as error:
        if error.code not in PASSWORD_FIELDS and not isinstance(error, Throttled):
            raise
        status_code = 429 if isinstance(error, Throttled) else 422
        problems = Problems.from_error(error, PASSWORD_FIELDS, visit.language)
        return visit.page("account/password.html", status_code, problems=problems)
    return signed_in("/konto?hinweis=passwort", session_id)


def factor(visit: Visit) -> Response:
    """Offer a second factor, or say that there is one."""
    return _factor_page(visit, NO_PROBLEMS, 200)


def add_factor(visit: Visit) -> Response:
    """Put the second factor in force and show its recovery codes, this once."""
    try:
        codes = visit.application.accounts.second_factor.add(visit.person, visit.form.get("code", ""))
    except SecondFactorRefused as error:
        return _factor_page(visit, Problems.from_error(error, {error.code: "code"}, visit.language), 422)
    return visit.page("account/recovery_codes.html", codes=codes)


def confirm_factor_removal(visit: Visit) -> Response:
    """Say what it means to do without the second factor."""
    return visit.page("account/remove_factor.html")


def remove_factor(visit: Visit) -> Response:
    """Remove one's second factor."""
    visit.application.accounts.second_factor.remove(visit.person.account_id, actor=visit.person.name)
    return see_other("/konto?hinweis=zwei-faktor-aus")


def _factor_page(visit: Visit, problems: Problems, status_code: int) -> Response:
    service = visit.application.accounts.second_factor
    if service.state(visit.person)[0]:
        return see_other("/konto")
    secret, enrolled = service.offer(visit.person), visit.application.enrolment.status()
    issuer = f"{second_factor.ISSUER} {enrolled.centre_no}" if enrolled else second_factor.ISSUER
    uri = second_factor.provisioning_uri(secret, visit.person.name, issuer)
    return visit.page(
        "account/factor.html",
        status_code,
        typed=second_factor.typed_secret(secret),
        uri=uri,
        picture=_picture(uri),
        problems=problems,
    )


def _picture(uri: str) -> Markup:
    """Return the QR code as an image inside the page: no file, no script, no request."""
    target = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        target, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=4, light="#fff", svgclass="qr"
    )
    return Markup(target.getvalue().decode("ascii"))  # noqa: S704 - made here, of squares alone
