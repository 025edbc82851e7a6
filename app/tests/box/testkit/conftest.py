"""A kit that serves on the loopback address, and a capture program in front of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from artbox.box.serving import public_app
from artbox.box.testkit import program
from artbox.box.testkit.bench import Bench
from artbox.box.testkit.closing import ClosesOnce
from artbox.box.testkit.conformity import ConformityReport, Verdict
from artbox.box.testkit.door import Door
from artbox.box.testkit.recording import Recorder
from artbox.box.testkit.running import running
from artbox.box.testkit.sending import Interface
from artbox.catalogue.synthetic import documents

CENTRE_NO = 9999


@dataclass
class Kit:
    """The running kit; `interface` speaks to it with the token the kit made."""

    bench: Bench
    recorder: Recorder
    url: str
    token: str
    interface: Interface

    def document(self, patients: int = 2, seed: int = 3) -> dict[str, Any]:
        release = self.bench.catalogue.current
        made = next(documents(release, centre_no=CENTRE_NO, patients=patients, seed=seed))
        found: dict[str, Any] = json.loads(json.dumps(made))
        return found

    def report(self, *treatments: str) -> ConformityReport:
        """Judge what the program has shown so far."""
        return program.judged(_history(self.bench, self.recorder, treatments or ("icsi",)))

    def verdict(self, capability: str) -> Verdict:
        (item,) = (item for item in self.report().items if item.id == capability)
        return item.verdict


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "bench", CENTRE_NO)
    yield made
    made.close()


@pytest.fixture
def kit(bench: Bench) -> Iterator[Kit]:
    """A kit that never locks itself."""
    yield from _serving(bench, closing_seconds=0)


@pytest.fixture
def closing_kit(bench: Bench) -> Iterator[Kit]:
    """A kit that locks itself for a second at the second import."""
    yield from _serving(bench, closing_seconds=1)


def _serving(bench: Bench, closing_seconds: int) -> Iterator[Kit]:
    closing = ClosesOnce(public_app(bench), bench, closing_seconds)
    recorder = Recorder(closing)
    token = bench.tokens.create("Testprogramm")
    door = Door(recorder, lambda: program.judged(_history(bench, recorder)))
    with running(door) as url, Interface(url, token) as interface:
        yield Kit(bench, recorder, url, token, interface)
    closing.end()


def _history(bench: Bench, recorder: Recorder, treatments: tuple[str, ...] = ("icsi",)) -> program.History:
    return program.History(
        tuple(recorder.exchanges), bench.intake.report, bench.catalogue.current, treatments
    )
