"""Runs the services of one copy: starts them, starts them again, hands connections to those that sleep.

One thread and one event loop: process ends arrive as readable pidfds, connections as readable sockets.
"""

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Sequence
from types import FrameType

from machines.application import activation
from machines.application.activation import Service
from machines.messages import Problem

QUICK_SECONDS = 2.0
QUICK_ENDS_ALLOWED = 5
RESTART_PAUSE_SECONDS = 0.2
END_SECONDS = 10.0


class Supervisor:
    """Keeps services running until it is told to end or one of them cannot stay up."""

    def __init__(self, services: Sequence[Service], log: int) -> None:
        self._log = log
        self._selector = selectors.DefaultSelector()
        self._running = {service.name: Running(service) for service in services}
        self._ending = False

    def run(self) -> None:
        """Run everything until SIGTERM or SIGINT; raises Problem when a service does not stay up."""
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        try:
            for running in self._running.values():
                self._arm(running)
            while not self._ending:
                for key, _events in self._selector.select(timeout=0.5):
                    self._handle(key.data)
        finally:
            self.stop()

    def _arm(self, running: "Running") -> None:
        if running.service.always:
            self._start(running)
        else:
            for listening in running.sockets.values():
                self._selector.register(listening, selectors.EVENT_READ, running)

    def _handle(self, running: "Running") -> None:
        if running.process is None:
            for listening in running.sockets.values():
                self._selector.unregister(listening)
            self._start(running)
        else:
            self._ended(running)

    def _start(self, running: "Running") -> None:
        running.started = time.monotonic()
        running.process = activation.start(running.service, running.sockets, self._log)
        running.watch = os.pidfd_open(running.process)
        self._selector.register(running.watch, selectors.EVENT_READ, running)

    def _ended(self, running: "Running") -> None:
        assert running.process is not None  # noqa: S101 - only a started process has a watch
        self._selector.unregister(running.watch)
        os.close(running.watch)
        os.waitpid(running.process, 0)
        running.process = None
        quick = time.monotonic() - running.started < QUICK_SECONDS
        running.quick_ends = running.quick_ends + 1 if quick and running.service.always else 0
        if running.quick_ends > QUICK_ENDS_ALLOWED:
            raise Problem(
                f"{running.service.name} ends as soon as it is started.", "read the log named above."
            )
        if not self._ending:
            time.sleep(RESTART_PAUSE_SECONDS if quick else 0)
            self._arm(running)

    def stop(self) -> None:
        """End every process and close every socket."""
        processes = [running.process for running in self._running.values() if running.process is not None]
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        deadline = time.monotonic() + END_SECONDS
        while processes:
            processes = [process for process in processes if os.waitpid(process, os.WNOHANG) == (0, 0)]
            if processes and time.monotonic() > deadline:
                for process in processes:
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.02)
        for running in self._running.values():
            running.process = None
            for name, listening in running.sockets.items():
                listening.close()
                running.service.sockets[name].unlink(missing_ok=True)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True


class Running:
    """A service with its sockets and, while it runs, its process."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.sockets: dict[str, socket.socket] = {
            name: activation.listen(path) for name, path in service.sockets.items()
        }
        self.process: int | None = None
        self.watch = -1
        self.started = 0.0
        self.quick_ends = 0
