"""`artbox serve`: pages and interface on one inherited socket, control on another, one process, one loop.

The process ends after the box was locked, so that no key outlives the lock; its supervisor starts it again.
"""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from artbox.box.api.application import create_api
from artbox.box.application import Application
from artbox.box.control import create_control
from artbox.box.domain import limits
from artbox.box.edge import activation
from artbox.box.edge.guards import PAGE_BODY_LIMIT, BodyLimit, HostAllowList, QuietFailures, SecurityHeaders
from artbox.box.settings import Settings
from artbox.box.web.application import create_web

GRACE_SECONDS = 10
IDLE_SECONDS = 5

log = logging.getLogger(__name__)


class Door:
    """Leads `/api/` to the interface and all else to the pages, each with its own limit of the body."""

    def __init__(self, pages: ASGIApp, interface: ASGIApp) -> None:
        self.pages = BodyLimit(pages, PAGE_BODY_LIMIT)
        self.interface = BodyLimit(interface, limits.STREAM_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on by path."""
        chosen = self.interface if scope.get("path", "").startswith("/api/") else self.pages
        await chosen(scope, receive, send)


def public_app(application: Application) -> ASGIApp:
    """Return everything the LAN may reach, behind the guards."""
    door = Door(create_web(application), create_api(application))
    return QuietFailures(SecurityHeaders(HostAllowList(door, application.settings.allowed_hosts)))


class Server(uvicorn.Server):
    """A server whose signals are handled once for all servers of the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def configuration(app: ASGIApp) -> uvicorn.Config:
    """Return the settings of every server: no access log, no banner, bounded times."""
    return uvicorn.Config(
        app,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        log_level="warning",
        loop="asyncio",
        http="h11",
        ws="none",
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def serve() -> int:
    """Run until a signal comes or the box was locked; return the exit code."""
    web, control = activation.inherited("web", "control")
    application = Application(Settings.load())
    try:
        asyncio.run(_run(application, web, control))
    finally:
        application.close()
    return 0


async def _run(application: Application, web: socket.socket, control: socket.socket) -> None:
    servers = (
        Server(configuration(public_app(application))),
        Server(configuration(QuietFailures(create_control(application)))),
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    def stop_soon() -> None:
        loop.call_soon_threadsafe(stop)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    application.lifecycle.on_locked(stop_soon)
    await asyncio.gather(servers[0].serve(sockets=[web]), servers[1].serve(sockets=[control]))
