"""The control interface as its client sees it, and the command line on top."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from artbox.box import cli
from artbox.box.adapters.control_client import ControlClient
from artbox.box.control import create_control
from artbox.box.errors import BoxLocked
from artbox.box.settings import ENVIRONMENT, Settings
from artbox.catalogue.synthetic import documents
from tests.box.real_parts import ADMINISTRATOR, Box


@pytest.fixture
def client(box: Box) -> TestClient:
    return TestClient(create_control(box.application), base_url="http://control")


def test_the_state_holds_what_the_unlocking_process_shows(fresh: Box) -> None:
    fresh.prepare()
    client = TestClient(create_control(fresh.application), base_url="http://control")
    state = client.get("/state").json()
    assert state["state"] == "setup"
    assert datetime.fromisoformat(state["since"]).tzinfo
    assert (state["centre_no"], state["administrator"]) == (fresh.centre_no, ADMINISTRATOR)
    assert state["catalogue"] == fresh.application.catalogue.current.version


def test_the_setup_says_what_is_missing(fresh: Box) -> None:
    client = TestClient(create_control(fresh.application), base_url="http://control")
    assert client.get("/setup").json() == {"missing": ["centre", "administrator"]}


def test_a_refusal_is_a_problem_with_code_and_fields(client: TestClient) -> None:
    answer = client.post("/tokens", json={"product": ""})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "product-name-invalid"
    assert set(answer.json()["fields"]) == {"minimum", "maximum"}


def test_keys_that_are_no_keys_are_refused(fresh: Box) -> None:
    app = create_control(fresh.application)
    client = TestClient(app, base_url="http://control", raise_server_exceptions=False)
    for body in (b"", b"[]", b"{", b'{"vault": "00"}'):
        answer = client.post("/keys", content=body)
        assert answer.status_code == 422
        assert answer.json()["code"] == "keys-invalid"


def test_a_token_made_here_works(client: TestClient, box: Box) -> None:
    secret = client.post("/tokens", json={"product": "MedITEX"}).json()["token"]
    assert box.application.tokens.verify(secret)


def test_a_delivery_names_its_packages(client: TestClient, box: Box) -> None:
    document = next(documents(box.application.catalogue.current, centre_no=box.centre_no, patients=2, seed=5))
    box.application.intake.receive(json.dumps(document).encode(), token=box.token())
    delivered = client.post("/deliveries", json={"register": "DIR"}).json()["delivered"]
    assert {package["register"] for package in delivered} == {"DIR"}
    assert {"name", "count", "kind", "package_id"} <= set(delivered[0])


def test_locking_is_answered_and_ends_the_process(client: TestClient, box: Box) -> None:
    ended: list[bool] = []
    box.application.lifecycle.on_locked(lambda: ended.append(True))
    assert client.post("/lock").status_code == 202
    assert ended == [True]
    assert client.post("/deliveries", json={}).json()["code"] == "box-locked"


def test_the_client_raises_the_services_refusal(fresh: Box, control: ControlClient) -> None:
    with pytest.raises(BoxLocked):
        control.deliver()


@pytest.fixture
def command(fresh: Box, control: ControlClient, monkeypatch: pytest.MonkeyPatch) -> ControlClient:
    """The command line of `fresh`, whose control interface answers."""
    monkeypatch.setattr(Settings, "load", classmethod(lambda _cls, _path=None: fresh.settings))
    return control


def test_status_says_the_state(command: ControlClient, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["status"]) == 0
    assert capsys.readouterr().out.startswith("setup since ")


def test_a_locked_box_has_its_own_exit_code(
    command: ControlClient, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["deliver"], ["token", "create", "--product", "MedITEX"], ["demo"]):
        assert cli.main(arguments) == 3
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "master password" in captured.err


def test_a_service_that_is_not_running_has_its_own_exit_code(
    fresh: Box, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Settings, "load", classmethod(lambda _cls, _path=None: fresh.settings))
    assert cli.main(["status"]) == 4
    assert "not running" in capsys.readouterr().err


def test_missing_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "/nowhere/box.yml")
    assert cli.main(["status"]) == 1
    assert "/nowhere/box.yml" in capsys.readouterr().err


def test_a_token_is_all_that_is_printed(
    box: Box, command: ControlClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["token", "create", "--product", "MedITEX"]) == 0
    secret = capsys.readouterr().out.strip()
    token = box.application.tokens.verify(secret)
    assert token is not None
    assert token.product == "MedITEX"


def test_the_demo_delivers(box: Box, command: ControlClient, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed[printed.index("{\n") :])["delivered"]
    assert cli.main(["deliver"]) == 0
    assert "nothing was waiting" in capsys.readouterr().out


def test_only_registers_whose_turn_has_come_are_delivered_to(
    box: Box, command: ControlClient, capsys: pytest.CaptureFixture[str]
) -> None:
    for said in ("receipted", "nothing was waiting"):
        document = json.dumps(box.document(patients=1, cycles=2, status="given")).encode()
        box.application.intake.receive(document, token=box.token(said))
        assert cli.main(["deliver", "--due"]) == 0
        assert said in capsys.readouterr().out


def test_the_ledger_is_exported_and_verified(
    box: Box, command: ControlClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.dumps(box.document(patients=2, cycles=2, status="given")).encode()
    box.application.intake.receive(document, token=box.token())
    assert cli.main(["deliver"]) == 0
    target = tmp_path / "proofs"
    assert cli.main(["ledger", "export", str(target)]) == 0
    assert cli.main(["ledger", "verify", str(target)]) == 0
    assert "6 entries and 0 time stamps fit together" in capsys.readouterr().out
    assert cli.main(["ledger", "export", str(target)]) == 1
    assert cli.main(["ledger", "stamp"]) == 1
    assert "No time-stamp authority" in capsys.readouterr().err
    assert cli.main(["ledger", "verify", str(tmp_path)]) == 1


def test_a_locked_box_exports_nothing_and_leaves_nothing(command: ControlClient, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    assert cli.main(["ledger", "export", str(tmp_path / "proofs")]) == 3
    assert set(tmp_path.iterdir()) == before


def test_locking_from_the_command_line(
    box: Box, command: ControlClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["lock"]) == 0
    assert cli.main(["status"]) == 0
    assert "locked since" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["token"], ["token", "create"], ["explode"]])
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: artbox" in capsys.readouterr().err
