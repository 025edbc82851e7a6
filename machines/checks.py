"""The static checks and the fast tests of `make check`: every one is run, every failure is shown."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from machines import places, provision
from machines.messages import say

FAST = "not journey and not machine and not vm and not slow"
# One test file stays with one process, so that what its tests share is made once.
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile")
# The YAML of the application is text and data, read and checked by its own code.
YAML_PLACES = (".config", "inventory", "molecule", "playbooks", "roles")
SCRIPT_PLACES = ("roles", ".ci", "image-build")


@dataclass(frozen=True)
class Outcome:
    """What became of one check."""

    name: str
    passed: bool
    seconds: float
    output: str


def static_commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each static check's name and command."""
    yield "ruff check", ["ruff", "check", "app", "machines", "benchmarks"]
    yield "ruff format", ["ruff", "format", "--check", "app", "machines", "benchmarks"]
    yield "mypy", ["mypy"]
    yield "import-linter", ["lint-imports"]
    yield "yamllint", ["yamllint", "--strict", *YAML_PLACES]
    yield "ansible-lint", ["ansible-lint", "--offline", "-q", "playbooks", "roles", "molecule"]
    scripts = shell_scripts(places.ROOT)
    if scripts:
        yield "shellcheck", ["shellcheck", "--external-sources", *map(str, scripts)]


def shell_scripts(root: Path) -> list[Path]:
    """Return the shell scripts of the tree, found by their first line."""
    candidates = (path for place in SCRIPT_PLACES for path in (root / place).rglob("*") if path.is_file())
    return sorted(path for path in candidates if _is_shell(path))


def _is_shell(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline(64)
    return first.startswith(b"#!") and first.strip().endswith((b"/sh", b"/bash", b" sh", b" bash"))


def run_static() -> list[Outcome]:
    """Run every static check, printing one line each and the output of what fails."""
    return [_run(name, command) for name, command in static_commands()]


def _run(name: str, command: list[str]) -> Outcome:
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=places.ROOT,
        env=provision.environment(),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    outcome = Outcome(name, done.returncode == 0, time.monotonic() - started, done.stdout)
    say(f"{'ok    ' if outcome.passed else 'FAILED'} {name} ({outcome.seconds:.0f} s)")
    if not outcome.passed:
        say(outcome.output)
    return outcome


def check() -> int:
    """Run the static checks, then the fast tests; return 0 when all passed."""
    outcomes = run_static()
    tests = pytest(["-q", "-m", FAST])
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    if failed:
        say(f"\nFailed: {', '.join(failed)}")
    return 1 if failed or tests else 0


def pytest(arguments: list[str]) -> int:
    """Run pytest over the tree; return its exit status."""
    command = [str(places.PYTHON), "-m", "pytest", *SIDE_BY_SIDE, *arguments]
    return subprocess.run(command, cwd=places.ROOT, env=provision.environment(), check=False).returncode
