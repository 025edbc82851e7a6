"""What the open box does by itself between requests, in steps small enough to stop after any of them."""

import logging
import threading
from typing import Protocol

from artbox.box.adapters.store import StoreHandle
from artbox.box.errors import BoxLocked

log = logging.getLogger(__name__)


class Job(Protocol):
    """Work that waits in the store."""

    def step(self) -> bool:
        """Do a part of it; False when nothing was left to do."""
        ...


class Upkeep:
    """Works the jobs off in their order."""

    def __init__(self, handle: StoreHandle, *jobs: Job) -> None:
        self._handle = handle
        self._jobs = jobs
        self._stopping = threading.Event()

    def run(self) -> None:
        """Do everything that waits; nothing while the box is locked. What fails is tried again next time."""
        for job in self._jobs:
            try:
                while self._handle.is_open and not self._stopping.is_set() and job.step():
                    pass
            except BoxLocked:
                return
            except Exception as error:
                # Only its kind: a message of the database could repeat a value.
                log.error("upkeep failed: %s in %s", type(error).__name__, type(job).__name__)

    def stop(self) -> None:
        """Let a run end after its present step, and any later one at once."""
        self._stopping.set()
