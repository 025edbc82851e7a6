"""The real processes on handed-over sockets: they start, answer, and end when they should."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
import yaml

from artbox.box import unlock
from artbox.box.adapters.control_client import ControlClient
from artbox.box.edge import activation
from artbox.box.settings import ENVIRONMENT
from tests.box.real_parts import Server, mapping_in

pytestmark = pytest.mark.slow

SOURCE = Path(unlock.__file__).parents[2]
# Takes the descriptors that follow as 3, 4, …, as a supervisor hands them over, and becomes the command.
HAND_OVER = """
import fcntl, os, sys
names, descriptors, command = sys.argv[1], [int(n) for n in sys.argv[2].split(",")], sys.argv[3:]
aside = [fcntl.fcntl(number, fcntl.F_DUPFD, 100) for number in descriptors]
for number, descriptor in enumerate(aside, 3):
    os.dup2(descriptor, number, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(descriptors)), LISTEN_FDNAMES=names)
os.execv(sys.executable, [sys.executable, "-m", "artbox.box.cli", *command])
"""
Start = Callable[..., "subprocess.Popen[bytes]"]


class Sockets:
    """Listening unix sockets, by name, kept open as a supervisor keeps them."""

    def __init__(self, directory: Path, *names: str) -> None:
        self.paths = {name: directory / f"{name}.sock" for name in names}
        self.listening: dict[str, socket.socket] = {}
        for name, path in self.paths.items():
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(str(path))
            listening.listen()
            self.listening[name] = listening

    def close(self) -> None:
        for listening in self.listening.values():
            listening.close()


@pytest.fixture
def settings_file(tmp_path: Path, server: Server, recipients: Path) -> Path:
    path = tmp_path / "box.yml"
    path.write_text(yaml.safe_dump(mapping_in(tmp_path, server, recipients)))
    return path


@pytest.fixture
def sockets(tmp_path: Path, settings_file: Path) -> Iterator[Sockets]:
    made = Sockets(tmp_path / "run", "web", "control", "unlock")
    yield made
    made.close()


@pytest.fixture
def start(settings_file: Path, sockets: Sockets) -> Iterator[Start]:
    """Start a command of the box with the named sockets."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(command: str, *names: str) -> "subprocess.Popen[bytes]":
        descriptors = [sockets.listening[name].fileno() for name in names]
        environment: Mapping[str, str] = {
            **os.environ,
            ENVIRONMENT: str(settings_file),
            "PYTHONPATH": str(SOURCE),
        }
        arguments = [":".join(names), ",".join(map(str, descriptors)), command]
        process = subprocess.Popen(
            [sys.executable, "-c", HAND_OVER, *arguments],
            env=environment,
            pass_fds=descriptors,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def client(path: Path) -> httpx.Client:
    transport = httpx.HTTPTransport(uds=str(path))
    return httpx.Client(transport=transport, base_url="http://artbox.local", timeout=30, trust_env=False)


def test_pages_interface_and_control_answer_from_one_process(start: Start, sockets: Sockets) -> None:
    process = start("serve", "web", "control")
    with client(sockets.paths["web"]) as web:
        assert web.get("/api/v1/status").json() == {"state": "setup"}
        assert web.get("/").headers["location"] == "/einrichtung"
        assert "uvicorn" not in str(web.get("/einrichtung").headers)
    assert ControlClient(sockets.paths["control"]).state()["state"] == "setup"
    with client(sockets.paths["web"]) as web:
        assert web.post("/keys").status_code in (403, 404)
    assert process.poll() is None


def test_a_signal_ends_the_service(start: Start, sockets: Sockets) -> None:
    process = start("serve", "web", "control")
    ControlClient(sockets.paths["control"]).state()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=15) == 0


def test_locking_ends_the_process_and_the_next_one_answers(start: Start, sockets: Sockets) -> None:
    first = start("serve", "web", "control")
    ControlClient(sockets.paths["control"]).lock()
    assert first.wait(timeout=15) == 0
    start("serve", "web", "control")
    with client(sockets.paths["web"]) as web:
        assert web.get("/api/v1/status").status_code == 200


def test_nothing_of_a_request_is_logged(start: Start, sockets: Sockets) -> None:
    process = start("serve", "web", "control")
    with client(sockets.paths["web"]) as web:
        web.get("/eingang/geheim?suche=1988-05-01")
        web.post("/anmelden", data={"benutzername": "geheim", "passwort": "geheim"})
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=15)[0] == b""


def test_a_socket_that_did_not_come_is_named(start: Start) -> None:
    process = start("serve", "web")
    output = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 1
    assert "name=control" in output


def test_the_unlocking_process_ends_after_one_answer(start: Start, sockets: Sockets) -> None:
    start("serve", "web", "control")
    ControlClient(sockets.paths["control"]).state()
    process = start("unlock", "unlock")
    with client(sockets.paths["unlock"]) as browser:
        answer = browser.post(
            "/schluessel/einrichten",
            data={"masterpasswort": "zu kurz", "wiederholung": "zu kurz"},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
    assert answer.status_code == 422
    assert "mindestens 15 Zeichen" in answer.text
    assert process.wait(timeout=15) == 0
    assert process.communicate()[0] == b"refused: master-password-too-short (minimum=15)\n"


def test_the_unlocking_process_starts_without_the_weight_of_the_service() -> None:
    heavy = (
        "fastapi",
        "pydantic",
        "sqlcipher3",
        "jsonschema_rs",
        "artbox.catalogue",
        "artbox.box.application",
    )
    code = f"import sys, artbox.box.unlock; print([name for name in {heavy!r} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert found.stdout == b"[]\n"


def test_the_unlocking_process_ends_when_nobody_comes(
    start: Start, sockets: Sockets, monkeypatch: pytest.MonkeyPatch, settings_file: Path
) -> None:
    (own,) = [sockets.listening["unlock"].dup()]
    monkeypatch.setattr(unlock, "IDLE_SECONDS", 0.3)
    monkeypatch.setattr(activation, "inherited", lambda *_names: [own])
    monkeypatch.setenv(ENVIRONMENT, str(settings_file))
    began = time.monotonic()
    assert unlock.unlock() == 0
    assert time.monotonic() - began < 10
