"""Failed passwords by account and by address, in memory: a restart locks the box anyway."""

import threading
from collections.abc import Sequence
from datetime import datetime

from artbox.box.domain.throttling import wait_seconds
from artbox.box.services.clock import Clock

FREE_FAILURES = 3
"""So many mistyped passwords cost no waiting."""
MAX_COUNTED = 4096
"""Names and addresses whose failures are remembered; beyond it the oldest are forgotten."""
MAX_KEY = 80


class Attempts:
    """Counts failures under keys; waiting grows with each beyond the free ones."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._failures: dict[str, tuple[int, datetime]] = {}
        self._guard = threading.Lock()

    @staticmethod
    def keys(name: str, address: str) -> tuple[str, str]:
        """Return what a sign-in is counted under."""
        return f"name:{name.strip().casefold()[:MAX_KEY]}", f"address:{address[:MAX_KEY]}"

    def wait_seconds(self, keys: Sequence[str]) -> int:
        """Return the seconds until the next attempt under these keys is judged; 0 when at once."""
        now = self._now()
        with self._guard:
            counted = [self._failures.get(key, (0, now)) for key in keys]
        return max(wait_seconds(failures - FREE_FAILURES, last, now) for failures, last in counted)

    def failed(self, keys: Sequence[str]) -> None:
        """Count a failure."""
        with self._guard:
            for key in keys:
                failures, _ = self._failures.pop(key, (0, None))
                self._failures[key] = (failures + 1, self._now())
            while len(self._failures) > MAX_COUNTED:
                self._failures.pop(next(iter(self._failures)))

    def forget(self, keys: Sequence[str]) -> None:
        """Forget the failures under these keys."""
        with self._guard:
            for key in keys:
                self._failures.pop(key, None)
