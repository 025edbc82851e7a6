"""Failures of unlocking on disk, so that a restart does not forget them. Delays grow, nobody is shut out."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from artbox.box.domain.throttling import wait_seconds
from artbox.wire.certificates import write_file

MAX_BYTES = 1024


@dataclass(frozen=True)
class ThrottleFile:
    """How many failures there were in a row, and when the last one was."""

    path: Path

    def wait_seconds(self, now: datetime) -> int:
        """Return the seconds until the next attempt is judged."""
        failures, last = self._read()
        return 0 if last is None else wait_seconds(failures, last, now)

    def failures(self) -> int:
        """Return how many failures there were in a row."""
        return self._read()[0]

    def failed(self, now: datetime) -> None:
        """Count a failure."""
        self._write(self.failures() + 1, now)

    def judged(self, now: datetime) -> None:
        """Let the waiting after the counted failure begin now, for judging it took its time."""
        self._write(self.failures(), now)

    def clear(self) -> None:
        """Forget all failures."""
        self.path.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let one attempt at a time be judged, over all processes."""
        with self.path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, failures: int, last: datetime) -> None:
        content = json.dumps({"failures": failures, "last": last.isoformat()}).encode("ascii")
        write_file(self.path, content, mode=0o600)

    def _read(self) -> tuple[int, datetime | None]:
        try:
            with self.path.open("rb") as stream:
                members = json.loads(stream.read(MAX_BYTES))
            last = datetime.fromisoformat(members["last"])
            return max(0, int(members["failures"])), last if last.tzinfo else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return 0, None
