"""What a record must carry before a condition can come to a certain answer at all.

A comparison without its value is undecidable, so a rule whose fields are missing cannot be broken and need
not be judged. What cannot be told from the tree counts as needing nothing.
"""

from dataclasses import dataclass
from functools import reduce

from artbox.catalogue.conditions import tree
from artbox.catalogue.values import Scalar


@dataclass(frozen=True)
class Need:
    """A field that must be there, as a value or with the reason why it is unknown; with one of `values`."""

    name: str
    values: frozenset[Scalar] | None = None


Needs = frozenset[Need]
NOTHING: Needs = frozenset()


def needed(node: tree.Condition, answer: bool) -> Needs:
    """Return everything without which `node` never comes to `answer`."""
    match node:
        case tree.And(parts):
            found = _all_of(parts, True) if answer else _common(parts, False)
        case tree.Or(parts):
            found = _common(parts, True) if answer else _all_of(parts, False)
        case tree.Not(of):
            found = needed(of, not answer)
        case tree.Comparison("==", tree.Value(name), tree.Constant(value)):
            found = _present(name) | (_one_of(name, value) if answer else NOTHING)
        case tree.Comparison(_, left, right):
            found = _measured(left) | _measured(right)
        case tree.Membership(tree.Value(name), options):
            listed = _one_of(name, *(option.value for option in options))
            found = _present(name) | (listed if answer else NOTHING)
        case tree.Membership(subject, _):
            found = _measured(subject)
        case tree.Contains(name, _):
            found = _present(name)
        case tree.Given(name) | tree.Answered(name):
            found = _present(name) if answer else NOTHING
        case tree.Truth(tree.Value(name)):
            found = _present(name) | _one_of(name, answer)
        case tree.Truth():
            found = NOTHING
    return found


def _present(name: str) -> Needs:
    return frozenset({Need(name)})


def _one_of(name: str, *values: Scalar) -> Needs:
    return frozenset({Need(name, frozenset(values))})


def _all_of(parts: tuple[tree.Condition, ...], answer: bool) -> Needs:
    return NOTHING.union(*(needed(part, answer) for part in parts))


def _common(parts: tuple[tree.Condition, ...], answer: bool) -> Needs:
    return reduce(frozenset.intersection, (needed(part, answer) for part in parts))


def _measured(node: tree.Operand) -> Needs:
    """Return everything without which an operand has no value."""
    match node:
        case tree.Value(name):
            return _present(name)
        case tree.Interval(_, left, right) | tree.Arithmetic(_, left, right):
            return _measured(left) | _measured(right)
        case tree.Year(of) | tree.Absolute(of):
            return _measured(of)
        case tree.Aggregate(_, name, of_children) if not of_children:
            return _present(name)
        case _:
            return NOTHING
