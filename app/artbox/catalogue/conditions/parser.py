"""Reads a condition into the closed tree, refusing everything that is not on the white list.

Python's `ast` is used for its tokens and precedence only; nothing is evaluated. Field names, constants
and the kinds of values are checked while reading, so that a tree that exists can be evaluated.
"""

import ast
from datetime import date

from artbox.catalogue.conditions.tree import (
    Absolute,
    Aggregate,
    And,
    Answered,
    Arithmetic,
    Comparison,
    Condition,
    Constant,
    Contains,
    Given,
    Interval,
    Membership,
    Not,
    Operand,
    Or,
    Previous,
    Sum,
    Today,
    Truth,
    Value,
    Year,
)
from artbox.catalogue.conditions.vocabulary import Sort, Vocabulary, Word
from artbox.catalogue.model import Level

MAX_LENGTH = 400
MAX_NODES = 120
MAX_DEPTH = 12
MAX_NUMBER = 1_000_000_000
MAX_ADDENDS = 12

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
INTERVALS = ("days", "weeks", "years")
AGGREGATES = ("count", "total", "smallest", "largest")
TODAY = "today"
RESERVED = frozenset({TODAY, "abs", "given", "answered", "previous", "sum", "year", *INTERVALS, *AGGREGATES})


class ConditionError(ValueError):
    """A condition was refused: what is wrong and what to write instead."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}. {remedy}")
        self.problem = problem
        self.remedy = remedy


def parse_condition(text: str, words: Vocabulary) -> Condition:
    """Read a yes/no condition such as `opu_date <= et_date`; raises ConditionError."""
    return _Reader(words).condition(_syntax(text))


def parse_number(text: str, words: Vocabulary) -> Operand:
    """Read a formula whose result is a number, such as `years(a, b)`; raises ConditionError."""
    operand, sort = _Reader(words).operand(_syntax(text))
    _expect(sort, Sort.NUMBER, text)
    return operand


def parse_formula(text: str, words: Vocabulary, *, truth: bool) -> Operand | Condition:
    """Read the formula of a derived field: a yes/no condition or a number; raises ConditionError."""
    return parse_condition(text, words) if truth else parse_number(text, words)


def _syntax(text: str) -> ast.expr:
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"longer than {MAX_LENGTH} characters", "Split it into two rules")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ConditionError(f"cannot be read: {text!r}", "Write it as in the other rules") from None
    _bound(tree)
    return tree


def _bound(tree: ast.expr) -> None:
    level: list[ast.AST] = [tree]
    depth = nodes = 0
    while level:
        depth += 1
        nodes += len(level)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise ConditionError("nested too deeply or too large", "Split it into two rules")
        level = [child for node in level for child in ast.iter_child_nodes(node)]


def _expect(found: Sort, wanted: Sort, where: str) -> None:
    if found is not wanted:
        raise ConditionError(f"{where} is a {found}, not a {wanted}", f"Use a {wanted} there")


class _Reader:
    """Turns syntax nodes into tree nodes, one method for each form."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words

    def condition(self, node: ast.expr) -> Condition:
        match node:
            case ast.BoolOp(op=operator, values=values):
                parts = tuple(self.condition(value) for value in values)
                return And(parts) if isinstance(operator, ast.And) else Or(parts)
            case ast.UnaryOp(op=ast.Not(), operand=negated):
                return Not(self.condition(negated))
            case ast.Compare(left=left, ops=operators, comparators=rights):
                return self._comparisons(left, operators, rights)
            case ast.Call(func=ast.Name(id="given")):
                return Given(self._only_name(node))
            case ast.Call(func=ast.Name(id="answered")):
                return Answered(self._only_name(node))
        return self._truth(node)

    def _truth(self, node: ast.expr) -> Truth:
        operand, sort = self.operand(node)
        _expect(sort, Sort.TRUTH, ast.unparse(node))
        if not isinstance(operand, Value | Previous):
            raise ConditionError(f"{ast.unparse(node)} is no condition", "Compare it with something")
        return Truth(operand)

    def operand(self, node: ast.expr) -> tuple[Operand, Sort]:
        match node:
            case ast.Name(id=name) if name == TODAY:
                return Today(), Sort.DATE
            case ast.Name(id=name):
                return Value(name), self._word(name).sort
            case ast.Constant(value=value):
                return _constant(value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return _constant(-value)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in ARITHMETIC:
                symbol = ARITHMETIC[type(operator)]
                return Arithmetic(symbol, self._number(left), self._number(right)), Sort.NUMBER
            case ast.Call(func=ast.Name(id=name)):
                return self._call(name, node)
        raise ConditionError(
            f"{ast.unparse(node)!r} is not part of the language", "Use fields, constants and functions"
        )

    def _call(self, name: str, node: ast.Call) -> tuple[Operand, Sort]:
        if name in INTERVALS:
            first, last = self._arguments(node, 2)
            return Interval(name, self._date(first), self._date(last)), Sort.NUMBER
        if name in AGGREGATES:
            return self._aggregate(name, node), Sort.NUMBER
        if name == "abs":
            return Absolute(self._number(self._arguments(node, 1)[0])), Sort.NUMBER
        if name == "year":
            return Year(self._date(self._arguments(node, 1)[0])), Sort.NUMBER
        if name == "sum":
            return self._sum(node), Sort.NUMBER
        if name == "previous":
            return self._previous(self._only_name(node))
        raise ConditionError(
            f"unknown function {name}", f"Known are: {', '.join(sorted(RESERVED - {TODAY}))}"
        )

    def _previous(self, name: str) -> tuple[Operand, Sort]:
        word = self._word(name)
        if word.level is not Level.CYCLE:
            raise ConditionError(f"previous({name}): not a field of the cycle", "Name a field of the cycle")
        return Previous(name), word.sort

    def _sum(self, node: ast.Call) -> Sum:
        names = [self._name(part) for part in self._arguments(node, 2, MAX_ADDENDS)]
        for name in names:
            _expect(self._word(name).sort, Sort.NUMBER, name)
        return Sum(tuple(Value(name) for name in names))

    def _aggregate(self, function: str, node: ast.Call) -> Aggregate:
        arguments = self._arguments(node, 1, 2 if function == "count" else 1)
        name = self._name(arguments[0])
        word = self._word(name)
        of_children = word.level is Level.CHILD
        if not of_children and word.sort not in (Sort.CODES, Sort.NUMBERS):
            raise ConditionError(
                f"{function}({name}): neither a list nor a field of the children", "Name one"
            )
        if function != "count" and word.sort not in (Sort.NUMBER, Sort.NUMBERS):
            raise ConditionError(f"{function}({name}): not a number", "Count it instead")
        return Aggregate(function, name, of_children, self._code(arguments, word))

    def _code(self, arguments: list[ast.expr], word: Word) -> str | None:
        if len(arguments) == 1:
            return None
        constant, _ = self.operand(arguments[1])
        self._check_constants(word, [constant])
        if not isinstance(constant, Constant) or not isinstance(constant.value, str) or not word.codes:
            raise ConditionError("count: the second argument is no code", "Name a code of the field's list")
        return constant.value

    def _comparisons(self, left: ast.expr, operators: list[ast.cmpop], rights: list[ast.expr]) -> Condition:
        parts: list[Condition] = []
        for operator, right in zip(operators, rights, strict=True):
            parts.append(self._comparison(left, operator, right))
            left = right
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Condition:
        match operator:
            case ast.In():
                return self._membership(left, right)
            case ast.NotIn():
                return Not(self._membership(left, right))
            case _ if type(operator) in COMPARISONS:
                return self._ordered(left, COMPARISONS[type(operator)], right)
        raise ConditionError("this comparison is not part of the language", "Use < <= > >= == != in")

    def _ordered(self, left: ast.expr, symbol: str, right: ast.expr) -> Comparison:
        (first, sort), (second, other) = self.operand(left), self.operand(right)
        first, second = self._dated(first, sort, other), self._dated(second, other, sort)
        sort, other = _sort(first, sort), _sort(second, other)
        if sort is not other or sort not in (Sort.NUMBER, Sort.DATE, Sort.CODE):
            raise ConditionError(f"a {sort} cannot be compared with a {other}", "Compare like with like")
        if sort is Sort.CODE and symbol not in ("==", "!="):
            raise ConditionError("codes have no order", "Use ==, != or in")
        for operand, opposite in ((first, second), (second, first)):
            if isinstance(operand, Value | Previous):
                self._check_constants(self._word(operand.name), [opposite])
        if isinstance(first, Constant) and isinstance(second, Constant):
            raise ConditionError("compares two constants", "Name a field")
        return Comparison(symbol, first, second)

    def _dated(self, operand: Operand, own: Sort, opposite: Sort) -> Operand:
        """Read a text beside a date as a date."""
        if isinstance(operand, Constant) and own is Sort.CODE and opposite is Sort.DATE:
            try:
                return Constant(date.fromisoformat(str(operand.value)))
            except ValueError:
                raise ConditionError(f"{operand.value!r} is no date", "Write YYYY-MM-DD") from None
        return operand

    def _membership(self, left: ast.expr, right: ast.expr) -> Condition:
        if isinstance(left, ast.Constant):
            return self._contains(left, self._name(right))
        subject, sort = self.operand(left)
        if not isinstance(subject, Value | Previous) or sort not in (Sort.CODE, Sort.NUMBER):
            raise ConditionError("`in` needs a field of a choice list or a number", "Use a comparison")
        if not isinstance(right, ast.Tuple | ast.List) or not right.elts:
            raise ConditionError("`in` needs a list of constants", 'Write: field in ("code", "code")')
        options = [self.operand(item) for item in right.elts]
        if any(not isinstance(option, Constant) or kind is not sort for option, kind in options):
            raise ConditionError(f"`in` holds something that is no {sort}", "List constants of one kind")
        self._check_constants(self._word(subject.name), [option for option, _ in options])
        return Membership(subject, tuple(option for option, _ in options if isinstance(option, Constant)))

    def _contains(self, item: ast.Constant, name: str) -> Contains:
        word = self._word(name)
        constant, sort = _constant(item.value)
        if (sort, word.sort) not in ((Sort.CODE, Sort.CODES), (Sort.NUMBER, Sort.NUMBERS)):
            raise ConditionError(f"{name} is no list of {sort}s", "Name a list field after `in`")
        self._check_constants(word, [constant])
        return Contains(name, constant)

    def _check_constants(self, word: Word, operands: list[Operand]) -> None:
        """Refuse a constant the field can never carry: the rule would be silent."""
        for operand in operands:
            if not isinstance(operand, Constant):
                continue
            if isinstance(operand.value, str) and operand.value not in word.codes:
                raise ConditionError(f"code {operand.value!r} is not in the list", "Use a code of the list")
            if _outside(operand.value, word):
                raise ConditionError(f"{operand.value} is outside the field's hard range", "Widen the range")

    def _number(self, node: ast.expr) -> Operand:
        return self._sorted(node, Sort.NUMBER)

    def _date(self, node: ast.expr) -> Operand:
        return self._sorted(node, Sort.DATE)

    def _sorted(self, node: ast.expr, wanted: Sort) -> Operand:
        operand, sort = self.operand(node)
        _expect(sort, wanted, ast.unparse(node))
        return operand

    def _arguments(self, node: ast.Call, least: int, most: int | None = None) -> list[ast.expr]:
        if node.keywords or not least <= len(node.args) <= (most or least):
            raise ConditionError(f"{ast.unparse(node)}: wrong number of arguments", f"Give {least}")
        return node.args

    def _only_name(self, node: ast.Call) -> str:
        name = self._name(self._arguments(node, 1)[0])
        self._word(name)
        return name

    def _name(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name):
            raise ConditionError(f"{ast.unparse(node)} is no field", "Name a field there")
        return node.id

    def _word(self, name: str) -> Word:
        if name not in self.words:
            raise ConditionError(f"unknown field {name}", "Name a field of fields.yml; put codes in quotes")
        return self.words[name]


def _constant(value: object) -> tuple[Constant, Sort]:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER:
        return Constant(value), Sort.NUMBER
    if isinstance(value, str):
        return Constant(value), Sort.CODE
    raise ConditionError("a constant that is no number, date or code", "Name a yes/no field as it stands")


def _sort(operand: Operand, sort: Sort) -> Sort:
    return Sort.DATE if isinstance(operand, Constant) and isinstance(operand.value, date) else sort


def _outside(value: int | float | date | str, word: Word) -> bool:
    if isinstance(value, str | date) or word.hard is None:
        return False
    low, high = word.hard.minimum, word.hard.maximum
    return (isinstance(low, int | float) and value < low) or (isinstance(high, int | float) and value > high)
