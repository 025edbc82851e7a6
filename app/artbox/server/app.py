"""The HTTP interface: enrolment, packages and provisioning, behind nginx.

nginx ends TLS and says by X-Client-Verify, X-Client-Cert and X-Real-IP who calls; it clears what clients send
under these names. Bodies are read as they come: small ones into memory up to a limit, packages to disk.
"""

import json
from typing import Annotated

from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from artbox.server import audit, problems
from artbox.server.application import Application
from artbox.server.boxes import Box
from artbox.server.errors import CentreMismatch, CodeExpired, CodeUnknown, CodeUsed
from artbox.server.intake import Upload
from artbox.wire.enrolment import PATH as ENROLMENTS
from artbox.wire.enrolment import EnrolmentRequest
from artbox.wire.errors import EnrolmentMalformed, PackageTooLarge
from artbox.wire.packages import MAX_PACKAGE_BYTES, NAME_HEADER, PackageName

MAX_ENROLMENT_BYTES = 16 * 1024
_WRITE_BYTES = 1024 * 1024

Verified = Annotated[str | None, Header(alias="X-Client-Verify")]
Certificate = Annotated[str | None, Header(alias="X-Client-Cert")]


def create_app(application: Application) -> FastAPI:
    """Return the ASGI application."""
    app = FastAPI(title="ARTbox-Server", openapi_url=None, docs_url=None, redoc_url=None)
    problems.install(app)

    @app.post(ENROLMENTS)
    async def enrol(request: Request) -> JSONResponse:
        address = request.headers.get("X-Real-IP", "local")
        application.throttle.check(address)
        asked = EnrolmentRequest.from_json(await _json(request))
        try:
            answer = await run_in_threadpool(application.enrolment.enrol, asked)
        except (CodeUnknown, CodeUsed, CodeExpired, CentreMismatch):
            application.throttle.failed(address)
            audit.record("code-refused", address=address, centre_no=asked.centre_no)
            raise
        return JSONResponse(answer.to_json(), 201)

    @app.post("/v1/packages")
    async def packages(
        request: Request,
        verified: Verified = None,
        certificate: Certificate = None,
        name: Annotated[str, Header(alias=NAME_HEADER)] = "",
    ) -> JSONResponse:
        box = await run_in_threadpool(application.boxes.identify, verified, certificate)
        PackageName.parse(name)
        if _announced(request) > MAX_PACKAGE_BYTES:
            raise PackageTooLarge(f"larger than {MAX_PACKAGE_BYTES} bytes")
        upload = await run_in_threadpool(application.intake.upload)
        try:
            await _receive(request, upload)
            stored = await run_in_threadpool(application.intake.take, upload, name, box)
        finally:
            await run_in_threadpool(upload.discard)
        return JSONResponse(stored.receipt.to_answer(), 201 if stored.new else 200)

    @app.get("/v1/provisioning/box")
    async def provisioning(verified: Verified = None, certificate: Certificate = None) -> JSONResponse:
        box = await run_in_threadpool(application.boxes.identify, verified, certificate)
        return JSONResponse(_facts(box))

    return app


def _facts(box: Box) -> dict[str, str | int]:
    expires = box.certificate_expires.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"box_id": box.box_id, "centre_no": box.centre_no, "certificate_expires": expires}


async def _receive(request: Request, upload: Upload) -> None:
    waiting = bytearray()
    async for chunk in request.stream():
        waiting += chunk
        if len(waiting) >= _WRITE_BYTES:
            await run_in_threadpool(upload.write, bytes(waiting))
            waiting.clear()
    await run_in_threadpool(upload.write, bytes(waiting))
    await run_in_threadpool(upload.finish)


async def _json(request: Request) -> object:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_ENROLMENT_BYTES:
            raise problems.BodyTooLarge(f"larger than {MAX_ENROLMENT_BYTES} bytes")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise EnrolmentMalformed("the body is not JSON") from error


def _announced(request: Request) -> int:
    length = request.headers.get("Content-Length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0
