"""Anonymised records on their real way: groups, delay, company, and nothing that leads back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from artbox.box.application import Application
from artbox.box.domain.anonymity import Reason
from artbox.box.domain.deliveries import Kind
from artbox.box.settings import AnonymitySettings
from tests.box.real_parts import Box
from tests.box.register import AtRegister

SIZE, DAYS = 3, 7


@pytest.fixture
def strict(box: Box) -> Box:
    """The box with limits as a centre has them, only smaller."""
    box.application.close()
    settings = replace(box.settings, anonymity=AnonymitySettings(SIZE, DAYS, SIZE))
    box.application = Application(settings, now=box.clock)
    box.application.lifecycle.open(box.keys)
    return box


@pytest.fixture
def alike(strict: Box) -> Callable[[list[tuple[str, str]]], dict[str, Any]]:
    """Make a document of (reference, consent status): patients whose one cycle is the same."""
    template = strict.document(patients=1, cycles=1, status="given")

    def make(patients: list[tuple[str, str]]) -> dict[str, Any]:
        (patient,) = template["patients"]
        made = [
            {
                **patient,
                "patient_ref": reference,
                "consents": [{"register": "DIR", "status": status, "date": "2026-02-01"}],
                "cycles": [{**patient["cycles"][0], "cycle_ref": f"{reference}-1"}],
            }
            for reference, status in patients
        ]
        return {**template, "patients": made}

    return make


def receive(box: Box, document: dict[str, Any]) -> None:
    report = box.application.intake.receive(json.dumps(document).encode(), token=box.token())
    assert report["complete"], report


def retained(box: Box) -> dict[Reason, int]:
    return dict(box.application.delivery.retained()["DIR"])


def test_a_patient_waits_for_company_and_then_leaves_with_it(
    strict: Box, alike: Any, recipients: Path, tmp_path: Path
) -> None:
    receive(strict, alike([("a", "refused"), ("b", "refused")]))
    assert strict.application.delivery.deliver("DIR") == []
    assert retained(strict) == {Reason.GROUP: 2}
    receive(strict, alike([("c", "objected")]))
    (package,) = strict.application.delivery.deliver("DIR")
    assert (package.kind, package.count) == (Kind.ANONYMISED, 3)
    assert retained(strict) == {}
    (report,) = (one for one in strict.application.anonymity.registers() if one.register == "DIR")
    assert (report.records, report.patients, report.smallest_group) == (3, 3, 3)
    assert (report.levels["cycle_start_date"], report.levels["height_cm"]) == ("year", "drop")


def test_withdrawal_and_anonymised_record_travel_apart(
    strict: Box, alike: Any, recipients: Path, tmp_path: Path
) -> None:
    register = AtRegister(strict, recipients, tmp_path)
    receive(strict, alike([("a", "given")]))
    strict.application.delivery.deliver("DIR")
    pseudonymised = dict(register.read())
    receive(strict, alike([("a", "objected"), *((name, "refused") for name in "bcd")]))
    kinds = [package.kind for package in strict.application.delivery.deliver("DIR")]
    assert kinds == [Kind.WITHDRAWAL, Kind.ANONYMISED]
    assert len(register.read()) == 3, "the others leave without her"
    assert retained(strict) == {Reason.DELAY: 1}
    strict.clock.advance(timedelta(days=DAYS))
    assert retained(strict) == {Reason.GROUP: 1}, "company at the register does not hide her"
    receive(strict, alike([("e", "refused"), ("f", "refused")]))
    (package,) = strict.application.delivery.deliver("DIR")
    assert (package.kind, package.count) == (Kind.ANONYMISED, 3)
    records = register.read()
    assert set(records) & set(pseudonymised) == set()
    assert {record.version for record in records.values()} == {1}
    lines = register.packages[-1][1]
    assert all(set(line) == {"record_key", "version", "cycle"} for line in lines)
    assert len({json.dumps(line["cycle"], sort_keys=True) for line in lines}) == 1


def test_the_order_of_a_package_is_shuffled(
    strict: Box, alike: Any, recipients: Path, tmp_path: Path
) -> None:
    names = [f"p{number:02}" for number in range(40)]
    document = alike([(name, "refused") for name in names])
    for number, patient in enumerate(document["patients"]):
        patient["cycles"][0]["infertility_duration"] = number
    receive(strict, document)
    strict.application.delivery.deliver("DIR")
    register = AtRegister(strict, recipients, tmp_path)
    orders = strict.query("SELECT k.key FROM record_keys k ORDER BY k.cycle_id")
    sent = list(register.read())
    assert sorted(sent) == sorted(key for (key,) in orders)
    assert sent != [key for (key,) in orders]


def test_a_consent_change_sends_a_package_that_never_left_back_as_a_whole(
    strict: Box, alike: Any, recipients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(strict, alike([(name, "refused") for name in "abc"]))
    monkeypatch.setattr(type(strict.application.delivery._sending), "send", _unreachable)
    with pytest.raises(InterruptedError):
        strict.application.delivery.deliver("DIR")
    monkeypatch.undo()
    receive(strict, alike([("a", "given")]))
    delivered = strict.application.delivery.deliver("DIR")
    assert [(package.kind, package.count) for package in delivered] == [
        (Kind.ANONYMISED, 0),
        (Kind.PSEUDONYMISED, 1),
    ]
    assert retained(strict) == {Reason.GROUP: 2}


def _unreachable(*_: object) -> None:
    raise InterruptedError
