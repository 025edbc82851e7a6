"""Builds findings from the declared texts: where, which rule, how severe; never a value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from artbox.catalogue.conditions.vocabulary import vocabulary
from artbox.catalogue.json_schema import is_reference
from artbox.catalogue.model import Check, Definition, Field, Finding, Level, Range, Rule, Text
from artbox.catalogue.rule_loading import exposure

PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class Place:
    """Where in the document something stands, as JSON pointer and as the capture program's own keys."""

    pointer: str
    level: Level = Level.PATIENT
    cycle_ref: str | None = None
    child_no: int | None = None

    def at(self, *steps: str | int) -> "Place":
        """Go further down from here."""
        escaped = [str(step).replace("~", "~0").replace("/", "~1") for step in steps]
        return Place("/".join([self.pointer, *escaped]), self.level, self.cycle_ref, self.child_no)

    def named(self, name: str) -> "Place":
        """Go to a member named by the sender; an odd name might be a value, so it is not repeated."""
        return self.at(name) if PLAIN_NAME.fullmatch(name) else self

    def of_record(self, level: Level, record: object) -> "Place":
        """Name the cycle or child that stands here by the capture program's own key, if that has its form."""
        found = record if isinstance(record, dict) else {}
        if level is Level.CYCLE:
            key = found.get("cycle_ref")
            return Place(self.pointer, level, key if is_reference(key) else None, self.child_no)
        number = found.get("child_no")
        return Place(self.pointer, level, self.cycle_ref, number if type(number) is int else None)


@dataclass(frozen=True)
class Facts:
    """What a message may say about a field: its limits, unit and digits."""

    limits: Range = field(default_factory=Range)
    unit: Text | None = None
    limit: int | None = None


class Findings:
    """Makes the findings of one release."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.checks: Mapping[str, Check] = {check.kind: check for check in definition.checks.values()}
        words = vocabulary(definition.fields, definition.choice_lists)
        self.seen_by = exposure(definition.fields, words)

    def check(self, kind: str) -> Check:
        """Return the check declared for a kind."""
        return self.checks[kind]

    def general(
        self, kind: str, place: Place, *, name: str | None = None, limit: int | None = None
    ) -> Finding:
        """Object to something that is no catalogue field; `name` is the member's name, if it has one."""
        shown = name if name is not None and PLAIN_NAME.fullmatch(name) else None
        label = Text(shown or "Angabe", shown or "Entry")
        everyone = tuple(self.definition.registers)
        check = self.checks[kind]
        message = _message(check.message, label, Facts(limit=limit))
        return self._finding(check, place, shown, everyone, message)

    def of_field(self, kind: str, place: Place, field: Field) -> Finding:
        """Object to the value of a catalogue field in the record at `place`."""
        return self.at_field(kind, place.at(field.name), field)

    def at_field(self, kind: str, place: Place, field: Field) -> Finding:
        """Object to the value of a catalogue field; `place` is the value's own."""
        check = self.checks[kind]
        limits = (field.soft if kind == "soft_range" else field.hard) or Range()
        registers = tuple(self.definition.registers) if check.rejects else self.seen_by[field.name]
        facts = Facts(limits, field.unit, field.digits)
        message = _message(check.message, field.label, facts)
        return self._finding(check, place, field.name, registers, message)

    def of_rule(self, rule: Rule, place: Place, judged: Place) -> Finding:
        """Object by a rule: `place` holds the rule's field, `judged` is the record that was judged."""
        return Finding(
            pointer=place.at(rule.field).pointer,
            cycle_ref=judged.cycle_ref,
            child_no=judged.child_no,
            field=rule.field,
            rule=rule.id,
            severity=rule.severity,
            message=rule.message,
            rejects=False,
            registers=rule.registers,
        )

    @staticmethod
    def _finding(
        check: Check,
        place: Place,
        field: str | None,
        registers: tuple[str, ...],
        message: Text,
    ) -> Finding:
        return Finding(
            pointer=place.pointer,
            cycle_ref=place.cycle_ref,
            child_no=place.child_no,
            field=field,
            rule=check.id,
            severity=check.severity,
            message=message,
            rejects=check.rejects,
            registers=registers,
        )


def _message(message: Text, label: Text, facts: Facts) -> Text:
    texts = {
        language: message[language].format(
            field=label[language],
            minimum="…" if facts.limits.minimum is None else facts.limits.minimum,
            maximum="…" if facts.limits.maximum is None else facts.limits.maximum,
            unit=facts.unit[language] if facts.unit else "",
            limit=facts.limit,
        )
        for language in ("de", "en")
    }
    return Text(**{language: text.replace(" )", ")") for language, text in texts.items()})
