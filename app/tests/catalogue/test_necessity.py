"""A record is judged only by the rules it can break, and that changes no judgement."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from artbox.catalogue import Level, Release
from artbox.catalogue.conditions import Scope, needed, parse_condition
from artbox.catalogue.conditions.necessity import Need
from artbox.catalogue.conditions.vocabulary import vocabulary
from artbox.catalogue.rules import RuleSet, judged
from artbox.catalogue.synthetic import documents
from artbox.catalogue.values import Unknown

TODAY = datetime.now(UTC).date()
ROUNDS = 1500


def scopes(release: Release, chance: random.Random) -> Iterator[Scope]:
    """Give sound records with values left out, made unknown, or taken from other records."""
    (document,) = documents(release, centre_no=1, patients=40, seed=3)
    reader = release._checker.reader
    patients = [reader.patient(patient, 0) for patient in cast("list[dict[str, Any]]", document["patients"])]
    cycles = [cycle for patient in patients for cycle in patient.cycles]
    for _ in range(ROUNDS):
        cycle, other = chance.choice(cycles), chance.choice(cycles)
        child = dict(cycle.children[0].values) if cycle.children else {}
        values = {**cycle.values, **child}
        for name in list(values):
            match chance.randrange(8):
                case 0:
                    del values[name]
                case 1:
                    values[name] = chance.choice(list(Unknown))
                case 2 if name in other.values:
                    values[name] = other.values[name]
        children = tuple(child.values for child in cycle.children)
        today = TODAY + timedelta(days=chance.randrange(900))
        yield reader.derivation.extend(Scope(values, today, children, other.values))


@pytest.mark.parametrize("level", [Level.PATIENT, Level.CYCLE, Level.CHILD])
def test_leaving_rules_out_changes_no_judgement(release: Release, level: Level) -> None:
    words = vocabulary(release.fields, release.choice_lists)
    rules = [judged(rule, words) for rule in release.rules.values() if rule.level is level]
    chosen = RuleSet(rules)
    broken = set()
    for scope in scopes(release, random.Random(11)):  # noqa: S311 - no secret
        plainly = [rule.rule.id for rule in rules if rule.is_broken(scope)]
        assert [rule.id for rule in chosen.broken(scope)] == plainly
        broken |= set(plainly)
    assert len(broken) >= len(rules) / 3


@pytest.mark.parametrize(
    ("condition", "answer", "needs"),
    [
        ("embryos_transferred <= 3", False, [Need("embryos_transferred")]),
        ("et_date >= opu_date", False, [Need("et_date"), Need("opu_date")]),
        (
            'treatment_type == "ivf"',
            True,
            [Need("treatment_type"), Need("treatment_type", frozenset({"ivf"}))],
        ),
        ('treatment_type == "ivf"', False, [Need("treatment_type")]),
        (
            'treatment_type in ("ivf", "icsi")',
            True,
            [Need("treatment_type"), Need("treatment_type", frozenset({"ivf", "icsi"}))],
        ),
        ("stim_used", False, [Need("stim_used"), Need("stim_used", frozenset({False}))]),
        ("not given(et_date)", False, [Need("et_date")]),
        ("given(et_date)", False, []),
        ("given(et_date) or afc > 3", False, [Need("afc")]),
        ("given(et_date) and afc > 3", False, []),
        ("given(et_date) and afc > 3", True, [Need("afc"), Need("et_date")]),
        ("days(opu_date, et_date) <= 7", False, [Need("et_date"), Need("opu_date")]),
        ("sum(embryos_transferred, pn_frozen) > 1", False, []),
    ],
)
def test_what_an_answer_needs(release: Release, condition: str, answer: bool, needs: list[Need]) -> None:
    words = vocabulary(release.fields, release.choice_lists)
    assert needed(parse_condition(condition, words), answer) == frozenset(needs)
