"""Compiles a condition once to closures that judge a record with yes, no, or None: not decidable.

A missing or unknown value makes what depends on it undecidable, except where another part already
settles the answer (one "no" of an `and`, one "yes" of an `or`).
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from artbox.catalogue.conditions import tree
from artbox.catalogue.values import Scalar, Unknown, Value

Record = Mapping[str, Value | Unknown]
Judge = Callable[["Scope"], bool | None]
Measure = Callable[["Scope"], Scalar | None]
_NOT_SCALAR = (Unknown, tuple)

COMPARE: dict[str, Callable[[Scalar, Scalar], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
CALCULATE: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
SUMMARISE: dict[str, Callable[[Sequence[float]], float]] = {
    "total": sum,
    "smallest": min,
    "largest": max,
}


@dataclass(frozen=True)
class Scope:
    """What a condition may look at: this record's values, the children's, the cycle before, the day."""

    values: Record
    today: date
    children: Sequence[Record] = ()
    previous: Record = field(default_factory=dict)


def compile_condition(node: tree.Condition) -> Judge:  # noqa: PLR0911 - one case for each node
    """Turn a condition into a function of a scope."""
    match node:
        case tree.And(parts):
            return _all([compile_condition(part) for part in parts])
        case tree.Or(parts):
            return _any([compile_condition(part) for part in parts])
        case tree.Not(of):
            return _opposite(compile_condition(of))
        case tree.Comparison(symbol, tree.Value(name), tree.Constant(value)):
            return _compared_value(COMPARE[symbol], name, value)
        case tree.Comparison(symbol, tree.Value(left), tree.Value(right)):
            return _compared_values(COMPARE[symbol], left, right)
        case tree.Comparison(symbol, left, right):
            return _compared(COMPARE[symbol], compile_operand(left), compile_operand(right))
        case tree.Membership(tree.Value(name), options):
            return _value_member(name, frozenset(option.value for option in options))
        case tree.Membership(subject, options):
            return _member(compile_operand(subject), frozenset(option.value for option in options))
        case tree.Contains(name, item):
            return _contains(name, item.value)
        case tree.Given(name):
            return lambda scope: name in scope.values and not isinstance(scope.values[name], Unknown)
        case tree.Answered(name):
            return lambda scope: name in scope.values
        case tree.Truth(of):
            return _truth(compile_operand(of))


def compile_operand(node: tree.Operand) -> Measure:  # noqa: PLR0911 - one case for each node
    """Turn an operand into a function of a scope; None where a value it needs is missing."""
    match node:
        case tree.Constant(value):
            return lambda _: value
        case tree.Value(name):
            return _valued(name)
        case tree.Previous(name):
            return lambda scope: _scalar(scope.previous.get(name))
        case tree.Today():
            return lambda scope: scope.today
        case tree.Interval(unit, start, end):
            return _interval(unit, compile_operand(start), compile_operand(end))
        case tree.Year(of):
            return _year(compile_operand(of))
        case tree.Sum(parts):
            return _sum([part.name for part in parts])
        case tree.Absolute(of):
            return _absolute(compile_operand(of))
        case tree.Arithmetic(symbol, left, right):
            return _calculated(symbol, compile_operand(left), compile_operand(right))
        case tree.Aggregate("count", name, of_children, code):
            return _count(name, of_children, code)
        case tree.Aggregate(function, name, of_children):
            return _summary(SUMMARISE[function], name, of_children)


def _all(judges: list[Judge]) -> Judge:
    def judge(scope: Scope) -> bool | None:
        answer: bool | None = True
        for part in judges:
            found = part(scope)
            if found is False:
                return False
            if found is None:
                answer = None
        return answer

    return judge


def _any(judges: list[Judge]) -> Judge:
    def judge(scope: Scope) -> bool | None:
        answer: bool | None = False
        for part in judges:
            found = part(scope)
            if found is True:
                return True
            if found is None:
                answer = None
        return answer

    return judge


def _opposite(judge: Judge) -> Judge:
    def turned(scope: Scope) -> bool | None:
        found = judge(scope)
        return None if found is None else not found

    return turned


def _compared(compare: Callable[[Scalar, Scalar], bool], left: Measure, right: Measure) -> Judge:
    def judge(scope: Scope) -> bool | None:
        first, second = left(scope), right(scope)
        return None if first is None or second is None else compare(first, second)

    return judge


def _valued(name: str) -> Measure:
    def measure(scope: Scope) -> Scalar | None:
        value = scope.values.get(name)
        return None if isinstance(value, _NOT_SCALAR) else value

    return measure


# The commonest conditions in one step each: they are judged for rule after rule of every record.
def _compared_values(compare: Callable[[Scalar, Scalar], bool], left: str, right: str) -> Judge:
    def judge(scope: Scope) -> bool | None:
        first, second = scope.values.get(left), scope.values.get(right)
        if first is None or second is None:
            return None
        if isinstance(first, _NOT_SCALAR) or isinstance(second, _NOT_SCALAR):
            return None
        return compare(first, second)

    return judge


def _compared_value(compare: Callable[[Scalar, Scalar], bool], name: str, constant: Scalar) -> Judge:
    def judge(scope: Scope) -> bool | None:
        value = scope.values.get(name)
        return None if value is None or isinstance(value, _NOT_SCALAR) else compare(value, constant)

    return judge


def _value_member(name: str, options: frozenset[Scalar]) -> Judge:
    def judge(scope: Scope) -> bool | None:
        value = scope.values.get(name)
        return None if value is None or isinstance(value, _NOT_SCALAR) else value in options

    return judge


def _member(subject: Measure, options: frozenset[Scalar]) -> Judge:
    def judge(scope: Scope) -> bool | None:
        value = subject(scope)
        return None if value is None else value in options

    return judge


def _contains(name: str, item: Scalar) -> Judge:
    def judge(scope: Scope) -> bool | None:
        value = scope.values.get(name)
        return item in value if isinstance(value, tuple) else None

    return judge


def _truth(measure: Measure) -> Judge:
    def judge(scope: Scope) -> bool | None:
        value = measure(scope)
        return value if isinstance(value, bool) else None

    return judge


def _scalar(value: Value | Unknown | None) -> Scalar | None:
    return None if isinstance(value, _NOT_SCALAR) else value


def _interval(unit: str, start: Measure, end: Measure) -> Measure:
    def measure(scope: Scope) -> Scalar | None:
        first, last = start(scope), end(scope)
        if not isinstance(first, date) or not isinstance(last, date):
            return None
        return elapsed(unit, first, last)

    return measure


def elapsed(unit: str, start: date, end: date) -> int:
    """Count days, completed weeks or completed years from `start` to `end`, negative if earlier."""
    if unit == "years":
        return end.year - start.year - ((end.month, end.day) < (start.month, start.day))
    days = (end - start).days
    return days // 7 if unit == "weeks" else days


def _year(of: Measure) -> Measure:
    def measure(scope: Scope) -> Scalar | None:
        value = of(scope)
        return value.year if isinstance(value, date) else None

    return measure


def _sum(parts: list[str]) -> Measure:
    def measure(scope: Scope) -> Scalar | None:
        found = [scope.values[name] for name in parts if name in scope.values]
        numbers = [value for value in found if isinstance(value, int | float)]
        return sum(numbers) if numbers and len(numbers) == len(found) else None

    return measure


def _absolute(of: Measure) -> Measure:
    def measure(scope: Scope) -> Scalar | None:
        value = of(scope)
        return abs(value) if isinstance(value, int | float) else None

    return measure


def _calculated(symbol: str, left: Measure, right: Measure) -> Measure:
    calculate = CALCULATE[symbol]

    def measure(scope: Scope) -> Scalar | None:
        first, second = left(scope), right(scope)
        if not isinstance(first, int | float) or not isinstance(second, int | float):
            return None
        if symbol == "/" and second == 0:
            return None
        return calculate(first, second)

    return measure


def _count(name: str, of_children: bool, code: str | None) -> Measure:
    def measure(scope: Scope) -> Scalar | None:
        if of_children:
            items: Sequence[object] = [child.get(name) for child in scope.children]
        else:
            value = scope.values.get(name)
            if not isinstance(value, tuple):
                return None
            items = value
        return sum(1 for item in items if _counts(item, code))

    return measure


def _counts(item: object, code: str | None) -> bool:
    if item is None or isinstance(item, Unknown):
        return False
    return code is None or item == code or (isinstance(item, tuple) and code in item)


def _summary(summarise: Callable[[Sequence[float]], float], name: str, of_children: bool) -> Measure:
    def measure(scope: Scope) -> Scalar | None:
        found = scope.values.get(name)
        value = tuple(child.get(name) for child in scope.children) if of_children else found
        if not isinstance(value, tuple) or not value:
            return None
        numbers = [item for item in value if isinstance(item, int | float)]
        return summarise(numbers) if len(numbers) == len(value) else None

    return measure
