"""Serves an application on the loopback address for as long as a block runs."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp

from artbox.box.serving import Server, configuration
from artbox.box.testkit.errors import KitError

ADDRESS = "127.0.0.1"
START_SECONDS = 10.0


@contextmanager
def running(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` over plain HTTP on 127.0.0.1 and give its address; port 0 chooses a free one.

    Raise KitError when the port is taken.
    """
    listening = _listening(port)
    server = Server(configuration(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://{ADDRESS}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _listening(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((ADDRESS, port))
    except OSError as error:
        listening.close()
        raise KitError(f"Port {port} is taken; choose another one with --port.") from error
    return listening
