"""The box's service as it runs: a process of its own on unix sockets with an open SQLCipher store."""

import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from artbox.box.adapters.control_client import ControlClient
from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.adapters.store import Store
from artbox.box.domain import keyring
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.keys import Cost, ServiceKeys
from artbox.box.errors import ServiceUnreachable
from artbox.box.services.clock import utc_now
from artbox.box.settings import ENVIRONMENT, Settings
from machines.application import activation

CENTRE_NO = 123
PRODUCT = "Messung"
COST = Cost(memory_kib=65536, iterations=3, lanes=4)
SOURCE = Path(__file__).resolve().parents[1] / "app"
START_SECONDS = 30


@dataclass(frozen=True)
class Service:
    """A running service: its process, where it answers, and a capture program's token."""

    process: int
    socket: Path
    token: str

    def hand_over(self, body: Iterable[bytes]) -> tuple[float, dict[str, int]]:
        """Hand over NDJSON; return the seconds until all of it was stored, and the summary of the report."""
        transport = httpx.HTTPTransport(uds=str(self.socket))
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/x-ndjson"}
        with httpx.Client(
            transport=transport,
            base_url="http://artbox.local",
            headers=headers,
            timeout=3600,
            trust_env=False,
        ) as client:
            began = time.perf_counter()
            answer = client.post("/api/v1/imports", content=body)
            seconds = time.perf_counter() - began
            if answer.status_code != 202:
                raise RuntimeError(f"the import was answered with {answer.status_code}")
            report = client.get(answer.headers["location"], params={"limit": 1}).json()
        summary: dict[str, int] = report["summary"]
        if report["state"] != "finished" or summary["rejected"]:
            raise RuntimeError("the import was not taken whole")
        return seconds, summary

    def peak_bytes(self) -> int:
        """Return the largest resident memory the process ever had."""
        lines = Path(f"/proc/{self.process}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


@contextmanager
def running(directory: Path) -> Iterator[Service]:
    """Run the service of a new box in `directory`, which is removed afterwards."""
    keys, settings = _prepare(directory)
    sockets = {name: activation.listen(settings.run_dir / f"{name}.sock") for name in ("web", "control")}
    environment = {ENVIRONMENT: str(directory / "box.yml"), "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "artbox.box.cli", "serve"]
    process = activation.start(
        activation.Service("artbox", command, environment), sockets, sys.stderr.fileno()
    )
    try:
        control = ControlClient(settings.run_dir / "control.sock")
        _until_it_answers(control)
        control.hand_over(keys, first=False)
        yield Service(process, settings.run_dir / "web.sock", control.create_token(PRODUCT))
    finally:
        os.kill(process, signal.SIGTERM)
        os.waitpid(process, 0)
        for listening in sockets.values():
            listening.close()
        shutil.rmtree(directory)


def _prepare(directory: Path) -> tuple[ServiceKeys, Settings]:
    """Write what a finished setup leaves: settings, keyring, and a store with the box's row."""
    for path in (directory / "data" / "vault", directory / "run"):
        path.mkdir(parents=True, mode=0o700)
    mapping = _settings(directory)
    (directory / "box.yml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    settings = Settings.from_mapping(mapping)
    ring, root = keyring.create(secrets.token_urlsafe(24), secrets.token_bytes(16), COST, datetime.now(UTC))
    file = KeyringFile(settings.keyring_path, settings.pending_keyring_path)
    file.write_pending(ring)
    keys = ServiceKeys.derive(root)
    store = Store.create(settings.database_path, keys.database, utc_now)
    store.set_up(CENTRE_NO, "Messung", "none", AuditEntry(AuditTag.BOX_SET_UP, "benchmark"))
    store.close()
    file.settle()
    return keys, settings


def _settings(directory: Path) -> dict[str, Any]:
    nowhere = {"host": "localhost", "port": 9}
    return {
        "data_dir": str(directory / "data"),
        "run_dir": str(directory / "run"),
        "vault": {"backend": "plain", "directory": str(directory / "data" / "vault")},
        "allowed_hosts": ["artbox.local"],
        "web_certificate": str(directory / "none.crt"),
        "ca_certificate": str(directory / "none.crt"),
        "recipients_dir": str(directory / "none"),
        "services": {"enrolment": nowhere, "provisioning": nowhere, "intake": nowhere},
    }


def _until_it_answers(control: ControlClient) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            control.state()
        except ServiceUnreachable:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
