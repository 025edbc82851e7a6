"""RFC 3161 time stamps through the `openssl` program, which any auditor has.

The request always carries a nonce and asks for the authority's certificate. A reply is verified against the
request and the authority's chain at the token's own time: a certificate that ran out since does not unsay it.
"""

import re
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from artbox.wire.cms import OPENSSL
from artbox.wire.errors import TimestampRefused

QUERY_TYPE = "application/timestamp-query"
MAX_REPLY_BYTES = 64 * 1024
SECONDS = 20.0
_TIME = re.compile(r"^Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d(?:\.\d+)? \d{4}) GMT$", re.MULTILINE)
_FRACTION = re.compile(r"\.\d+")
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def new_request(digest: str) -> bytes:
    """Return a DER request for a SHA-256 given as hex. Errors: TimestampRefused."""
    with tempfile.TemporaryDirectory() as directory:
        target = Path(directory) / "request.tsq"
        _openssl("-query", "-digest", digest, "-sha256", "-cert", "-out", str(target))
        return target.read_bytes()


def verify_reply(request: bytes, reply: bytes, chain: str) -> datetime:
    """Check that the reply answers the request and chains to `chain` (PEM); return the token's time, UTC.

    Errors: TimestampRefused.
    """
    return _verified(reply, chain, {"-queryfile": request}, [])


def verify_digest(digest: str, reply: bytes, chain: str) -> datetime:
    """Check that the reply stamps a SHA-256 given as hex, and return its time. Errors: TimestampRefused."""
    return _verified(reply, chain, {}, ["-digest", digest])


def _verified(reply: bytes, chain: str, files: dict[str, bytes], arguments: list[str]) -> datetime:
    if not 0 < len(reply) <= MAX_REPLY_BYTES:
        raise TimestampRefused("the reply is empty or too large")
    with tempfile.TemporaryDirectory() as directory:
        paths = {}
        for option, content in {"-in": reply, "-CAfile": chain.encode(), **files}.items():
            paths[option] = Path(directory) / f"file{option}"
            paths[option].write_bytes(content)
        at = _time(_openssl("-reply", "-in", str(paths["-in"]), "-text"))
        given = [part for option, path in paths.items() for part in (option, str(path))]
        _openssl("-verify", *given, *arguments, "-attime", str(int(at.timestamp())))
    return at


def _time(text: str) -> datetime:
    found = _TIME.search(text)
    if found is None:
        raise TimestampRefused("the reply holds no time")
    plain = _FRACTION.sub("", found[1])
    return datetime.strptime(plain, "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)


def _openssl(*arguments: str) -> str:
    try:
        done = subprocess.run(
            [OPENSSL, "ts", *arguments],
            capture_output=True,
            timeout=SECONDS,
            env=_ENVIRONMENT,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise TimestampRefused("openssl gave no result") from error
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").split("\n")
        raise TimestampRefused("; ".join(line.strip() for line in lines if line.strip())[:400])
    return done.stdout.decode("utf-8", "replace")
