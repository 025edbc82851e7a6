"""The kit as it is typed: files, exit codes, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from artbox.box import cli
from artbox.catalogue import load
from tests.box.real_parts import free_port
from tests.box.testkit.conftest import Kit

COMMAND = [sys.executable, "-m", "artbox.box.cli", "testkit"]
APP = Path(__file__).resolve().parents[3]
START_SECONDS = 30


@contextmanager
def serving(directory: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    """Run `artbox testkit serve` with temporary files below `directory`; ended afterwards in any case."""
    environment = {**os.environ, "PYTHONPATH": str(APP), "TMPDIR": str(directory / "tmp")}
    (directory / "tmp").mkdir()
    options = ["--port", str(port), "--token-file", str(directory / "token"), "--out", str(directory / "out")]
    process = subprocess.Popen(
        [*COMMAND, "serve", *options], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until_it_serves(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/api/v1/status", trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the kit does not answer")


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serving_ends_with_a_report_and_leaves_nothing_behind(tmp_path: Path, ending: signal.Signals) -> None:
    port = free_port()
    with serving(tmp_path, port) as process:
        wait_until_it_serves(port)
        token = tmp_path / "token"
        assert token.stat().st_mode & 0o777 == 0o600
        assert list((tmp_path / "tmp").iterdir())
        process.send_signal(ending)
        output, _ = process.communicate(timeout=START_SECONDS)
    assert token.read_text().strip() in output
    assert process.returncode == 1, "a program that sent nothing does not conform"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"conformity.html", "conformity.xml"}
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_report_so_far_is_fetched_from_a_serving_kit(kit: Kit, tmp_path: Path) -> None:
    assert cli.main(["testkit", "report", "--url", kit.url, "--out", str(tmp_path)]) == 0
    assert "<!doctype html>" in (tmp_path / "conformity.html").read_text(encoding="utf-8")


def test_no_serving_kit_is_told_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert cli.main(["testkit", "report", "--url", url, "--out", str(tmp_path)]) == 1
    assert "artbox testkit serve" in capsys.readouterr().err


def test_a_taken_port_is_told_plainly(kit: Kit, capsys: pytest.CaptureFixture[str]) -> None:
    port = kit.url.rpartition(":")[2]
    assert cli.main(["testkit", "serve", "--port", port]) == 1
    assert "--port" in capsys.readouterr().err


def test_a_treatment_nobody_knows_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["testkit", "serve", "--treatments", "icsi,magic"]) == 1
    assert "magic" in capsys.readouterr().err


def test_the_generated_documents_come_as_files_with_what_they_must_bring_about(tmp_path: Path) -> None:
    assert cli.main(["testkit", "documents", "--patients", "2", "--out", str(tmp_path)]) == 0
    expected = json.loads((tmp_path / "expectations.json").read_text(encoding="utf-8"))
    assert set(expected) == {path.name for path in tmp_path.iterdir()} - {"expectations.json"}
    release = load().current
    assert {f"faulty-{rule}.json" for rule in (*release.rules, *release.checks)} < set(expected)
    assert expected["sound-001.json"] == {"rule": None, "outcome": "complete"}
    assert expected["faulty-F03.json"]["outcome"] == "incomplete"
    assert "{" not in "".join(entry["title"]["de"] for entry in expected.values() if "title" in entry)
    patients = json.loads((tmp_path / "faulty-F03.json").read_text(encoding="utf-8"))["patients"]
    assert len(patients) == 1


def test_a_missing_token_is_told_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "none")
    assert cli.main(["testkit", "run", "--url", "http://127.0.0.1:9", "--token-file", missing]) == 1
    assert "No token" in capsys.readouterr().err


def test_an_installation_without_the_box_says_how_to_complete_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    for name in [name for name in sys.modules if name.startswith("artbox.box.")]:
        monkeypatch.delitem(sys.modules, name)
    assert cli.main(["testkit", "documents"]) == 2
    assert "[testkit]" in capsys.readouterr().err
