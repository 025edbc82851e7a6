"""A real server behind nginx with mutual TLS, and what a test needs to know of a box.

No fixtures here: those are in `conftest`.
"""

import copy
import gzip
import io
import itertools
import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

import uvicorn

from artbox.box.application import Application
from artbox.box.domain.accounts import Token
from artbox.box.domain.assessments import ClockState
from artbox.box.domain.keys import Cost, ServiceKeys
from artbox.box.settings import Settings
from artbox.catalogue import Release
from artbox.catalogue.synthetic import documents
from artbox.server import ca
from artbox.server.app import create_app
from artbox.server.application import Application as ServerApplication
from artbox.server.settings import Settings as ServerSettings
from artbox.wire import cms
from artbox.wire.reading import content_chunks

CENTRES = itertools.count(101)
"""Every box of the tests is another centre's: the server takes a sequence number once."""
MASTER_PASSWORD = "Regenschirm Kantine Murmel Postbote"
ADMINISTRATOR = "Dr. Muster"
PASSWORD = "vier-gelbe-Lampen-am-Steg"
COST = Cost(memory_kib=65536, iterations=3, lanes=4)
MANAGE, INTAKE = "manage.artbox-service.net", "api.artbox-service.net"
RECORD_TABLES = (
    "patients",
    "patient_revisions",
    "cycles",
    "cycle_revisions",
    "consents",
    "findings",
    "assignments",
)
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
NGINX_CONFIGURATION = """
{user} daemon off; pid {directory}/nginx.pid; error_log {directory}/error.log; worker_processes 1;
events {{}}
http {{
  access_log off; client_max_body_size 64m;
  client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/f; uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
  server {{
    listen 127.0.0.1:{port} ssl; server_name {manage} {intake};
    ssl_certificate {tls}/server.crt; ssl_certificate_key {tls}/server.key;
    ssl_client_certificate {ca}; ssl_verify_client optional;
    location / {{
      proxy_pass http://unix:{upstream}; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Client-Verify $ssl_client_verify;
      proxy_set_header X-Client-Cert $ssl_client_escaped_cert;
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Server:
    """The running ARTbox-Server: its application, and where its TLS answers on this machine."""

    application: ServerApplication
    settings: ServerSettings
    port: int
    ca_certificate: Path

    def code(self, centre_no: int) -> str:
        return self.application.enrolment.create_code(centre_no, valid=timedelta(hours=1))

    def stored(self) -> list[Path]:
        return sorted(path for path in self.settings.packages_dir.rglob("*.tgz"))


class Clock:
    """The time of the box: the real one, until it is moved; synchronised, until it is not."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.synchronised = True

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def state(self) -> ClockState:
        return ClockState.SYNCHRONISED if self.synchronised else ClockState.NOT_SYNCHRONISED

    def advance(self, by: timedelta) -> None:
        self.ahead += by


@dataclass
class Box:
    """An application with what a test needs to know of it."""

    application: Application
    settings: Settings
    keys: ServiceKeys
    clock: Clock
    server: Server
    centre_no: int = field(default_factory=lambda: next(CENTRES))
    tokens: dict[str, Token] = field(default_factory=dict)

    def token(self, product: str = "Testprogramm") -> Token:
        if product not in self.tokens:
            found = self.application.tokens.verify(self.application.tokens.create(product))
            assert found is not None
            self.tokens[product] = found
        return self.tokens[product]

    def prepare(self) -> None:
        """Walk the setup up to the master password."""
        self.application.setup.set_centre(self.centre_no, self.server.code(self.centre_no))
        self.application.setup.set_administrator(ADMINISTRATOR, PASSWORD, PASSWORD)

    def query(self, question: str) -> list[tuple[Any, ...]]:
        """Ask the open store in SQL."""
        with self.application._handle.store._database.read() as connection:
            return [tuple(row) for row in connection.execute(question)]

    def contents(self) -> dict[str, object]:
        """Return every row about records, by table."""
        return {table: self.query(f"SELECT * FROM {table} ORDER BY 1, 2") for table in RECORD_TABLES}  # noqa: S608

    def document(self, *, patients: int, cycles: int, status: str) -> dict[str, Any]:
        """Return a sound document of patients with so many cycles that go to the D·I·R, under one consent."""
        release = self.application.catalogue.current
        projection = release.projection("DIR", "pseudonymised")
        consents = [{"register": "DIR", "status": status, "date": "2026-01-02"}]
        found = [
            {**patient, "cycles": patient["cycles"][:cycles], "consents": consents}
            for patient in sound_patients(release)
            if len(patient["cycles"]) >= cycles
            and all(projection.applies(patient, cycle) for cycle in patient["cycles"])
        ]
        (header,) = documents(release, centre_no=self.centre_no, patients=1, seed=5)
        return copy.deepcopy({**header, "patients": found[:patients]})

    def files(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.settings.data_dir.rglob("*") if path.is_file()}


