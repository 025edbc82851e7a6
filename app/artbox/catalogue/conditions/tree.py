"""The closed tree a condition is read into.

A `Condition` answers yes, no or undecidable; an `Operand` stands for a number, a date or a code.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date


@dataclass(frozen=True)
class Constant:
    """A number, a date or a code written into the rule."""

    value: int | float | date | str


@dataclass(frozen=True)
class Value:
    """The value of a field in the record at hand."""

    name: str


@dataclass(frozen=True)
class Today:
    """The day of the check."""


@dataclass(frozen=True)
class Previous:
    """The value of a cycle field in the patient's cycle before this one."""

    name: str


@dataclass(frozen=True)
class Interval:
    """Days, completed weeks or completed years from `start` to `end`."""

    unit: str
    start: "Operand"
    end: "Operand"


@dataclass(frozen=True)
class Absolute:
    """A number without its sign."""

    of: "Operand"


@dataclass(frozen=True)
class Arithmetic:
    """Sum, difference, product or quotient."""

    operator: str
    left: "Operand"
    right: "Operand"


@dataclass(frozen=True)
class Aggregate:
    """`count`, `total`, `smallest` or `largest` over a list or over the children's values."""

    function: str
    name: str
    of_children: bool
    code: str | None = None


@dataclass(frozen=True)
class Year:
    """The calendar year of a date."""

    of: "Operand"


@dataclass(frozen=True)
class Sum:
    """The numbers of several fields added up.

    A field that was not delivered adds nothing; one reported as unknown, or none at all, leaves the sum open.
    """

    of: tuple["Value", ...]


@dataclass(frozen=True)
class Truth:
    """A yes/no field used as a condition."""

    of: "Value | Previous"


@dataclass(frozen=True)
class Given:
    """Whether a field carries a real value; never undecidable."""

    name: str


@dataclass(frozen=True)
class Answered:
    """Whether a field carries a value or the reason why it is unknown; never undecidable."""

    name: str


@dataclass(frozen=True)
class Comparison:
    """`left operator right` between two numbers, dates or codes."""

    operator: str
    left: "Operand"
    right: "Operand"


@dataclass(frozen=True)
class Membership:
    """Whether a value is one of the listed constants."""

    subject: "Operand"
    options: tuple[Constant, ...]


@dataclass(frozen=True)
class Contains:
    """Whether a list field holds a code or number."""

    name: str
    item: Constant


@dataclass(frozen=True)
class Not:
    """The opposite; undecidable stays undecidable."""

    of: "Condition"


@dataclass(frozen=True)
class And:
    """No as soon as one part is no."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Or:
    """Yes as soon as one part is yes."""

    parts: tuple["Condition", ...]


Operand = Constant | Value | Today | Previous | Interval | Year | Absolute | Arithmetic | Sum | Aggregate
Condition = Truth | Given | Answered | Comparison | Membership | Contains | Not | And | Or


def walk(node: object) -> Iterator[object]:
    """Visit a node and everything below it."""
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)
    elif is_dataclass(node):
        yield node
        for item in fields(node):
            yield from walk(getattr(node, item.name))


def names(node: Condition | Operand) -> tuple[str, ...]:
    """List the fields a condition looks at, in order of appearance."""
    found = (getattr(part, "name", None) for part in walk(node))
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str)))


def own_names(node: Condition | Operand) -> tuple[str, ...]:
    """List the fields looked at in the record at hand, leaving out those counted over the children."""
    own = (
        part.name
        for part in walk(node)
        if isinstance(part, Value | Previous | Given | Answered | Contains)
        or (isinstance(part, Aggregate) and not part.of_children)
    )
    return tuple(dict.fromkeys(own))
