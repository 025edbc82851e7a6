"""The server's audit trail: one JSON line per event on standard output, which the journal keeps.

Events carry names, numbers and hashes; never a code, a key or a package's content.
"""

import json
import sys
from datetime import UTC, datetime


def record(event: str, **facts: str | int | None) -> None:
    """Write one line; `event` is `<what>-<done>`, e.g. `package-stored`."""
    time = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps({"time": time, "event": event, **facts}, ensure_ascii=True)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