@cache
def sound_patients(release: Release) -> list[dict[str, Any]]:
    """Return patients enough to choose from; made once, so to be copied before they are changed."""
    made = documents(release, centre_no=next(CENTRES), patients=200, seed=5)
    return [patient for document in made for patient in cast("list[dict[str, Any]]", document["patients"])]


def correct(cycle: dict[str, Any]) -> None:
    """Change one value of a cycle, as a correction does; the cycle stays sound.

    Made data shifts with the day it is made on, so a fixed new value would one day be the old one.
    """
    cycle["infertility_duration"] = 21 if cycle.get("infertility_duration") != 21 else 22


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not answer")


def nginx(
    directory: Path, tls: Path, authority: Path, upstream: Path
) -> tuple["subprocess.Popen[bytes]", int]:
    """Start nginx before an application's socket, as the server's role does."""
    assert NGINX, "nginx is needed"
    port = free_port()
    directory.mkdir()
    configuration = directory / "nginx.conf"
    configuration.write_text(
        NGINX_CONFIGURATION.format(
            user="user root;" if os.geteuid() == 0 else "",
            directory=directory,
            port=port,
            manage=MANAGE,
            intake=INTAKE,
            tls=tls,
            ca=authority,
            upstream=upstream,
        )
    )
    process = subprocess.Popen(
        [NGINX, "-c", str(configuration), "-p", str(directory)], stderr=subprocess.DEVNULL
    )
    wait_for_port(port)
    return process, port


def settings_in(directory: Path, server: Server, recipients: Path) -> Settings:
    return Settings.from_mapping(mapping_in(directory, server, recipients))


def mapping_in(directory: Path, server: Server, recipients: Path) -> dict[str, Any]:
    """Return the content of a `box.yml` for a box in `directory`, whose server is on this machine.

    One anonymised patient is a group and nothing waits, so that a few records do for a test.
    """
    local = {"port": server.port, "address": "127.0.0.1"}
    for name in ("data", "run"):
        (directory / name).mkdir(mode=0o700, exist_ok=True)
    shutil.copy(server.ca_certificate, directory / "box.crt")
    return {
        "data_dir": str(directory / "data"),
        "run_dir": str(directory / "run"),
        "vault": {"backend": "plain", "directory": str(directory / "data" / "vault")},
        "argon2": {
            "memory_kib": COST.memory_kib,
            "iterations": COST.iterations,
            "lanes": COST.lanes,
            "target_seconds": 0,
        },
        "allowed_hosts": ["artbox.local", "localhost", "testserver"],
        "web_certificate": str(directory / "box.crt"),
        "ca_certificate": str(server.ca_certificate),
        "recipients_dir": str(recipients),
        "services": {
            "enrolment": {"host": MANAGE, **local},
            "provisioning": {"host": MANAGE, **local},
            "intake": {"host": INTAKE, **local},
        },
        "anonymity": {"group_size": 1, "minimum_delay_days": 0, "minimum_batch": 1},
        "support_contact": {"name": "Support", "phone": "030 1234567", "email": "support@example.org"},
    }


def settings_with(settings: Settings, name: str) -> Settings:
    """Return the settings of a second box beside the first, with the same server."""
    directory = settings.data_dir.parent / name
    directory.mkdir(mode=0o700)
    vault = replace(settings.vault, directory=directory / "vault")
    return replace(settings, data_dir=directory, vault=vault)


@contextmanager
def running_server(directory: Path) -> Iterator[Server]:
    """Run a server in `directory`: uvicorn on a socket, nginx with client certificates before it."""
    settings = ServerSettings(directory / "data", f"sqlite:///{directory}/data/server.db")
    ca.initialise(settings)
    application = ServerApplication.build(settings)
    ca.issue_tls_files(application.authority, [MANAGE, INTAKE], [], directory / "tls")
    upstream = directory / "web.sock"
    running = uvicorn.Server(uvicorn.Config(create_app(application), uds=str(upstream), log_level="critical"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    authority = application.authority.certificate_path
    front, port = nginx(directory / "nginx", directory / "tls", authority, upstream)
    try:
        yield Server(application, settings, port, authority)
    finally:
        front.terminate()
        front.wait(timeout=10)
        running.should_exit = True
        thread.join(timeout=10)


def opened(package: Path, recipients: Path, directory: Path) -> list[dict[str, Any]]:
    """Read a package as its recipient does."""
    register = package.name.split("-")[1]
    certificate, key = recipients / f"{register}.crt", recipients / f"{register}.key"
    with (directory / "content.gz").open("w+b") as target:
        cms.decrypt(content_chunks(package), certificate, key, target)
        target.seek(0)
        lines = gzip.GzipFile(fileobj=io.BytesIO(target.read())).read().splitlines()
    return [json.loads(line) for line in lines]
