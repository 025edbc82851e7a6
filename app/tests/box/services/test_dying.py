"""Death by SIGKILL in the middle of a setup, an import, a delivery: the next start goes on without loss."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from artbox.box.adapters.control_client import ControlClient
from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.application import Application
from artbox.box.domain.deliveries import PackageState
from artbox.box.domain.keyring import Keyring
from artbox.box.domain.states import BoxState
from artbox.box.services.unlocking import Unlocking
from artbox.catalogue.synthetic import documents
from tests.box.real_parts import (
    ADMINISTRATOR,
    MASTER_PASSWORD,
    PASSWORD,
    Box,
    correct,
    mapping_in,
    opened,
)
from tests.box.register import AtRegister

pytestmark = pytest.mark.slow

ROUNDS = 8
DEATHS = 50
APP = Path(__file__).resolve().parents[3]
Process = subprocess.Popen[bytes]


def start(box: Box, do: str, **further: Any) -> Process:
    directory = box.settings.data_dir.parent
    settings = mapping_in(directory, box.server, box.settings.recipients_dir)
    order = {"settings": settings, "keys": box.keys.to_hex(), "do": do, **further}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.box.dying"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=APP,
    )
    assert process.stdin
    process.stdin.write(json.dumps(order).encode() + b"\n")
    process.stdin.close()
    return process


def died(process: Process) -> bool:
    process.wait(timeout=60)
    assert process.stdout
    process.stdout.close()
    return process.returncode == -9


@pytest.mark.parametrize(
    ("place", "when"),
    [
        ("creating", "before"),
        ("creating", "after"),
        ("set-up", "before"),
        ("set-up", "after"),
        ("settling", "before"),
    ],
)
@pytest.mark.parametrize("password", [MASTER_PASSWORD, "Ein ganz anderes Passwort"])
def test_a_setup_that_died_can_be_completed(
    fresh: Box, control: ControlClient, ring: tuple[Keyring, bytes], place: str, when: str, password: str
) -> None:
    settings = fresh.settings
    fresh.prepare()
    KeyringFile(settings.keyring_path, settings.pending_keyring_path).write_pending(ring[0])
    assert died(start(fresh, "set-up", place=place, when=when))
    assert Application(settings).lifecycle.state is BoxState.SETUP
    Unlocking(settings, control).set_up(password, password)
    assert fresh.application.lifecycle.state is BoxState.READY
    assert fresh.application.accounts.authenticate(ADMINISTRATOR, PASSWORD, "10.0.0.1")
    fresh.application.lifecycle.lock()
    Unlocking(settings, control).unlock(password)


def test_a_setup_that_died_at_its_very_end_is_done(
    fresh: Box, control: ControlClient, ring: tuple[Keyring, bytes]
) -> None:
    settings = fresh.settings
    fresh.prepare()
    KeyringFile(settings.keyring_path, settings.pending_keyring_path).write_pending(ring[0])
    assert died(start(fresh, "set-up", place="settling", when="after"))
    assert Application(settings).lifecycle.state is BoxState.LOCKED
    Unlocking(settings, control).unlock(MASTER_PASSWORD)
    assert fresh.application.accounts.authenticate(ADMINISTRATOR, PASSWORD, "10.0.0.1")


def test_an_import_that_died_happened_wholly_or_not_at_all(box: Box, tmp_path: Path) -> None:
    release = box.application.catalogue.current
    secret = box.application.tokens.create("Testprogramm")
    paths = []
    for number in range(ROUNDS):
        document = next(documents(release, centre_no=box.centre_no, patients=20, seed=number))
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_text(json.dumps(document))
    box.application.close()
    chance = random.Random(4)  # noqa: S311 - no secret
    for _ in range(ROUNDS):
        process = start(box, "import", token=secret, documents=[str(path) for path in paths])
        assert process.stdout
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.4))
        process.kill()
        died(process)
        box.application = Application(box.settings)
        box.application.lifecycle.open(box.keys)
        sums = [json.loads(row[0]) for row in box.query("SELECT summary FROM imports")]
        assert sum(one["created"] for one in sums) == box.query("SELECT count(*) FROM cycles")[0][0]
        assert box.query("SELECT count(*) FROM cycle_revisions") == box.query("SELECT count(*) FROM cycles")
        assert box.query("PRAGMA integrity_check") == [("ok",)]
        assert box.query("PRAGMA foreign_key_check") == []
        assert box.application.audit.verify() is None
        box.application.close()
    assert not died(start(box, "import", token=secret, documents=[str(path) for path in paths]))
    box.application = Application(box.settings)
    box.application.lifecycle.open(box.keys)
    assert box.query("SELECT count(*) FROM patients") == [(ROUNDS * 20,)]
    assert box.query("SELECT max(revision) FROM cycles") == [(1,)]


@pytest.mark.parametrize(
    ("place", "when"),
    [
        ("reserving", "after"),
        ("packing", "before"),
        ("packed", "before"),
        ("attempting", "after"),
        ("sending", "after"),
        ("sent", "after"),
        ("receipted", "before"),
        ("receipted", "after"),
    ],
)
def test_a_delivery_that_died_goes_on_without_loss_doubling_or_gap(
    box: Box, recipients: Path, tmp_path: Path, place: str, when: str
) -> None:
    document = box.document(patients=3, cycles=2, status="given")
    document["patients"][2]["consents"] = []
    box.application.intake.receive(json.dumps(document).encode(), token=box.token())
    box.application.close()
    assert died(start(box, "deliver", place=place, when=when))
    box.application = Application(box.settings)
    box.application.lifecycle.open(box.keys)
    box.application.delivery.deliver()
    rows = box.application.delivery.packages()
    assert sorted(row.sequence for row in rows) == [1, 2]
    assert {row.state for row in rows} == {PackageState.RECEIPTED}
    stored = [path for path in box.server.stored() if path.name.startswith(f"{box.centre_no:04d}-")]
    assert len(stored) == 2
    keys = [
        record["record_key"]
        for row in rows
        for record in opened(box.application.delivery.package_file(row.id), recipients, tmp_path)
    ]
    assert len(keys) == len(set(keys)) == 6
    assert box.application.delivery.deliver() == []
    assert not list(box.settings.packages_dir.glob(".*"))


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("place", "longest"),
    [("packing", 0.12), ("sending", 0.12), ("sent", 0.03)],
    ids=["pack", "send", "receipt"],
)
def test_killed_fifty_times_a_register_reads_the_same(
    box: Box, recipients: Path, tmp_path: Path, place: str, longest: float
) -> None:
    """Deaths at any moment of packaging, sending and receipt; each time with new content.

    The register's own view asserts sequence without gap, and versions without loss, doubling or disorder.
    """
    chance = random.Random(place)  # noqa: S311 - no secret
    register = AtRegister(box, recipients, tmp_path)
    document = box.document(patients=3, cycles=2, status="given")
    cycles = [cycle for patient in document["patients"] for cycle in patient["cycles"]]
    deaths = 0
    for number in range(DEATHS):
        changed = chance.sample(cycles, k=1 + number % 2)
        for cycle in changed:
            correct(cycle)
        box.application.intake.receive(json.dumps(document).encode(), token=box.token())
        box.application.close()
        deaths += died(start(box, "deliver", place=place, seconds=chance.uniform(0, longest)))
        box.application = Application(box.settings)
        box.application.lifecycle.open(box.keys)
        if number % 5 == 4:
            box.application.delivery.deliver()
            assert {row.state for row in box.application.delivery.packages()} == {PackageState.RECEIPTED}
            sent = {record.cycle["infertility_duration"] for record in register.read().values()}
            assert sent <= {cycle.get("infertility_duration") for cycle in cycles}
            assert len(register.records) == len(cycles)
            assert not list(box.settings.packages_dir.glob(".*"))
    assert deaths >= DEATHS // 2, "most of them died"
    assert len(register.packages) >= DEATHS // 5
    stored = [path for path in box.server.stored() if path.name.startswith(f"{box.centre_no:04d}-")]
    assert len(stored) == len(register.packages), "exactly once at the server"
    assert box.application.audit.verify() is None
