"""A time-stamp authority of the tests: `openssl ts -reply` behind a small HTTP server, with its own chain."""

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIGURATION = """
[tsa]
default_tsa = own
[own]
serial = {directory}/serial
crypto_device = builtin
signer_cert = {directory}/tsa.crt
certs = {directory}/chain.pem
signer_key = {directory}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
[extensions]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
"""


@dataclass
class Authority:
    """Where it answers and what its tokens chain to; `answers` can be told to spoil replies."""

    url: str
    chain: Path
    directory: Path
    spoil: list[str] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def running_authority(directory: Path, *, days: int = 30) -> Iterator[Authority]:
    """Run an authority in `directory`; `days` is how long its certificate holds."""
    _make_chain(directory, days)
    authority: Authority

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            authority.requests.append(request)
            how = authority.spoil[0] if authority.spoil else ""
            self.send_response(503 if how == "down" else 200)
            self.end_headers()
            self.wfile.write(_answer(authority, request, how))

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        authority = Authority(f"http://127.0.0.1:{server.server_port}/", directory / "chain.pem", directory)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield authority
        server.shutdown()
        thread.join(timeout=10)


def _answer(authority: Authority, request: bytes, how: str) -> bytes:
    if how == "down":
        return b""
    if how == "replay":
        request = authority.requests[0]
    reply = _reply(authority.directory, request)
    if how == "changed":
        return reply[:-40] + bytes([reply[-40] ^ 1]) + reply[-39:]
    return reply


def _reply(directory: Path, request: bytes) -> bytes:
    with tempfile.NamedTemporaryFile(dir=directory) as query:
        query.write(request)
        query.flush()
        return _openssl("ts", "-reply", "-config", str(directory / "tsa.cnf"), "-queryfile", query.name)


def _make_chain(directory: Path, days: int) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "serial").write_text("01\n")
    (directory / "tsa.cnf").write_text(CONFIGURATION.format(directory=directory))
    key = ["-newkey", "rsa:2048", "-nodes"]
    root = ["-keyout", str(directory / "root.key"), "-out", str(directory / "root.crt")]
    _openssl("req", "-x509", *key, *root, "-days", "3650", "-subj", "/CN=Test time root")
    own = ["-keyout", str(directory / "tsa.key"), "-out", str(directory / "tsa.csr")]
    _openssl("req", *key, *own, "-subj", "/CN=Test time-stamp authority")
    signed = ["-CA", str(directory / "root.crt"), "-CAkey", str(directory / "root.key"), "-set_serial", "7"]
    extensions = ["-extfile", str(directory / "tsa.cnf"), "-extensions", "extensions"]
    target = ["-in", str(directory / "tsa.csr"), "-out", str(directory / "tsa.crt"), "-days", str(days)]
    _openssl("x509", "-req", *target, *signed, *extensions)
    (directory / "chain.pem").write_text((directory / "root.crt").read_text())


def _openssl(*arguments: str) -> bytes:
    done = subprocess.run(["openssl", *arguments], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout
