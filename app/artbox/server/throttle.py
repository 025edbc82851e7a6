"""Slows down guessing of enrolment codes: wrong ones are counted per address and altogether.

Kept in memory and bounded; a restart forgets, which 60 random bits per code can afford.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from artbox.server.errors import TooManyAttempts

WINDOW_SECONDS = 15 * 60
PER_ADDRESS = 10
ALTOGETHER = 500
ADDRESSES = 2048


class Throttle:
    """Counts failures within a sliding window of WINDOW_SECONDS."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._all: deque[float] = deque(maxlen=ALTOGETHER)
        self._by_address: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Refuse an address (or everyone) that failed too often. Errors: TooManyAttempts."""
        with self._lock:
            wait = max(
                self._wait(self._by_address.get(address), PER_ADDRESS), self._wait(self._all, ALTOGETHER)
            )
        if wait:
            raise TooManyAttempts(wait)

    def failed(self, address: str) -> None:
        """Count a wrong code."""
        with self._lock:
            failures = self._by_address.setdefault(address, deque(maxlen=PER_ADDRESS))
            self._by_address.move_to_end(address)
            while len(self._by_address) > ADDRESSES:
                self._by_address.popitem(last=False)
            now = self._clock()
            failures.append(now)
            self._all.append(now)

    def _wait(self, failures: deque[float] | None, limit: int) -> int:
        if failures is None or len(failures) < limit:
            return 0
        left = failures[0] + WINDOW_SECONDS - self._clock()
        return max(0, int(left) + 1) if left > 0 else 0
