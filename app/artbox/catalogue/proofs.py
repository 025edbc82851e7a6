"""Proves at load time that formulas can be calculated and that every rule behaves as its examples say."""

from collections.abc import Mapping, Sequence
from datetime import date

from artbox.catalogue.conditions import ConditionError, Scope, names, own_names, parse_formula
from artbox.catalogue.conditions.vocabulary import Vocabulary
from artbox.catalogue.definition_files import Entry
from artbox.catalogue.model import ChoiceList, Field, FieldType, Level, Origin, Rule
from artbox.catalogue.rules import Derivation, Record, judged
from artbox.catalogue.values import Unknown, Value, read

EXTRA = frozenset({"today", "children", "previous"})


class ExampleReader:
    """Reads the flat examples of a rule into the scope it judges."""

    def __init__(
        self, fields: Mapping[str, Field], lists: Mapping[str, ChoiceList], words: Vocabulary
    ) -> None:
        self.fields = fields
        self.lists = lists
        self.derivation = Derivation(fields, words)

    def scope(self, item: Entry, example: Mapping[str, object]) -> Scope:
        """Build the scope; refuses an example whose values the checks would already refuse."""
        today = item.day("today") if "today" in example else date(2026, 7, 1)
        children = self._records(item, example.get("children", []))
        previous = self._records(item, [example.get("previous", {})])[0]
        values = self._record(item, {name: raw for name, raw in example.items() if name not in EXTRA})
        return self.derivation.extend(Scope(values, today, children, previous))

    def _records(self, item: Entry, raw: object) -> Sequence[Record]:
        if not isinstance(raw, list) or not all(isinstance(record, dict) for record in raw):
            raise item.error("children or previous is badly formed", "Write them as in the other rules")
        return [self._record(item, record) for record in raw]

    def _record(self, item: Entry, raw: Mapping[str, object]) -> Record:
        return {name: self._value(item, name, value) for name, value in raw.items()}

    def _value(self, item: Entry, name: str, raw: object) -> Value | Unknown:
        field = self.fields.get(name)
        if field is None:
            raise item.error(f"unknown field {name}", "Name a field of fields.yml")
        value = read(field, raw)
        if value is None or (not isinstance(value, Unknown) and not admissible(field, value, self.lists)):
            raise item.error(f"{name}: the value is not permitted for the field", "Use a permitted value")
        return value


def admissible(field: Field, value: Value, lists: Mapping[str, ChoiceList]) -> bool:
    """Whether a typed value lies in the field's choice list and hard range."""
    items = value if isinstance(value, tuple) else (value,)
    if field.choices is not None:
        return all(item in lists[field.choices].codes for item in items)
    return field.hard is None or all(field.hard.holds(item) for item in items)


def prove_formulas(file: str, fields: Mapping[str, Field], words: Vocabulary) -> None:
    """Refuse a derived field whose formula is unreadable, wrongly typed or builds on another derived one."""
    for field in fields.values():
        if field.formula is None:
            continue
        item = Entry(file, field.name, {})
        if field.type not in (FieldType.INTEGER, FieldType.DECIMAL, FieldType.BOOLEAN):
            raise item.error("derived, but no number or yes/no", "Make it an integer, decimal or boolean")
        try:
            truth = field.type is FieldType.BOOLEAN
            used = names(formula := parse_formula(field.formula, words, truth=truth))
        except ConditionError as error:
            raise item.error(error.problem, error.remedy) from None
        if any(fields[name].origin is Origin.DERIVED for name in used):
            raise item.error("derived from a derived field", "Derive it from delivered fields")
        if any(_deeper(fields[name].level, field.level) for name in own_names(formula)):
            raise item.error("derived from a field of a deeper level", "Move it to that level")


def _deeper(level: Level, than: Level) -> bool:
    order = list(Level)
    return order.index(level) > order.index(than)


def prove_rule(file: str, rule: Rule, words: Vocabulary, reader: ExampleReader) -> None:
    """Refuse a rule whose sound, faulty or missing example is not judged as declared."""
    decider = judged(rule, words)
    for name, example in rule.examples.items():
        item = Entry(file, f"{rule.id}/examples/{name}", example)
        scope = reader.scope(item, example)
        answer = decider.holds(scope)
        if name == "missing":
            if answer is False:
                raise item.error("a missing value is judged as a fault", "Ask with given(…) in `when`")
            if rule.undecided_is_finding and answer is not None:
                raise item.error("is decided although a value is missing", "Leave the deciding value out")
        elif answer is not (name == "sound"):
            verdict = {True: "sound", False: "faulty", None: "undecidable"}[answer]
            raise item.error(f"the {name} example is {verdict}", "Correct the rule or the example")
        elif decider.applies(scope) is not True:
            raise item.error(f"the {name} example does not meet `when`", "Let the example reach the rule")
