"""The benchmark runs, in a size that says nothing about speed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_intake_benchmark_ends_with_its_figures() -> None:
    arguments = ["--cycles", "200", "--stored", "200", "--rounds", "1", "--repeats", "2"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'app'}:{ROOT}"}
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.intake", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert ran.returncode in (0, 1), ran.stderr
    figures = json.loads(ran.stdout.splitlines()[-1])
    assert figures["cycles"] == figures["stored_cycles"] == 200
    assert min(figures["ratio"], figures["growth"], figures["floor_seconds"], figures["seconds"]) > 0
    assert 0 < figures["peak_bytes"] <= 250 * 1024 * 1024
    assert figures["within_limits"] is (ran.returncode == 0)
