"""Who may call: anyone for the state of the box, everything else a capture program with its token."""

from fastapi import Request

from artbox.box.api.problems import ApiProblem
from artbox.box.application import Application
from artbox.box.domain.accounts import Token
from artbox.box.domain.states import BoxState
from artbox.box.errors import BoxLocked

SCHEME = "bearer"
LONGEST_SECRET = 200
OPEN = frozenset({BoxState.READY, BoxState.BUSY})


def application_of(request: Request) -> Application:
    """Return the application behind this interface."""
    application = request.app.state.application
    assert isinstance(application, Application)  # noqa: S101 - narrows the type of an untyped attribute
    return application


def require_token(request: Request) -> Token:
    """Return the token of the request; raise BoxLocked first, for a locked box can judge no token."""
    application = application_of(request)
    if application.lifecycle.state not in OPEN:
        raise BoxLocked
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not secret.strip():
        raise ApiProblem("token-missing")
    token = application.tokens.verify(secret.strip()) if len(secret) <= LONGEST_SECRET else None
    if token is None:
        raise ApiProblem("token-refused")
    return token
