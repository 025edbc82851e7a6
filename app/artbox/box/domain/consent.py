"""What a patient's consent means for the export: one decision per patient and register.

A documented consent lets records leave pseudonymised; everything else, silence included, anonymised.
The latest statement counts; of contradictory ones the stricter wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from artbox.box.domain.deliveries import Kind


class ConsentStatus(StrEnum):
    """What is documented about a patient's consent."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_DOCUMENTED = "not_documented"
    OBJECTED = "objected"


DECISIONS: dict[ConsentStatus | None, Kind] = {
    ConsentStatus.GIVEN: Kind.PSEUDONYMISED,
    ConsentStatus.REFUSED: Kind.ANONYMISED,
    ConsentStatus.NOT_DOCUMENTED: Kind.ANONYMISED,
    ConsentStatus.OBJECTED: Kind.ANONYMISED,
    None: Kind.ANONYMISED,
}
"""The decision for each status; None stands for no statement at all."""

STRICTNESS = (
    ConsentStatus.GIVEN,
    ConsentStatus.NOT_DOCUMENTED,
    ConsentStatus.REFUSED,
    ConsentStatus.OBJECTED,
)
"""From the least to the most strict."""


@dataclass(frozen=True)
class Statement:
    """One statement about consent; `on` is None when the day is not known."""

    register: str
    status: ConsentStatus
    on: date | None


def current_status(statements: Iterable[Statement], register: str, today: date) -> ConsentStatus | None:
    """Return the status in force for a register, None when nothing was stated.

    A consent dated in the future does not hold yet; a statement without a day always counts as a latest one.
    """
    counting = [statement for statement in statements if statement.register == register]
    counting = [statement for statement in counting if not _not_yet(statement, today)]
    dated = [statement.on for statement in counting if statement.on is not None]
    latest = max(dated, default=None)
    candidates = [statement.status for statement in counting if statement.on in (None, latest)]
    return max(candidates, key=STRICTNESS.index, default=None)


def decide(statements: Iterable[Statement], register: str, today: date) -> Kind:
    """Return in which form this patient's records may go to `register`."""
    return DECISIONS[current_status(statements, register, today)]


def _not_yet(statement: Statement, today: date) -> bool:
    return statement.status is ConsentStatus.GIVEN and statement.on is not None and statement.on > today
