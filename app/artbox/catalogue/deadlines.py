"""When a rule that looks at the day of the check will object to a record that does not change any more.

Such a rule (`today` in its condition) begins to object on some day and objects from then on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from artbox.catalogue.conditions import Scope, parse_condition
from artbox.catalogue.conditions.tree import Today, walk
from artbox.catalogue.conditions.vocabulary import Vocabulary
from artbox.catalogue.model import Definition, Level, Rule
from artbox.catalogue.records import START_FIELD, RecordReader
from artbox.catalogue.rules import JudgedRule, judged

HORIZON = timedelta(days=3 * 366)
"""How far ahead a deadline is looked for: longer than any pregnancy and its follow-up."""


@dataclass(frozen=True)
class Deadline:
    """The first day on which a rule objects to a cycle."""

    rule: str
    on: date


class Deadlines:
    """The rules of one release that time alone can break."""

    def __init__(self, definition: Definition, words: Vocabulary) -> None:
        self._reader = RecordReader(definition, words)
        self._rules = [
            judged(rule, words)
            for rule in definition.rules.values()
            if rule.level is Level.CYCLE and _looks_at_today(rule, words)
        ]

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of these rules."""
        return tuple(judge.rule.id for judge in self._rules)

    def of(self, patient: dict[str, object], cycle: dict[str, object], today: date) -> Iterator[Deadline]:
        """Give the deadlines of a cycle as it stands, past ones and those before the horizon."""
        (read,) = self._reader.patient({**patient, "cycles": [cycle]}, 0).cycles
        children = tuple(child.values for child in read.children)
        scope = self._reader.derivation.extend(Scope(read.values, today, children, read.previous))
        start = read.values.get(START_FIELD)
        first = start if isinstance(start, date) and start < today else today
        for judge in self._rules:
            on = _first_day(judge, scope, first, today + HORIZON)
            if on is not None:
                yield Deadline(judge.rule.id, on)


def _first_day(judge: JudgedRule, scope: Scope, first: date, last: date) -> date | None:
    """Find by halving the first day from `first` to `last` on which the rule objects."""
    if not judge.is_broken(replace(scope, today=last)):
        return None
    while first < last:
        middle = first + (last - first) // 2
        if judge.is_broken(replace(scope, today=middle)):
            last = middle
        else:
            first = middle + timedelta(days=1)
    return last


def _looks_at_today(rule: Rule, words: Vocabulary) -> bool:
    conditions = (parse_condition(text, words) for text in (rule.when, rule.require) if text is not None)
    return any(isinstance(node, Today) for condition in conditions for node in walk(condition))
