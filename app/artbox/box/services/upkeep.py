"""What the open box does by itself between imports, in steps small enough to stop after any of them."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.imports import ImportState
from artbox.box.errors import BoxLocked
from artbox.box.services.clock import Clock

QUIET = timedelta(seconds=10)
"""How long no import may have begun before the box turns to its own work."""

log = logging.getLogger(__name__)


class Job(Protocol):
    """Work that waits in the store."""

    def step(self) -> bool:
        """Do a part of it; False when nothing was left to do."""
        ...


class Upkeep:
    """Works the jobs off in their order."""

    def __init__(self, handle: StoreHandle, now: Clock, *jobs: Job) -> None:
        self._handle = handle
        self._now = now
        self._jobs = jobs
        self._stopping = threading.Event()

    def run(self) -> None:
        """Do everything that waits; nothing while the box is locked. What fails is tried again next time."""
        self._work(lambda: True)

    def run_while_quiet(self) -> None:
        """Do what waits until it is done or an import begins, which is to have the machine for itself."""
        self._work(self._is_quiet)

    def stop(self) -> None:
        """Let a run end after its present step, and any later one at once."""
        self._stopping.set()

    def _work(self, may_go_on: Callable[[], bool]) -> None:
        for job in self._jobs:
            try:
                while self._handle.is_open and not self._stopping.is_set() and may_go_on() and job.step():
                    pass
            except BoxLocked:
                return
            except Exception as error:
                # Only its kind: a message of the database could repeat a value.
                log.error("upkeep failed: %s in %s", type(error).__name__, type(job).__name__)

    def _is_quiet(self) -> bool:
        newest = next(iter(self._handle.store.imports.recent(1)), None)
        if newest is None:
            return True
        return newest.state is not ImportState.RUNNING and self._now() - newest.received_at > QUIET
