"""What the running kit answers: the box's interface, recorded, and the reports about what came so far."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from artbox.box.edge.guards import HostAllowList
from artbox.box.testkit.conformity import ConformityReport
from artbox.box.testkit.rendering import HTML_NAME, XML_NAME, as_html, as_junit

PREFIX = "/testkit/"


class Door:
    """Leads `/testkit/` to the reports and all else to the box."""

    def __init__(self, box: ASGIApp, report: Callable[[], ConformityReport]) -> None:
        self.box = box
        self.reports = HostAllowList(_reports(report), ["localhost"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on by path."""
        chosen = self.reports if scope.get("path", "").startswith(PREFIX) else self.box
        await chosen(scope, receive, send)


def _reports(report: Callable[[], ConformityReport]) -> Starlette:
    def page(_: Request) -> Response:
        return HTMLResponse(as_html(report()))

    def cases(_: Request) -> Response:
        return Response(as_junit(report()), media_type="application/xml")

    return Starlette(routes=[Route(PREFIX + HTML_NAME, page), Route(PREFIX + XML_NAME, cases)])
