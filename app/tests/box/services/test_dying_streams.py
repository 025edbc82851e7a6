"""Fifty deaths by SIGKILL in the middle of an import: each patient is wholly old or wholly new."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from artbox.box.application import Application
from tests.box.real_parts import Box, mapping_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

DEATHS = 50
PATIENTS = 12
CYCLES = 2
APP = Path(__file__).resolve().parents[3]


@dataclass
class Taker:
    """The other process; each round is one import, killed after so many lines and a moment more."""

    process: "subprocess.Popen[bytes]"
    lines: Path

    def tell(self, order: dict[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def word(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().decode().strip()

    def round(self, portion: int, deadly: tuple[int, float] | None) -> str:
        """Take the lines; return whether the child `died` or `ended`."""
        self.tell({"lines": str(self.lines), "portion": portion})
        process = int(self.word().removeprefix("pid "))
        words: list[str] = []
        while deadly and len(words) < deadly[0] and self.word() == "taken":
            words.append("taken")
        if deadly:
            time.sleep(deadly[1])
            os.kill(process, signal.SIGKILL)
        while (last := self.word()) == "taken":
            pass
        return last


@pytest.fixture
def taker(box: Box, tmp_path: Path) -> Iterator[Taker]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.box.dying_streams"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=APP,
    )
    settings = mapping_in(box.settings.data_dir.parent, box.server, box.settings.recipients_dir)
    taker = Taker(process, tmp_path / "lines.ndjson")
    token = box.application.tokens.create("Testprogramm")
    taker.tell({"settings": settings, "keys": box.keys.to_hex(), "token": token})
    yield taker
    process.kill()
    process.communicate()


def marked(document: dict[str, Any], number: int) -> bytes:
    """Return lines in which each patient's own data and each cycle carry the number of a round."""
    header = {name: value for name, value in document.items() if name != "patients"}
    for patient in document["patients"]:
        patient["female_birth_date"] = f"{1960 + number // 28}-01-{1 + number % 28:02}"
        for cycle in patient["cycles"]:
            cycle["infertility_duration"] = number
    return b"".join(json.dumps(part).encode() + b"\n" for part in (header, *document["patients"]))


def marks(box: Box) -> list[int]:
    """Return the round each patient is of, having seen that all of the patient is of this one round."""
    cycles: dict[int, list[int]] = {}
    for patient_id, body in box.query(
        "SELECT c.patient_id, r.body FROM cycles c"
        " JOIN cycle_revisions r ON r.cycle_id = c.id AND r.revision = c.revision"
    ):
        cycles.setdefault(patient_id, []).append(json.loads(body)["infertility_duration"])
    found = []
    for patient_id, body in box.query(
        "SELECT p.id, r.body FROM patients p"
        " JOIN patient_revisions r ON r.patient_id = p.id AND r.revision = p.revision"
    ):
        year, _, day = json.loads(body)["female_birth_date"].split("-")
        number = (int(year) - 1960) * 28 + int(day) - 1
        assert cycles.pop(patient_id) == [number] * CYCLES
        found.append(number)
    assert cycles == {}
    return found


def test_fifty_deaths_leave_whole_patients_and_the_repeated_import_converges(box: Box, taker: Taker) -> None:
    document = box.document(patients=PATIENTS, cycles=CYCLES, status="given")
    chance = random.Random(7)  # noqa: S311 - no secret
    deaths = 0
    for number in range(DEATHS):
        taker.lines.write_bytes(marked(document, number))
        moment = (chance.randrange(PATIENTS + 1), chance.uniform(0, 0.004))
        deaths += taker.round(portion=chance.choice((1, 4, 10)), deadly=moment) == "died"
        assert max(marks(box), default=0) <= number
        ours = box.query("SELECT count(*), max(position) + 1 FROM import_results GROUP BY import_number")
        assert all(count == last for count, last in ours)
    assert deaths > DEATHS // 2
    assert taker.round(portion=10, deadly=None) == "ended"
    assert marks(box) == [DEATHS - 1] * PATIENTS
    assert taker.round(portion=10, deadly=None) == "ended"
    last = box.application.intake.recent(1)[0]
    assert (last.unchanged, last.complete) == (PATIENTS * CYCLES, True)
    states = dict(box.query("SELECT state, count(*) FROM imports GROUP BY state"))
    assert set(states) == {"aborted", "finished"}
    assert box.query("PRAGMA integrity_check") == [("ok",)]
    assert box.query("PRAGMA foreign_key_check") == []
    box.application.close()
    box.application = Application(box.settings)
    box.application.lifecycle.open(box.keys)
    assert box.application.audit.verify() is None
