"""What others' programs say about a provisioned box: never worse than it was, nothing new without reason."""

from typing import Any

import pytest

from machines import hardening
from tests.provisioned import referees
from tests.provisioned.conftest import Facts
from tests.provisioned.machine import Reached

KNOWN: dict[str, Any] = hardening.baseline()


def test_the_page_shows_the_floors() -> None:
    assert hardening.PAGE.read_text(encoding="utf-8") == hardening.page(KNOWN)


def test_every_exception_has_its_reason() -> None:
    reasons = [exception["reason"] for exception in KNOWN["cis"]["exceptions"]]
    assert all(reason.endswith(".") for reason in [*reasons, *KNOWN["exposure"]["exceptions"].values()])


@pytest.fixture(scope="module")
def judged(box: Reached) -> Reached:
    """The box with the referees' programs lent to it."""
    referees.lend(box)
    return box


@pytest.mark.machine
def test_lynis_finds_it_hardened(judged: Reached) -> None:
    report = referees.lynis(judged)
    hardening.note("lynis", report.index)
    assert report.index >= KNOWN["lynis"]["floor"], sorted(report.suggestions)
    assert report.warnings == frozenset()


@pytest.mark.machine
def test_it_keeps_cis_level_1_but_for_the_exceptions(judged: Reached) -> None:
    report = referees.cis(judged)
    hardening.note("cis", report.percent)
    assert report.percent >= KNOWN["cis"]["floor"], sorted(report.failed)
    assert len(report.passed) > 300
    assert report.failed == hardening.excepted_rules(KNOWN)


@pytest.mark.machine
def test_its_ssh_server_keeps_the_policy_for_a_hardened_debian(facts: Facts) -> None:
    verdict = referees.ssh_audit(facts["ip"], KNOWN["ssh_audit"]["policy"])
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.machine
def test_every_running_service_is_confined(judged: Reached) -> None:
    exposure = KNOWN["exposure"]
    found = referees.exposures(judged)
    hardening.note("exposure", found)
    assert {unit: found[unit] for unit in exposure["own"] if found[unit] > exposure["own_limit"]} == {}
    above = {unit for unit, level in found.items() if level > exposure["limit"]}
    assert above == set(exposure["exceptions"])
