"""Every rule's own examples, handed over as whole records: the faulty ones break it, the others do not."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from artbox.catalogue import Level, Release, Rule, load

TODAY = "2026-07-01"
RELEASES = tuple(load().releases.values())


def examples() -> Iterator[Any]:
    for release in RELEASES:
        for rule in release.rules.values():
            for name in ("sound", "faulty", "missing"):
                yield pytest.param(release, rule, name, id=f"{release.version}-{rule.id}-{name}")


def placed(release: Release, example: dict[str, Any]) -> dict[str, Any]:
    """Put the flat values of an example at the levels of a patient's record."""
    patient: dict[str, Any] = {"patient_ref": "p", "consents": []}
    cycle: dict[str, Any] = {"cycle_ref": "c"}
    child: dict[str, Any] = {}
    places = {Level.PATIENT: patient, Level.CYCLE: cycle, Level.CHILD: child}
    for name, value in example.items():
        if name in release.fields:
            places[release.fields[name].level][name] = value
    children = [*example.get("children", []), *([{"child_no": 1, **child}] if child else [])]
    if children:
        cycle["children"] = children
    previous = {"cycle_ref": "b", **example["previous"]} if "previous" in example else None
    return {**patient, "cycles": [*([previous] if previous else []), cycle]}


@pytest.mark.parametrize(("release", "rule", "name"), list(examples()))
def test_example(release: Release, rule: Rule, name: str) -> None:
    example = dict(rule.examples[name])
    today = date.fromisoformat(str(example.get("today", TODAY)))
    found = release.check(placed(release, example), 0, centre_no=1, today=today)
    broken = {finding.rule for finding in found if finding.cycle_ref != "b"}
    expected = name == "faulty" or (name == "missing" and rule.undecided_is_finding)
    assert (rule.id in broken) is expected


def test_there_are_examples_for_every_rule() -> None:
    assert len(list(examples())) == 3 * sum(len(release.rules) for release in RELEASES)
