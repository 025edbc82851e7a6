"""Every refusal as problem details (RFC 9457): one table from error to status, one shape for all.

`type` is `urn:artbox:problem:<code>`; a client may repeat a request that got 429 or 5xx, and no other.
"""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from artbox.server import audit, errors
from artbox.wire import errors as wire_errors

URN = "urn:artbox:problem:"
MEDIA_TYPE = "application/problem+json"

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (errors.TooManyAttempts, 429),
    (errors.SequenceTaken, 409),
    (errors.RegisterUnknown, 422),
    (errors.AuthorityMissing, 503),
    (errors.Refused, 403),
    (wire_errors.CmsFailed, 503),
    (wire_errors.PackageTooLarge, 413),
    (wire_errors.PackageRefused, 422),
    (wire_errors.SignatureRejected, 422),
    (wire_errors.WireError, 400),
)


class BodyTooLarge(errors.Refused):
    """The request's body is larger than this path takes."""

    code = "body-too-large"


def install(app: FastAPI) -> None:
    """Let the application answer every error as problem details."""
    app.add_exception_handler(errors.Refused, _known)
    app.add_exception_handler(wire_errors.WireError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.Refused | wire_errors.WireError)  # noqa: S101
    status = 413 if isinstance(error, BodyTooLarge) else _status(error)
    headers = {}
    if isinstance(error, errors.TooManyAttempts):
        headers["Retry-After"] = str(error.wait_seconds)
    audit.record("request-refused", path=request.url.path, code=error.code)
    return problem(status, error.code, error.detail, headers)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    return problem(error.status_code, f"http-{error.status_code}", error.detail, dict(error.headers or {}))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    audit.record("request-failed", path=request.url.path, error=type(error).__name__)
    return problem(500, "internal", "The server could not do this; try again later.", {})


def problem(status: int, code: str, detail: str, headers: dict[str, str]) -> JSONResponse:
    """Return problem details."""
    body = {"type": URN + code, "title": code.replace("-", " "), "status": status, "detail": detail}
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def _status(error: Exception) -> int:
    return next(status for kind, status in _STATUS if isinstance(error, kind))
