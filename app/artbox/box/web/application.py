"""Assembles the pages: every row of the table becomes a route that checks state and role before it runs."""

import logging
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from artbox.box.application import Application
from artbox.box.edge.guards import SAFE_METHODS, BodyTooLarge, SameOriginOnly
from artbox.box.errors import (
    AccountUnknown,
    ArtboxError,
    BoxLocked,
    FindingUnknown,
    PackageUnknown,
    TokenUnknown,
)
from artbox.box.web import assets, rendering
from artbox.box.web.confirming import stale
from artbox.box.web.forms import read_form
from artbox.box.web.frame import at_least
from artbox.box.web.routes import PAGES, Page
from artbox.box.web.visit import Visit

log = logging.getLogger(__name__)

BEFORE_OWN_PASSWORD = frozenset({"/konto/passwort", "/abmelden", "/sprache"})
"""What somebody with an initial password may do before choosing their own."""
NOT_FOUND = (AccountUnknown, FindingUnknown, PackageUnknown, TokenUnknown)


def create_web(application: Application) -> Starlette:
    """Return the pages as an ASGI application; Host, headers and body limit are the outer application's."""

    def refuse(request: Request, status_code: int) -> Response:
        return Visit(application, request).error(status_code, "foreign-origin")

    routes = [_route(application, page) for page in PAGES]
    routes.append(Route("/static/{version}/{name:path}", assets.serve, methods=["GET"], name="static"))
    routes.append(Route("/robots.txt", _robots, methods=["GET"]))
    pages = Starlette(
        routes=routes,
        middleware=[Middleware(SameOriginOnly, refuse=refuse)],
        exception_handlers=_handlers(application),
    )
    pages.router.redirect_slashes = False
    return pages


def _route(application: Application, page: Page) -> Route:
    async def handle(request: Request) -> Response:
        form = {} if page.method in SAFE_METHODS else await read_form(request)
        return await run_in_threadpool(enter, page, Visit(application, request, form))

    return Route(page.path, handle, methods=[page.method], name=f"{page.method} {page.path}")


def enter(page: Page, visit: Visit) -> Response:
    """Check state and role, then run the page."""
    try:
        return barrier(page, visit) or page.endpoint(visit)
    except BoxLocked:
        return rendering.see_other("/entsperren")
    except NOT_FOUND as error:
        return visit.error(404, error.code)
    except ArtboxError as error:
        log.warning("%s %s: %s", page.method, page.path, error)
        return visit.error(500, error.code, **error.fields)


def barrier(page: Page, visit: Visit) -> Response | None:
    """Return where a visit ends that may not see the page; None when it may."""
    if visit.state not in page.states:
        return visit.home()
    if page.role is None:
        return None
    if visit.session is None:
        return rendering.see_other("/anmelden")
    if visit.session.initial_password and page.path not in BEFORE_OWN_PASSWORD:
        return rendering.see_other("/konto/passwort")
    if not at_least(visit.session.role, page.role):
        return visit.error(403)
    return stale(visit) if page.fresh else None


def _handlers(application: Application) -> dict[object, Callable[[Request, Exception], Awaitable[Response]]]:
    """Errors outside a page's own code, rendered in the frame as well."""

    async def answer(request: Request, error: Exception) -> Response:
        status_code = error.status_code if isinstance(error, HTTPException) else 500
        fields: dict[str, object] = {"limit_bytes": error.limit} if isinstance(error, BodyTooLarge) else {}
        try:
            return await run_in_threadpool(Visit(application, request).error, status_code, None, **fields)
        except Exception:
            return PlainTextResponse("internal error\n", status_code=500)

    return {HTTPException: answer, Exception: answer}


def _robots(_request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")
