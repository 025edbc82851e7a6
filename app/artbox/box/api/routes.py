"""The one table of the interface: method, path, endpoint, and whether a token is needed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from artbox.box.api import catalogue, models, openapi
from artbox.box.api.access import application_of, require_token
from artbox.box.api.documents import JSON_TYPE, NDJSON_TYPE, read_document
from artbox.box.api.problems import ApiProblem
from artbox.box.domain.accounts import Token

PREFIX = "/api/v1"
Caller = Annotated[Token, Depends(require_token)]


def read_status(request: Request) -> dict[str, str]:
    """Tell the state of the box: setup, locked, ready or busy. Needs no token."""
    return {"state": application_of(request).lifecycle.state.value}


async def create_import(
    request: Request,
    token: Caller,
    dry_run: Annotated[bool, Query(description="check everything, store nothing")] = False,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
    prefer: Annotated[
        str | None, Header(max_length=255, description="wait=N answers with the report")
    ] = None,
) -> JSONResponse:
    """Hand over one import document; each patient stands or falls alone.

    The answer is 202 with the Location of the report, or with `Prefer: wait=N` the report itself. A dry run
    leaves nothing behind that could be fetched later, so it is always answered with its report.
    """
    document = await read_document(request)
    report: dict[str, Any] = await run_in_threadpool(
        application_of(request).intake.receive,
        document,
        token=token,
        dry_run=dry_run,
        idempotency_key=idempotency_key,
    )
    if dry_run:
        return JSONResponse(report)
    location = {"Location": f"{PREFIX}/imports/{report['id']}"}
    if wants_report(prefer):
        return JSONResponse(report, headers={**location, "Preference-Applied": "wait"})
    return JSONResponse({"id": report["id"], "state": report["state"]}, status_code=202, headers=location)


def read_import(request: Request, import_id: str, _token: Caller) -> dict[str, Any]:
    """Return the report of an import."""
    report = application_of(request).intake.report(import_id)
    if report is None:
        raise ApiProblem("not-found")
    return report


def read_catalogue(request: Request, _token: Caller) -> dict[str, Any]:
    """Return the release in force: fields, choice lists, rules and registers."""
    return catalogue.as_json(application_of(request).catalogue.current)


def read_schema(request: Request, _token: Caller) -> JSONResponse:
    """Return the JSON Schema (2020-12) of an import document."""
    schema = application_of(request).catalogue.current.json_schema()
    return JSONResponse(schema, media_type="application/schema+json")


def read_description(request: Request, _token: Caller) -> JSONResponse:
    """Return this interface's OpenAPI description."""
    release = application_of(request).catalogue.current
    return JSONResponse(openapi.complete(request.app.openapi(), release))


def wants_report(prefer: str | None) -> bool:
    """Say whether `Prefer: wait=N` (RFC 7240) asks for the report at once, with N at least 1 second."""
    for preference in (prefer or "").split(","):
        name, _, value = preference.partition("=")
        if name.strip().lower() == "wait" and value.strip().isdecimal():
            return int(value) > 0
    return False


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
    Operation(
        "GET",
        "/schema",
        read_schema,
        token=True,
        responses={200: {"content": {"application/schema+json": {"schema": {"type": "object"}}}}},
    ),
    Operation("GET", "/openapi.json", read_description, token=True),
)
