"""Time stamps: what openssl accepts as the answer to our request, and nothing else."""

import hashlib
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from artbox.wire.errors import TimestampRefused
from artbox.wire.timestamps import new_request, verify_digest, verify_reply
from tests.timestamp_authority import Authority, running_authority

pytestmark = pytest.mark.slow

DIGEST = hashlib.sha256(b"head").hexdigest()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with running_authority(tmp_path_factory.mktemp("authority")) as authority:
        yield authority


def ask(authority: Authority, request: bytes) -> bytes:
    return httpx.post(authority.url, content=request, trust_env=False).content


def test_a_token_is_verified_at_its_own_time(authority: Authority) -> None:
    request = new_request(DIGEST)
    reply = ask(authority, request)
    at = verify_reply(request, reply, authority.chain.read_text())
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
    assert verify_digest(DIGEST, reply, authority.chain.read_text()) == at


def test_every_request_has_its_own_nonce(authority: Authority, tmp_path: Path) -> None:
    requests = {new_request(DIGEST) for _ in range(5)}
    assert len(requests) == 5
    query = tmp_path / "q.tsq"
    query.write_bytes(requests.pop())
    text = subprocess.run(
        ["openssl", "ts", "-query", "-in", str(query), "-text"], capture_output=True, check=True, text=True
    ).stdout
    assert "Nonce: 0x" in text
    assert "Certificate required: yes" in text


WRONG = ["other request", "other digest", "foreign chain", "changed", "empty", "junk"]


@pytest.mark.parametrize("wrong", WRONG)
def test_anything_else_is_refused(authority: Authority, tmp_path: Path, wrong: str) -> None:
    request = new_request(DIGEST)
    reply, chain = ask(authority, request), authority.chain.read_text()
    with running_authority(tmp_path / "foreign") as foreign:
        cases = {
            "other request": (new_request(DIGEST), reply, chain),
            "other digest": (new_request(hashlib.sha256(b"x").hexdigest()), reply, chain),
            "foreign chain": (request, reply, foreign.chain.read_text()),
            "changed": (request, reply[:-40] + bytes([reply[-40] ^ 1]) + reply[-39:], chain),
            "empty": (request, b"", chain),
            "junk": (request, b"no reply", chain),
        }
    with pytest.raises(TimestampRefused):
        verify_reply(*cases[wrong])


def test_a_digest_that_is_none_makes_no_request() -> None:
    with pytest.raises(TimestampRefused):
        new_request("no digest")
