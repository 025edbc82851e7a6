"""The example client of the documentation, run as a vendor runs it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from artbox.box.testkit.conformity import Verdict
from tests.box.testkit.conftest import Kit

CLIENT = Path(__file__).resolve().parents[4] / "docs" / "example_client.py"


def run(
    kit: Kit, directory: Path, document: Any, token: str | None = None
) -> "subprocess.CompletedProcess[str]":
    (directory / "token").write_text(f"{token or kit.token}\n")
    (directory / "document.json").write_text(json.dumps(document))
    command = [
        sys.executable,
        str(CLIENT),
        kit.url,
        str(directory / "token"),
        str(directory / "document.json"),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_it_is_short_and_needs_the_standard_library_alone() -> None:
    lines = CLIENT.read_text(encoding="utf-8").splitlines()
    imported = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert len(lines) < 100
    assert imported <= sys.stdlib_module_names


def test_a_sound_document_is_taken(kit: Kit, tmp_path: Path) -> None:
    done = run(kit, tmp_path, kit.document())
    assert (done.returncode, done.stderr) == (0, "")
    assert '"rejected": 0' in done.stdout
    assert kit.verdict("idempotency_key") is Verdict.SHOWN


def test_a_rejected_record_is_named_with_field_and_remedy(kit: Kit, tmp_path: Path) -> None:
    document = kit.document()
    patient = document["patients"][0]
    patient["cycles"][0]["infertility_duration"] = "viele Jahre"
    done = run(kit, tmp_path, document)
    assert done.returncode == 1
    assert f"{patient['patient_ref']}: rejected" in done.stdout
    assert "infertility_duration" in done.stdout
    assert "viele Jahre" not in done.stdout + done.stderr


def test_a_wrong_token_ends_it_at_once(kit: Kit, tmp_path: Path) -> None:
    done = run(kit, tmp_path, kit.document(), token="artbox_wrong")
    assert done.returncode == 2
    assert "urn:artbox:problem:token-refused" in done.stderr
    assert len(kit.recorder.exchanges) == 1


@pytest.mark.slow
def test_it_waits_for_a_locked_box(closing_kit: Kit, tmp_path: Path) -> None:
    for seed in (3, 4):
        done = run(closing_kit, tmp_path, closing_kit.document(seed=seed))
        assert done.returncode == 0, done.stderr
    assert "Neuer Versuch in 1 Sekunden" in done.stderr
    assert closing_kit.verdict("retry_after") is Verdict.SHOWN
