"""A pytest plugin that counts what ran before pytest (static checks, scenario) as tests of its own.

So the last line of `make test` speaks for everything. It also repeats, at the end, what could not run here,
and keeps the tests that share a lab in one process.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

VARIABLE = "ARTBOX_GATES"


SHARED = "app/tests/provisioned/"


class OneLabOneProcess(LoadFileScheduling):  # type: ignore[misc]
    """A file is a process's work; the files that use the one lab, which a test may reboot, are one work."""

    def _split_scope(self, nodeid: str) -> str:
        return SHARED if nodeid.startswith(SHARED) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneLabOneProcess:
    """Deal the tests out to the processes."""
    return OneLabOneProcess(config, log)


class GateFailed(Exception):
    """A check before pytest failed; holds its output."""


class Gate(pytest.Item):
    """One check that has already run."""

    passed: bool = False
    output: str = ""

    def runtest(self) -> None:
        """Report what became of the check."""
        if not self.passed:
            raise GateFailed(self.output)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Show the check's own output instead of a traceback."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[str, None, str]:
        """Name the check in the report."""
        return "gates", None, self.name


def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Put the checks before the tests."""
    items[:0] = list(_gates(session))


def _gates(session: pytest.Session) -> Iterator[Gate]:
    for entry in _content()["outcomes"]:
        gate: Gate = Gate.from_parent(session, name=entry["name"], nodeid=f"gates::{entry['name']}")
        gate.passed, gate.output = bool(entry["passed"]), str(entry["output"])
        yield gate


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Repeat what could not run on this machine, and why."""
    for line in _content()["not_run"]:
        terminalreporter.write_line(f"NOT RUN {line}")


def _content() -> dict[str, list[dict[str, object]]]:
    content: dict[str, list[dict[str, object]]] = json.loads(
        Path(os.environ[VARIABLE]).read_text(encoding="utf-8")
    )
    return content
