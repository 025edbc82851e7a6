"""Capture programs that may hand over records: their access tokens, shown once and revocable."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from artbox.box.domain.accounts import Token
from artbox.box.errors import ArtboxError
from artbox.box.web.forms import NO_PROBLEMS, Problems
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import Visit


def show(visit: Visit) -> Response:
    """List the programs and offer a new access."""
    return _page(visit, NO_PROBLEMS, None, 200)


def create(visit: Visit) -> Response:
    """Make an access and show its secret, this once."""
    product = visit.form.get("produkt", "").strip()
    try:
        secret = visit.application.tokens.create(product, actor=visit.person.name)
    except ArtboxError as error:
        return _page(
            visit, Problems.from_error(error, {"product-name-invalid": "produkt"}, visit.language), None, 422
        )
    return _page(visit, NO_PROBLEMS, secret, 200)


def confirm_revoke(visit: Visit) -> Response:
    """Say what revoking means before it happens."""
    return visit.page("imports/revoke.html", token=_token(visit))


def revoke(visit: Visit) -> Response:
    """End an access."""
    visit.application.tokens.revoke(_token(visit).id, actor=visit.person.name)
    return see_other("/eingang/programme")


def _token(visit: Visit) -> Token:
    wanted = visit.request.path_params["token_id"]
    token = next((token for token in visit.application.tokens.all() if token.id == wanted), None)
    if token is None or token.revoked_at is not None:
        raise HTTPException(404)
    return token


def _page(visit: Visit, problems: Problems, secret: str | None, status_code: int) -> Response:
    return visit.page(
        "imports/programs.html",
        status_code,
        tokens=visit.application.tokens.all(),
        secret=secret,
        product=visit.form.get("produkt", "") if problems or secret else "",
        problems=problems,
    )
