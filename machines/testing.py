"""`make test`: static checks, the scenario on fresh containers, then one pytest run over everything.

Nothing is printed after pytest's summary, and nothing keeps running after it.
"""

import contextlib
import dataclasses
import io
import json
import os
import shutil
import subprocess
import time

from machines import box, checks, labs, locking, places, prerequisites, provision
from machines.checks import Outcome
from machines.messages import Problem, complain, say, step

LAB = "testing"
SCENARIO = "box-and-server"
GATES = places.BUILD / "gates.json"
# Molecule remembers here what it has created; a lab that was removed by other means must be made again.
SCENARIO_STATE = places.BUILD / "molecule"
WITHOUT_CONTAINERS = "not machine and not vm"


def run_everything() -> int:
    """Run all there is; return pytest's exit status, which covers the checks before it."""
    obstacles = prerequisites.obstacles_to_containers()
    outcomes = checks.run_static()
    try:
        if not obstacles:
            _remove_lab()
            outcomes.append(_scenario())
        arguments = ["-p", "machines.gates", *(["-m", WITHOUT_CONTAINERS] if obstacles else [])]
        _write_gates(outcomes, obstacles)
        return checks.pytest(arguments)
    finally:
        _remove_lab()


def _scenario() -> Outcome:
    """Run the scenario with its output visible, and leave its lab up for the tests."""
    step(f"Scenario {SCENARIO}")
    started = time.monotonic()
    command = ["molecule", "test", "--scenario-name", SCENARIO, "--destroy", "never", "--no-command-borders"]
    shutil.rmtree(SCENARIO_STATE, ignore_errors=True)
    environment = provision.environment() | {"MOLECULE_EPHEMERAL_DIRECTORY": str(SCENARIO_STATE)}
    done = subprocess.run(command, cwd=places.ROOT, env=environment, check=False)
    name = f"molecule {SCENARIO}"
    seconds = time.monotonic() - started
    if done.returncode != 0:
        return Outcome(name, passed=False, seconds=seconds, output="its output is above")
    try:
        box.hand_over_only(LAB)
    except Problem as problem:
        complain(problem)
        return Outcome(name, passed=False, seconds=seconds, output=str(problem))
    return Outcome(name, passed=True, seconds=seconds, output="")


def _write_gates(outcomes: list[Outcome], obstacles: list[str]) -> None:
    not_run = [f"tests on containers and the virtual machine: {reason}" for reason in obstacles]
    for line in not_run:
        say(f"Will not run: {line}")
    places.BUILD.mkdir(exist_ok=True)
    content = {"outcomes": [dataclasses.asdict(outcome) for outcome in outcomes], "not_run": not_run}
    GATES.write_text(json.dumps(content), encoding="utf-8")
    os.environ["ARTBOX_GATES"] = str(GATES)


def _remove_lab() -> None:
    """Take the lab down in silence: pytest's summary stays the last line."""
    lab = labs.load(LAB)
    if prerequisites.is_root() and (lab.directory.exists() or locking.holder(places.BUILD / f"{LAB}.lock")):
        with contextlib.redirect_stdout(io.StringIO()):
            box.remove(LAB)
