"""Assembles the interface: operations from the table, every error as a problem document."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from artbox.box.api import models, problems
from artbox.box.api.imports import Desk
from artbox.box.api.routes import OPERATIONS, PREFIX
from artbox.box.application import Application
from artbox.box.domain import limits
from artbox.box.edge.guards import BodyTooLarge
from artbox.box.errors import ArtboxError

log = logging.getLogger(__name__)

DESCRIPTION = """Capture programs hand over treatment cycles and get a report for every record.

Authorization: `Bearer` with the token the centre created for a program. A value not known is sent as
`{"unknown": "not_asked" | "not_known" | "refused"}`. Master data of patients is refused.

A document names in `schema_version` the release its program was built for; each cycle is judged by the
release valid on the day it starts, and each patient by the newest of these.

{limits}

Problems (RFC 9457, `application/problem+json`):

"""


def create_api(application: Application) -> FastAPI:
    """Return the interface; Host, headers and body limit are the outer application's."""
    api = FastAPI(
        title="ARTbox import interface",
        version="1",
        description=description(),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.state.application = application
    api.state.desk = Desk()
    failure: dict[str, Any] = {"model": models.Problem, "content": {problems.MEDIA_TYPE: {}}}
    for operation in OPERATIONS:
        errors: dict[int | str, dict[str, Any]] = {"default": failure}
        api.add_api_route(
            PREFIX + operation.path,
            operation.endpoint,
            methods=[operation.method],
            status_code=operation.status_code,
            response_model=operation.model,
            responses={**operation.responses, **errors},
            openapi_extra=operation.extra,
        )
    _handle_errors(api)
    return api


def description() -> str:
    """Return what the OpenAPI document says before its operations."""
    return DESCRIPTION.replace("{limits}", limits.as_text()) + problems.types_as_text()


def _handle_errors(api: FastAPI) -> None:
    @api.exception_handler(ArtboxError)
    async def refused(request: Request, error: ArtboxError) -> JSONResponse:
        answer = problems.answer(request, error.code, **error.fields)
        if answer.status_code >= 500:
            log.warning("%s %s: %s", request.method, request.url.path, error)
        return answer

    @api.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        members: dict[str, object] = _limit(error) if isinstance(error, BodyTooLarge) else {}
        return problems.answer(request, problems.HTTP_CODES.get(error.status_code, "internal"), **members)

    @api.exception_handler(RequestValidationError)
    async def unprocessable(request: Request, error: RequestValidationError) -> JSONResponse:
        # Only the place of a mistake is told, never what was sent.
        places = [".".join(str(part) for part in entry["loc"]) for entry in error.errors()]
        return problems.answer(request, "unprocessable", parameters=places)

    @api.exception_handler(Exception)
    async def failed(request: Request, _error: Exception) -> JSONResponse:
        return problems.answer(request, "internal")


def _limit(error: BodyTooLarge) -> dict[str, object]:
    return {"limit_bytes": error.limit, "limit": "body_bytes", "limit_value": error.limit}
