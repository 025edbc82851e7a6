"""The decision about consent, row by row."""

from datetime import date

import pytest

from artbox.box.domain.consent import DECISIONS, STRICTNESS, ConsentStatus, Statement, decide
from artbox.box.domain.deliveries import Kind

TODAY = date(2026, 6, 1)
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
    assert set(DECISIONS) == {*ConsentStatus, None}
    assert set(STRICTNESS) == set(ConsentStatus)
    pseudonymised = [status for status, kind in DECISIONS.items() if kind is Kind.PSEUDONYMISED]
    assert pseudonymised == [ConsentStatus.GIVEN]
