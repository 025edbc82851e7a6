"""Whether a cycle was known to a register before its result: the rules as data, and their pure evaluation.

The first assessment of a cycle is final; keeping it, and the evidence for it, is the store's matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from artbox.catalogue.definition_files import Entry, entries
from artbox.catalogue.model import ChoiceList, Field, FieldType, Level, ProspectivityRule, Register
from artbox.catalogue.values import Value, read

TREATMENT = "treatment_type"
DEFAULT_LAG_DAYS = 8


class Prospectivity(StrEnum):
    """The result, in the codes of the field `prospective_flag`."""

    PROSPECTIVE = "prospective"
    RETROSPECTIVE = "retrospective"
    NOT_ASSESSABLE = "not_assessable"


class Reason(StrEnum):
    """Why a cycle was judged so."""

    IN_TIME = "in_time"
    TOO_LATE = "too_late"
    AFTER_RESULT = "after_result"
    NO_EVIDENCE = "no_evidence"
    NO_RULE = "no_rule"
    NO_ANCHOR = "no_anchor"


@dataclass(frozen=True)
class Assessment:
    """The result with its reason, the rule that decided, and the days from the anchor to the record."""

    result: Prospectivity
    reason: Reason
    rule: str | None = None
    lag_days: int | None = None


def assess(
    rules: Iterable[ProspectivityRule],
    fields: Mapping[str, Field],
    register: str,
    cycle: Mapping[str, object],
    recorded_on: date | None,
) -> Assessment:
    """Judge one cycle for one register; pure.

    `recorded_on` is the local day proven by the time-stamped evidence of the first record; None without any.
    A record before the anchor date counts as in time. On the day of the date it must precede, a record does
    not count as before it.
    """
    treatment = cycle.get(TREATMENT)
    rule = next((item for item in rules if item.register == register and treatment in item.treatments), None)
    if rule is None:
        return Assessment(Prospectivity.NOT_ASSESSABLE, Reason.NO_RULE)
    anchor = _day(fields, cycle, rule.anchor)
    if anchor is None:
        return Assessment(Prospectivity.NOT_ASSESSABLE, Reason.NO_ANCHOR, rule.id)
    if recorded_on is None:
        return Assessment(Prospectivity.NOT_ASSESSABLE, Reason.NO_EVIDENCE, rule.id)
    lag = (recorded_on - anchor).days
    result = _day(fields, cycle, rule.must_precede) if rule.must_precede else None
    if result is not None and recorded_on >= result:
        return Assessment(Prospectivity.RETROSPECTIVE, Reason.AFTER_RESULT, rule.id, lag)
    if lag > rule.max_lag_days:
        return Assessment(Prospectivity.RETROSPECTIVE, Reason.TOO_LATE, rule.id, lag)
    return Assessment(Prospectivity.PROSPECTIVE, Reason.IN_TIME, rule.id, lag)


def _day(fields: Mapping[str, Field], cycle: Mapping[str, object], name: str) -> date | None:
    value: Value | None = read(fields[name], cycle[name]) if name in cycle else None
    return value if isinstance(value, date) else None


def load_prospectivity(
    file: Entry,
    fields: Mapping[str, Field],
    choice_lists: Mapping[str, ChoiceList],
    registers: Mapping[str, Register],
) -> dict[str, ProspectivityRule]:
    """Read prospectivity.yml; raises CatalogueError for unknown names and for two rules of one treatment."""
    treatments = choice_lists[TREATMENT].codes if TREATMENT in choice_lists else ()
    dates = [name for name, field in fields.items() if _is_date_of_cycle(field)]
    found: dict[str, ProspectivityRule] = {}
    for item in entries(file, "prospectivity"):
        rule = _rule(item, dates, list(registers))
        strange = [name for name in rule.treatments if name not in treatments]
        if strange or not rule.treatments:
            raise item.error("names no known treatment", "Use the codes of treatment_type")
        for other in found.values():
            if other.register == rule.register and set(other.treatments) & set(rule.treatments):
                raise item.error(f"shares a treatment with {other.id}", "Give each treatment one rule")
        found[rule.id] = rule
    return found


def _is_date_of_cycle(field: Field) -> bool:
    return field.level is Level.CYCLE and field.type in (FieldType.DATE, FieldType.DATETIME)


def _rule(item: Entry, dates: list[str], registers: list[str]) -> ProspectivityRule:
    rule = ProspectivityRule(
        id=item.name,
        register=item.one_of("register", registers),
        treatments=item.words("treatments"),
        anchor=item.one_of("anchor", dates),
        max_lag_days=item.count("max_lag_days") if "max_lag_days" in item.content else DEFAULT_LAG_DAYS,
        must_precede=item.one_of("must_precede", dates) if "must_precede" in item.content else None,
        source=item.word("source"),
    )
    item.close()
    return rule
