"""The commands as operations and playbooks call them, and a serving process that is killed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from artbox.server.cli import main
from artbox.server.settings import Settings
from artbox.wire import certificates
from artbox.wire.enrolment import EnrolmentAnswer, EnrolmentRequest
from artbox.wire.packages import PackageHead, Signer, write_package
from artbox.wire.receipts import SignedReceipt, verify_receipt

from .conftest import headers_for

PROGRAM = [sys.executable, "-c", "import sys; from artbox.server.cli import main; sys.exit(main())"]
APP = Path(__file__).resolve().parents[2]
Run = Callable[..., "Done"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "server.yml"
    path.write_text(f"data_dir: {tmp_path}/data\ndatabase_url: sqlite:///{tmp_path}/data/server.db\n")
    return {**os.environ, "ARTBOX_SERVER_SETTINGS": str(path), "PYTHONPATH": str(APP)}


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.setenv("ARTBOX_SERVER_SETTINGS", environment["ARTBOX_SERVER_SETTINGS"])

    def run(*arguments: str) -> Done:
        capsys.readouterr()
        return Done(main(arguments), *capsys.readouterr())

    return run


def test_settings_are_read_and_judged(tmp_path: Path, environment: dict[str, str]) -> None:
    path = Path(environment["ARTBOX_SERVER_SETTINGS"])
    assert Settings.load(path).data_dir == tmp_path / "data"


@pytest.mark.parametrize("content", ["", "data_dir: /x", "[", "data_dir: 1\ndatabase_url: x", "\x00"])
def test_other_settings_are_refused(content: str, run: Run, environment: dict[str, str]) -> None:
    Path(environment["ARTBOX_SERVER_SETTINGS"]).write_text(content)
    done = run("boxes")
    assert done.returncode == 1
    assert done.stderr.startswith("artbox-server: settings-invalid")


def test_the_first_steps_of_a_server(run: Run, tmp_path: Path) -> None:
    assert "ca init" in run("code", "create", "--centre", "123").stderr
    assert run("ca", "init").stdout == "changed\n"
    assert run("ca", "init").stdout == "unchanged\n"
    issue = ["certificate", "issue", "--name", "a.example.net", "--name", "b.example.net"]
    issue += ["--address", "192.0.2.7", "--out", str(tmp_path / "tls")]
    assert run(*issue).stdout == "changed\n"
    assert run(*issue).stdout == "unchanged\n"
    assert run("code", "create", "--centre", "123", "--valid-hours", "1").stdout.count("-") == 2
    assert "centre  123" in run("code", "list").stdout
    assert run("boxes").stdout == ""
    assert run("box", "revoke", "box-x").returncode == 1


def test_a_development_recipient_is_made_once(run: Run, tmp_path: Path) -> None:
    assert run("recipient", "create", "--register", "DIR", "--out", str(tmp_path / "r")).stdout == "changed\n"
    before = (tmp_path / "r" / "DIR.crt").read_bytes()
    assert (
        run("recipient", "create", "--register", "DIR", "--out", str(tmp_path / "r")).stdout == "unchanged\n"
    )
    assert (tmp_path / "r" / "DIR.crt").read_bytes() == before


@pytest.mark.parametrize("centre", ["0", "10000"])
def test_a_code_needs_a_centre(run: Run, centre: str) -> None:
    run("ca", "init")
    done = run("code", "create", "--centre", centre)
    assert (done.returncode, done.stdout) == (1, "")


def test_serving_without_a_socket_is_refused(run: Run) -> None:
    run("ca", "init")
    done = run("serve")
    assert done.returncode == 1
    assert "--port" in done.stderr


@contextmanager
def served(environment: dict[str, str], listener: socket.socket) -> Iterator[subprocess.Popen[bytes]]:
    """Start `serve` the way systemd does: the socket as descriptor 3, under the name `web`."""
    script = 'export LISTEN_PID=$$; exec 3<&"$1"; shift; exec "$@"'
    command = ["/bin/bash", "-c", script, "serve", str(listener.fileno()), *PROGRAM, "serve"]
    variables = {**environment, "LISTEN_FDS": "1", "LISTEN_FDNAMES": "web"}
    process = subprocess.Popen(
        command, env=variables, pass_fds=[listener.fileno()], stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def enrol(client: httpx.Client, code: str, directory: Path) -> Signer:
    key = certificates.new_box_key()
    csr = certificates.certificate_request(key, 123).decode()
    response = client.post("/v1/enrolments", json=EnrolmentRequest(code, 123, csr).to_json())
    signer = Signer(directory / "box.crt", directory / "box.key")
    certificates.write_key(signer.key, key)
    answer = EnrolmentAnswer.from_json(response.json())
    certificates.write_file(signer.certificate, answer.certificate.encode())
    return signer


def test_a_killed_server_goes_on_where_it_was(run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    run("ca", "init")
    code = run("code", "create", "--centre", "123").stdout.strip()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "web.sock"))
    listener.listen()
    incoming = tmp_path / "data" / "incoming"
    transport = httpx.HTTPTransport(uds=str(tmp_path / "web.sock"))
    with httpx.Client(transport=transport, base_url="http://server", timeout=30) as client:
        with served(environment, listener) as process:
            signer = enrol(client, code, tmp_path)
            recipient, _ = certificates.create_recipient("DIR", tmp_path)
            head = PackageHead(123, "DIR", 1, "pseudonymised", "2026.1", datetime.now(UTC))
            package = write_package(tmp_path, head, [{"cycle": 1}], recipient=recipient, signer=signer)
            headers = {**headers_for(signer.certificate), "X-Package-Name": package.name}

            def cut_short() -> Iterator[bytes]:
                yield package.path.read_bytes()[:1000] + bytes(2**20)
                while not list(incoming.iterdir()):
                    pass
                process.send_signal(signal.SIGKILL)
                yield b"more"

            with pytest.raises(httpx.TransportError):
                client.post("/v1/packages", content=cut_short(), headers=headers)
        assert len(list(incoming.iterdir())) == 1
        with served(environment, listener):
            response = client.post("/v1/packages", content=package.path.read_bytes(), headers=headers)
            assert response.status_code == 201
            assert list(incoming.iterdir()) == []
    receipt = verify_receipt(SignedReceipt.from_answer(response.json()), tmp_path / "data" / "ca" / "ca.crt")
    assert receipt.is_for(package.sha256, "DIR", 1)
    assert "active" in run("boxes").stdout


def test_two_processes_never_serve_one_directory(
    environment: dict[str, str], run: Run, tmp_path: Path
) -> None:
    run("ca", "init")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "web.sock"))
    listener.listen()
    transport = httpx.HTTPTransport(uds=str(tmp_path / "web.sock"))
    with served(environment, listener), httpx.Client(transport=transport, base_url="http://server") as client:
        assert client.get("/", timeout=30).status_code == 404
        done = run("serve", "--port", "0")
        assert done.returncode == 1
        assert "another process" in done.stderr
