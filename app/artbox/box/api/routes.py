"""The one table of the interface: method, path, endpoint, and whether a token is needed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from artbox.box.api import catalogue, models
from artbox.box.api.access import application_of
from artbox.box.api.documents import JSON_TYPE, NDJSON_TYPE
from artbox.box.api.imports import Caller, create_import, read_import

PREFIX = "/api/v1"


def read_status(request: Request) -> dict[str, str]:
    """Tell the state of the box: setup, locked, ready or busy. Needs no token."""
    return {"state": application_of(request).lifecycle.state.value}


def read_catalogue(request: Request, _token: Caller) -> dict[str, Any]:
    """Return the release in force: fields, choice lists, rules and registers."""
    return catalogue.as_json(application_of(request).catalogue.current)


def read_schema(request: Request, _token: Caller) -> JSONResponse:
    """Return the JSON Schema (2020-12) of an import document."""
    schema = application_of(request).catalogue.current.json_schema()
    return JSONResponse(schema, media_type="application/schema+json")


def read_description(request: Request, _token: Caller) -> JSONResponse:
    """Return this interface's OpenAPI description."""
    return JSONResponse(request.app.openapi())


IMPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON_TYPE: {"schema": {"type": "object", "description": f"see {PREFIX}/schema"}},
            NDJSON_TYPE: {
                "schema": {"type": "string", "description": "a header line, then one patient per line"}
            },
        },
    }
}


@dataclass(frozen=True)
class Operation:
    """One row of the table."""

    method: str
    path: str
    endpoint: Callable[..., Any]
    token: bool
    status_code: int = 200
    model: type | None = None
    responses: dict[int | str, dict[str, Any]] = field(default_factory=dict)
    extra: dict[str, Any] | None = None


OPERATIONS = (
    Operation("GET", "/status", read_status, token=False, model=models.State),
    Operation(
        "POST",
        "/imports",
        create_import,
        token=True,
        status_code=202,
        responses={202: {"model": models.Accepted}, 200: {"model": models.Report}},
        extra=IMPORT_BODY,
    ),
    Operation(
        "GET", "/imports/{import_id}", read_import, token=True, responses={200: {"model": models.Report}}
    ),
    Operation(
        "GET", "/catalogue", read_catalogue, token=True, responses={200: {"model": models.CatalogueOut}}
    ),
    Operation("GET", "/schema", read_schema, token=True),
    Operation("GET", "/openapi.json", read_description, token=True),
)
