import json
import os
import subprocess
import sys
from pathlib import Path

from machines import places


def _pytest(tmp_path: Path, outcomes: list[dict[str, object]], not_run: list[str]) -> str:
    content = tmp_path / "gates.json"
    content.write_text(json.dumps({"outcomes": outcomes, "not_run": not_run}), encoding="utf-8")
    (tmp_path / "test_one.py").write_text("def test_one():\n    pass\n", encoding="ascii")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "machines.gates", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env=os.environ | {"ARTBOX_GATES": str(content), "PYTHONPATH": str(places.ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_a_check_that_failed_before_pytest_counts_in_its_summary(tmp_path: Path) -> None:
    output = _pytest(tmp_path, [{"name": "ruff", "passed": False, "output": "line too long"}], [])
    assert "line too long" in output
    assert "1 failed, 1 passed" in output.splitlines()[-1]


def test_what_could_not_run_is_repeated_before_the_summary(tmp_path: Path) -> None:
    output = _pytest(tmp_path, [{"name": "ruff", "passed": True, "output": ""}], ["containers: no root"])
    assert "NOT RUN containers: no root" in output
    assert "2 passed" in output.splitlines()[-1]
