"""Rules ready to judge: `when` and `require` compiled to one implication, once per release."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from artbox.catalogue.conditions import (
    Condition,
    Needs,
    Scope,
    compile_condition,
    compile_operand,
    needed,
    parse_condition,
    parse_number,
)
from artbox.catalogue.conditions.evaluation import Judge, Measure
from artbox.catalogue.conditions.tree import Not, Or
from artbox.catalogue.conditions.vocabulary import Vocabulary
from artbox.catalogue.model import Field, FieldType, Rule
from artbox.catalogue.values import Scalar, Unknown, Value

Record = dict[str, Value | Unknown]


@dataclass(frozen=True)
class JudgedRule:
    """A rule with what decides it: `applies` the condition of `when`, `holds` the whole rule.

    No record that does not meet all of `needed` can break it.
    """

    rule: Rule
    applies: Judge
    holds: Judge
    needed: Needs

    def is_broken(self, scope: Scope) -> bool:
        """Whether the rule objects to this record."""
        answer = self.holds(scope)
        return self.rule.undecided_is_finding if answer is None else not answer


def judged(rule: Rule, words: Vocabulary) -> JudgedRule:
    """Compile a rule; raises ConditionError when it cannot be read."""
    require = parse_condition(rule.require, words)
    if rule.when is None:
        return JudgedRule(rule, lambda _: True, compile_condition(require), _needed(rule, require))
    when = parse_condition(rule.when, words)
    whole = Or((Not(when), require))
    return JudgedRule(rule, compile_condition(when), compile_condition(whole), _needed(rule, whole))


def _needed(rule: Rule, whole: Condition) -> Needs:
    return frozenset() if rule.undecided_is_finding else needed(whole, False)


class RuleSet:
    """The rules of one level, of which a record is only judged by those it can break.

    Every need of a rule is a bit; a record's values set the bits of the needs they meet.
    """

    def __init__(self, rules: Sequence[JudgedRule]) -> None:
        needs = sorted(set().union(*(rule.needed for rule in rules)), key=lambda need: need.name)
        bits = {need: 1 << place for place, need in enumerate(needs)}
        self._rules = [(sum(bits[need] for need in rule.needed), rule) for rule in rules]
        self._present = {need.name: bit for need, bit in bits.items() if need.values is None}
        self._valued: dict[str, dict[Scalar, int]] = {}
        for need, bit in bits.items():
            for value in need.values or ():
                table = self._valued.setdefault(need.name, {})
                table[value] = table.get(value, 0) | bit

    def broken(self, scope: Scope) -> Iterator[Rule]:
        """Give the rules a record breaks, in the catalogue's order."""
        present, valued, met = self._present, self._valued, 0
        for name, value in scope.values.items():
            met |= present.get(name, 0)
            if name in valued:
                met |= valued[name].get(value, 0)  # type: ignore[arg-type]
        unmet = ~met
        for needs, rule in self._rules:
            if not needs & unmet and rule.is_broken(scope):
                yield rule.rule


def _measure(field: Field, words: Vocabulary) -> Measure:
    text = field.formula or ""
    if field.type is FieldType.BOOLEAN:
        return compile_condition(parse_condition(text, words))
    return compile_operand(parse_number(text, words))


class Derivation:
    """The derived fields of a release, calculated from the values of a record."""

    def __init__(self, fields: Mapping[str, Field], words: Vocabulary) -> None:
        self._formulas = [
            (field, _measure(field, words)) for field in fields.values() if field.formula is not None
        ]

    def extend(self, scope: Scope) -> Scope:
        """Add what can be calculated; a value outside its field's hard range is not formed."""
        derived: Record = {}
        for field, measure in self._formulas:
            value = measure(scope)
            if value is not None and (field.hard is None or field.hard.holds(value)):
                derived[field.name] = value
        return Scope({**scope.values, **derived}, scope.today, scope.children, scope.previous)
