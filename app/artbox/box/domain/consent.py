"""What a patient's consent means for the export: one decision per patient and register.

A documented consent lets records leave pseudonymised; everything else, silence included, anonymised.
The latest statement counts; of contradictory ones the stricter wins. A patient is one capture program's: what
two programs say could be compared only if something linked their patients, which nothing in the box does.
"""

from collections.abc import Iterable, Mapping
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


@dataclass(frozen=True)
class Step:
    """What follows for one cycle: whether the record at the register is withdrawn, and what is sent instead.

    `send` is None where the record that lies there stays; its corrections travel in its own kind.
    """

    withdraw: bool
    send: Kind | None


_STAYS = Step(withdraw=False, send=None)
DECISION_TABLE: Mapping[tuple[ConsentStatus | None, Kind | None], Step] = {
    (ConsentStatus.GIVEN, None): Step(withdraw=False, send=Kind.PSEUDONYMISED),
    (ConsentStatus.GIVEN, Kind.PSEUDONYMISED): _STAYS,
    (ConsentStatus.GIVEN, Kind.ANONYMISED): Step(withdraw=True, send=Kind.PSEUDONYMISED),
    (ConsentStatus.REFUSED, None): Step(withdraw=False, send=Kind.ANONYMISED),
    (ConsentStatus.REFUSED, Kind.PSEUDONYMISED): Step(withdraw=True, send=Kind.ANONYMISED),
    (ConsentStatus.REFUSED, Kind.ANONYMISED): _STAYS,
    (ConsentStatus.NOT_DOCUMENTED, None): Step(withdraw=False, send=Kind.ANONYMISED),
    (ConsentStatus.NOT_DOCUMENTED, Kind.PSEUDONYMISED): Step(withdraw=True, send=Kind.ANONYMISED),
    (ConsentStatus.NOT_DOCUMENTED, Kind.ANONYMISED): _STAYS,
    (ConsentStatus.OBJECTED, None): Step(withdraw=False, send=Kind.ANONYMISED),
    (ConsentStatus.OBJECTED, Kind.PSEUDONYMISED): Step(withdraw=True, send=Kind.ANONYMISED),
    (ConsentStatus.OBJECTED, Kind.ANONYMISED): _STAYS,
    (None, None): Step(withdraw=False, send=Kind.ANONYMISED),
    (None, Kind.PSEUDONYMISED): Step(withdraw=True, send=Kind.ANONYMISED),
    (None, Kind.ANONYMISED): _STAYS,
}
"""Status in force × what lies at the register → what follows, for every cycle of the patient, old and new.

A consent given again is `given`; a status of None is a patient about whom nothing was stated. Source: the
product's FAQ: documented consent → pseudonymised; none, or a later objection → all cycles exported again,
anonymised.
"""

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
    return demanded(current_status(statements, register, today))


def demanded(status: ConsentStatus | None) -> Kind:
    """Return the form a status demands: the one in which a record goes that was never sent."""
    kind = DECISION_TABLE[status, None].send
    assert kind is not None  # noqa: S101 - what never was there is always sent
    return kind


def _not_yet(statement: Statement, today: date) -> bool:
    return statement.status is ConsentStatus.GIVEN and statement.on is not None and statement.on > today
