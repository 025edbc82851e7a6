"""Handing over an import and reading its report.

A JSON document is read as a whole, begun, and judged by a worker: the answer may come before that is done.
NDJSON is judged and stored while it comes: its answer says that this is done.
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Annotated, Any

import anyio
from fastapi import Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.requests import ClientDisconnect

from artbox.box.api import documents
from artbox.box.api.access import application_of, require_token
from artbox.box.api.problems import ApiProblem
from artbox.box.domain.accounts import Token
from artbox.box.domain.imports import Handover, ImportState, ReportHead
from artbox.box.errors import IntakeBusy
from artbox.box.services.importing import Accepted
from artbox.box.services.intake import Intake
from artbox.box.services.streaming import Stream

IMPORTS = "/api/v1/imports"
LONGEST_WAIT = 60
"""Seconds of `Prefer: wait=N` that are honoured."""
DOCUMENTS_AT_ONCE = 2
STREAMS_AT_ONCE = 4
PATIENCE = 30.0
"""Seconds a request waits for its turn, unread, before it is sent away."""
RESULTS_AT_ONCE = 500
Caller = Annotated[Token, Depends(require_token)]

log = logging.getLogger(__name__)


class Desk:
    """Bounds how many imports are in memory at once, and judges documents beside the requests."""

    def __init__(self) -> None:
        self.documents = threading.BoundedSemaphore(DOCUMENTS_AT_ONCE)
        self.streams = threading.BoundedSemaphore(STREAMS_AT_ONCE)
        self._workers = ThreadPoolExecutor(DOCUMENTS_AT_ONCE, thread_name_prefix="intake")

    def work(self, accepted: Accepted) -> "Future[dict[str, Any] | None]":
        """Judge and store a document in a worker; its place is free again afterwards."""
        future = self._workers.submit(accepted.run)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: "Future[dict[str, Any] | None]") -> None:
        self.documents.release()
        error = future.exception()
        if error is not None:
            log.warning("an import was aborted: %s", type(error).__name__)


async def create_import(
    request: Request,
    token: Caller,
    dry_run: Annotated[bool, Query(description="check everything, store nothing")] = False,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
    prefer: Annotated[
        str | None,
        Header(max_length=255, description="wait=N: the report at once, if it is done within N seconds"),
    ] = None,
) -> Response:
    """Hand over one import document; each patient stands or falls alone.

    `application/json` is answered with 202 and the Location of the report once the document was read; its
    patients are then judged and stored (`state` is `running`, then `finished`). With `Prefer: wait=N`
    (60 seconds at most) the answer waits, and is the report, 200, if it is done by then. If the box stops
    meanwhile, the report says `aborted`, and the same document is simply handed over again.

    `application/x-ndjson` is judged and stored while it comes, whatever its size, so that 202 says that all
    of it is stored. If it breaks off, what was stored by then stays, and the report says `aborted`.

    Handing over again is always safe: what is there already stays unchanged. An `Idempotency-Key` with the
    same bytes gives the earlier report; an aborted import gives its key back. A dry run leaves nothing behind
    that could be fetched later, so it is always answered with its report.
    """
    handover = Handover(token, dry_run, idempotency_key)
    if documents.media_type(request) == documents.NDJSON_TYPE:
        return await _take_stream(request, handover, seconds_to_wait(prefer))
    return await _take_document(request, handover, seconds_to_wait(prefer))


def read_import(
    request: Request,
    import_id: str,
    _token: Caller,
    first: Annotated[int, Query(ge=0, le=2**31, description="begin at the patient of this index")] = 0,
    limit: Annotated[int | None, Query(ge=1, le=2**31, description="so many results at most")] = None,
) -> Response:
    """Return the report of an import, with the results of all patients or of a stretch of them."""
    intake = application_of(request).intake
    head = intake.head(import_id)
    if head is None:
        raise ApiProblem("not-found")
    return _report(intake, head, first, limit)


def seconds_to_wait(prefer: str | None) -> int:
    """Return the seconds of `Prefer: wait=N` (RFC 7240), LONGEST_WAIT at most; 0 without one."""
    for preference in (prefer or "").split(","):
        name, _, value = preference.partition("=")
        if name.strip().lower() == "wait" and value.strip().isdecimal():
            return min(int(value), LONGEST_WAIT)
    return 0


async def _take_document(request: Request, handover: Handover, seconds: int) -> Response:
    intake, desk = application_of(request).intake, request.app.state.desk
    await _place(desk.documents)
    try:
        body = await documents.whole(request)
        accepted = await run_in_threadpool(intake.accept, body, handover)
    except BaseException:
        desk.documents.release()
        raise
    del body
    work = asyncio.wrap_future(desk.work(accepted))
    if handover.dry_run:
        report = await work
        return JSONResponse(report or await run_in_threadpool(intake.report, accepted.id))
    if seconds:
        await asyncio.wait([work], timeout=seconds)
        if work.done():
            work.result()
    else:
        work.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return await run_in_threadpool(_answer, intake, accepted.id, seconds)


async def _take_stream(request: Request, handover: Handover, seconds: int) -> Response:
    intake, desk = application_of(request).intake, request.app.state.desk
    await _place(desk.streams)
    try:
        stream = await run_in_threadpool(Stream, intake, handover)
        try:
            async for piece in documents.pieces(request):
                await run_in_threadpool(stream.take, piece)
            import_id, dry_run = await run_in_threadpool(stream.finish)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(stream.abort)
            raise
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    finally:
        desk.streams.release()
    if handover.dry_run:
        return JSONResponse(dry_run or await run_in_threadpool(intake.report, import_id))
    return await run_in_threadpool(_answer, intake, import_id, seconds)


async def _place(places: threading.BoundedSemaphore) -> None:
    """Wait for a place; the body stays unread meanwhile, so that nothing is kept of it."""
    until = time.monotonic() + PATIENCE
    while not places.acquire(blocking=False):
        if time.monotonic() > until:
            raise IntakeBusy
        await asyncio.sleep(0.05)


def _answer(intake: Intake, import_id: str, seconds: int) -> Response:
    """Answer with the report if it was waited for and is there, else with where it will be."""
    head = intake.head(import_id)
    if head is None:
        raise ApiProblem("not-found")
    location = {"Location": f"{IMPORTS}/{import_id}"}
    if seconds and head.state is not ImportState.RUNNING:
        answer = _report(intake, head)
        answer.headers.update({**location, "Preference-Applied": "wait"})
        return answer
    return JSONResponse({"id": head.id, "state": head.state.value}, status_code=202, headers=location)


def _report(intake: Intake, head: ReportHead, first: int = 0, limit: int | None = None) -> Response:
    """Send a report stretch by stretch; it shows the patients that were stored when the head was read."""
    end = head.summary["patients"] if limit is None else min(head.summary["patients"], first + limit)

    def parts() -> Iterator[str]:
        yield json.dumps(head.as_dict())[:-1] + ', "results": ['
        separator = ""
        for place in range(first, end, RESULTS_AT_ONCE):
            results = intake.results(head.id, place, min(RESULTS_AT_ONCE, end - place))
            yield separator + ",".join(results)
            separator = ","
        yield "]}"

    return StreamingResponse(parts(), media_type="application/json")
