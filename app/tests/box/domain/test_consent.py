"""The decision about consent, row by row."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from artbox.box.domain.consent import (
    DECISION_TABLE,
    STRICTNESS,
    ConsentStatus,
    Statement,
    Step,
    decide,
    demanded,
)
from artbox.box.domain.deliveries import Kind

TODAY = date(2026, 6, 1)
_STAYS = Step(withdraw=False, send=None)
ANY_FORM = (Kind.PSEUDONYMISED, Kind.ANONYMISED)
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def said(status: str, on: date | None = MAY, register: str = "DIR") -> Statement:
    return Statement(register, ConsentStatus(status), on)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], "anonymised"),
        ([said("given")], "pseudonymised"),
        ([said("given", None)], "pseudonymised"),
        ([said("refused")], "anonymised"),
        ([said("not_documented")], "anonymised"),
        ([said("objected")], "anonymised"),
        ([said("given"), said("objected", JUNE)], "anonymised"),
        ([said("refused"), said("given", JUNE)], "pseudonymised"),
        ([said("objected"), said("given", JUNE)], "pseudonymised"),
        ([said("given"), said("refused")], "anonymised"),
        ([said("given"), said("not_documented")], "anonymised"),
        ([said("given", JUNE), said("refused", None)], "anonymised"),
        ([said("given", JULY)], "anonymised"),
        ([said("refused"), said("given", JULY)], "anonymised"),
        ([said("given"), said("objected", JULY)], "anonymised"),
        ([said("given", register="DERI")], "anonymised"),
        ([said("given"), said("refused", register="DERI")], "pseudonymised"),
    ],
)
def test_the_decision(statements: list[Statement], expected: str) -> None:
    assert decide(statements, "DIR", TODAY) is Kind(expected)
    assert decide(reversed(statements), "DIR", TODAY) is Kind(expected)


def test_every_status_has_a_decision_and_a_place_in_the_order() -> None:
    statuses = [*ConsentStatus, None]
    lying = [Kind.PSEUDONYMISED, Kind.ANONYMISED, None]
    assert set(DECISION_TABLE) == {(status, kind) for status in statuses for kind in lying}
    assert set(STRICTNESS) == set(ConsentStatus)
    assert [status for status in statuses if demanded(status) is Kind.PSEUDONYMISED] == [ConsentStatus.GIVEN]


@pytest.mark.parametrize(("cell", "step"), DECISION_TABLE.items())
def test_nothing_lies_at_a_register_in_two_forms(cell: Any, step: Step) -> None:
    status, lying = cell
    assert step.withdraw == (lying is not None and lying is not demanded(status))
    assert step.send == (None if lying is demanded(status) else demanded(status))


def test_the_documentation_shows_the_same_table() -> None:
    documentation = Path(__file__).resolve().parents[4] / "docs" / "consent.md"
    words = {_STAYS: "stays"}
    for withdraw in (False, True):
        for kind in (Kind.PSEUDONYMISED, Kind.ANONYMISED):
            words[Step(withdraw, kind)] = f"{'withdraw, ' if withdraw else ''}send {kind.value}"
    text = documentation.read_text(encoding="utf-8")
    for status in (*ConsentStatus, None):
        cells = [words[DECISION_TABLE[status, lying]] for lying in (None, *ANY_FORM)]
        assert f"| {status.value if status else 'nothing stated'} | {' | '.join(cells)} |" in text
