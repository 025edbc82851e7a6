"""Builds rules and generic checks from rules.yml, conditions already read once for their names."""

import re
import string
from collections.abc import Collection, Mapping

from artbox.catalogue.assurances import named_checks
from artbox.catalogue.conditions import (
    Condition,
    ConditionError,
    names,
    own_names,
    parse_condition,
    parse_formula,
)
from artbox.catalogue.conditions.vocabulary import Vocabulary
from artbox.catalogue.definition_files import Entry, entries
from artbox.catalogue.model import Check, Field, FieldType, Level, Rule, Severity

RULE_ID = re.compile(r"[A-EG-Z][0-9]{2}[b-z]?", re.ASCII)
CHECK_ID = re.compile(r"F[0-9]{2}", re.ASCII)
EXAMPLES = ("sound", "faulty", "missing")
PLACEHOLDERS = frozenset({"field", "minimum", "maximum", "unit", "limit", "looks_like"})
CHECK_KINDS = (
    "structure",
    "unknown_field",
    "master_data",
    "wrong_type",
    "not_in_list",
    "hard_range",
    "mandatory_missing",
    "too_many_digits",
    "bad_date",
    "text_form",
    "wrong_centre",
    "soft_range",
    "future_date",
    "duplicate",
    "mandatory_unknown",
    "unknown_marker",
    "too_many_entries",
    "unknown_version",
    "looks_like_master_data",
)


def exposure(fields: Mapping[str, Field], words: Vocabulary) -> dict[str, tuple[str, ...]]:
    """For each field the registers that see it, itself or through a derived field."""
    seen = {name: set(field.registers) for name, field in fields.items()}
    for field in fields.values():
        if field.formula is not None:
            truth = field.type is FieldType.BOOLEAN
            for name in names(parse_formula(field.formula, words, truth=truth)):
                seen[name].update(field.registers)
    return {name: tuple(sorted(registers)) for name, registers in seen.items()}


def read_condition(item: Entry, text: str, words: Vocabulary) -> Condition:
    """Parse a condition; a refusal names the entry."""
    try:
        return parse_condition(text, words)
    except ConditionError as error:
        raise item.error(error.problem, error.remedy) from None


def load_rules(
    file: Entry, words: Vocabulary, seen_by: Mapping[str, tuple[str, ...]], checks: Collection[str]
) -> dict[str, Rule]:
    """Read the rules between fields; `checks` are the ids of the generic checks."""
    rules = {item.name: _rule(item, words, seen_by, checks) for item in entries(file, "rules")}
    for name in rules:
        if name[:3] not in rules:
            raise Entry(file.file, name, {}).error("is a part of no rule", f"Declare {name[:3]} as well")
    return rules


def _rule(
    item: Entry, words: Vocabulary, seen_by: Mapping[str, tuple[str, ...]], checks: Collection[str]
) -> Rule:
    if not RULE_ID.fullmatch(item.name):
        raise item.error("is no rule id", "Use a capital letter other than F and two digits")
    when, require = item.optional_word("when"), item.word("require")
    parts = [read_condition(item, text, words) for text in (when, require) if text is not None]
    used = tuple(dict.fromkeys(name for part in parts for name in names(part)))
    own = [name for part in parts for name in own_names(part)]
    level = _level([words[name].level for name in own])
    rule = Rule(
        id=item.name,
        severity=Severity(item.one_of("severity", list(Severity))),
        field=item.one_of("field", list(used)),
        level=level,
        when=when,
        require=require,
        undecided_is_finding=item.one_of("undecided", ["no_finding", "finding"], "no_finding") == "finding",
        message=item.text("message"),
        source=item.word("source"),
        fields=used,
        registers=_registers(item, used, seen_by),
        examples=_examples(item),
        checks=named_checks(item, checks),
    )
    item.close()
    return rule


def _level(levels: list[Level]) -> Level:
    for level in (Level.CHILD, Level.CYCLE):
        if level in levels:
            return level
    return Level.PATIENT if levels else Level.CYCLE


def _registers(item: Entry, used: tuple[str, ...], seen_by: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    named = item.words("registers")
    everyone = {register for registers in seen_by.values() for register in registers}
    if not set(named) <= everyone:
        raise item.error("counts for an unknown register", "Use the names of registers.yml")
    return named or tuple(sorted({register for name in used for register in seen_by[name]}))


def _examples(item: Entry) -> Mapping[str, Mapping[str, object]]:
    examples = item.mapping("examples")
    if set(examples) != set(EXAMPLES) or not all(isinstance(part, dict) for part in examples.values()):
        raise item.error("examples are incomplete", "Give one sound, one faulty and one missing example")
    return examples


def load_checks(file: Entry) -> dict[str, Check]:
    """Read the generic checks; every kind must be declared exactly once."""
    checks = {item.name: _check(item) for item in entries(file, "checks")}
    kinds = [check.kind for check in checks.values()]
    for kind in CHECK_KINDS:
        if kinds.count(kind) != 1:
            raise file.error(f"kind {kind} is declared {kinds.count(kind)} times", "Declare each kind once")
    return checks


def _check(item: Entry) -> Check:
    if not CHECK_ID.fullmatch(item.name):
        raise item.error("is no check id", "Use F and two digits")
    check = Check(
        id=item.name,
        kind=item.one_of("kind", list(CHECK_KINDS)),
        severity=Severity(item.one_of("severity", list(Severity))),
        rejects=item.flag("rejects"),
        label=item.text("label"),
        message=item.text("message"),
        source=item.word("source"),
        names=item.words("names"),
    )
    for text in (check.message.de, check.message.en):
        strange = {name for _, name, _, _ in string.Formatter().parse(text) if name} - PLACEHOLDERS
        if strange:
            raise item.error(
                f"message has the placeholder {', '.join(sorted(strange))}", "Use known ones only"
            )
    item.close()
    return check
