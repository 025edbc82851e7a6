"""Rules ready to judge: `when` and `require` compiled to one implication, once per release."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from artbox.catalogue.conditions import (
    Scope,
    compile_condition,
    compile_operand,
    parse_condition,
    parse_number,
)
from artbox.catalogue.conditions.evaluation import Judge, Measure
from artbox.catalogue.conditions.tree import Not, Or
from artbox.catalogue.conditions.vocabulary import Vocabulary
from artbox.catalogue.model import Field, FieldType, Rule
from artbox.catalogue.values import Unknown, Value

Record = dict[str, Value | Unknown]


@dataclass(frozen=True)
class JudgedRule:
    """A rule with what decides it: `applies` the condition of `when`, `holds` the whole rule."""

    rule: Rule
    applies: Judge
    holds: Judge

    def is_broken(self, scope: Scope) -> bool:
        """Whether the rule objects to this record."""
        answer = self.holds(scope)
        return self.rule.undecided_is_finding if answer is None else not answer


def judged(rule: Rule, words: Vocabulary) -> JudgedRule:
    """Compile a rule; raises ConditionError when it cannot be read."""
    require = parse_condition(rule.require, words)
    if rule.when is None:
        return JudgedRule(rule, lambda _: True, compile_condition(require))
    when = parse_condition(rule.when, words)
    return JudgedRule(rule, compile_condition(when), compile_condition(Or((Not(when), require))))


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
        return replace(scope, values={**scope.values, **derived})
