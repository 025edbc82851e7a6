"""Whether a cycle was known to a register before its result: the rules as data, and their pure evaluation.

The first assessment of a cycle is final; keeping it, and the evidence for it, is the store's matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from artbox.catalogue.definition_files import Entry, entries
from artbox.catalogue.model import ChoiceList, Field, FieldType, Level, ProspectivityRule, Register
from artbox.catalogue.values import Value, read

TREATMENT = "treatment_type"
FLAG_FIELD = "prospective_flag"
"""The field that carries the result to a register."""
LAG_FIELD = "first_recorded_lag_days"
"""The field that carries the days from the start of the cycle to its first receipt."""
DEFAULT_LAG_DAYS = 8


class Prospectivity(StrEnum):
    """The result, in the codes of FLAG_FIELD."""

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
    """The result with its reason, the rule that decided, its anchor date, and the days from it on."""

    result: Prospectivity
    reason: Reason
    rule: str | None = None
    lag_days: int | None = None
    anchor_on: date | None = None


def assess(
    rules: Iterable[ProspectivityRule],
    fields: Mapping[str, Field],
    register: str,
    revisions: Sequence[Mapping[str, object]],
    recorded_on: date | None,
) -> Assessment:
    """Judge one cycle, its `revisions` the newest first, for one register; pure.

    `recorded_on` is the local day proven by the time-stamped evidence of the first record; None without any.
    Of the anchor dates in the revisions the earliest counts, so that none wins by moving it. A record before
    the anchor date counts as in time. On the day of the date it must precede, a record is not before it.
    """
    cycle = revisions[0]
    rule = _applicable(rules, register, cycle)
    if rule is None:
        return Assessment(Prospectivity.NOT_ASSESSABLE, Reason.NO_RULE)
    stated = (day_of(fields, revision, rule.anchor) for revision in revisions)
    anchor = min((day for day in stated if day is not None), default=None)
    if anchor is None:
        return Assessment(Prospectivity.NOT_ASSESSABLE, Reason.NO_ANCHOR, rule.id)
    if recorded_on is None:
        return Assessment(Prospectivity.NOT_ASSESSABLE, Reason.NO_EVIDENCE, rule.id, anchor_on=anchor)
    lag = (recorded_on - anchor).days
    result = day_of(fields, cycle, rule.must_precede) if rule.must_precede else None
    if result is not None and recorded_on >= result:
        return Assessment(Prospectivity.RETROSPECTIVE, Reason.AFTER_RESULT, rule.id, lag, anchor)
    if lag > rule.max_lag_days:
        return Assessment(Prospectivity.RETROSPECTIVE, Reason.TOO_LATE, rule.id, lag, anchor)
    return Assessment(Prospectivity.PROSPECTIVE, Reason.IN_TIME, rule.id, lag, anchor)


def last_day(
    rules: Iterable[ProspectivityRule], fields: Mapping[str, Field], cycle: Mapping[str, object]
) -> date | None:
    """Return the last day on which a first receipt is in time for every register with a rule; else None."""
    days: list[date] = []
    for rule in rules:
        anchor = day_of(fields, cycle, rule.anchor)
        if cycle.get(TREATMENT) not in rule.treatments or anchor is None:
            continue
        days.append(anchor + timedelta(days=rule.max_lag_days))
        result = day_of(fields, cycle, rule.must_precede) if rule.must_precede else None
        if result is not None:
            days.append(result - timedelta(days=1))
    return min(days, default=None)


def _applicable(
    rules: Iterable[ProspectivityRule], register: str, cycle: Mapping[str, object]
) -> ProspectivityRule | None:
    treatment = cycle.get(TREATMENT)
    return next((rule for rule in rules if rule.register == register and treatment in rule.treatments), None)


def day_of(fields: Mapping[str, Field], cycle: Mapping[str, object], name: str) -> date | None:
    """Return the day a field of a raw cycle names; None when it is missing, unknown or unusable."""
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
