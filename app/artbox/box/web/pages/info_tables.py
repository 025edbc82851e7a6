"""The information pages as tables to carry away: what the page shows, with the same search."""

from starlette.responses import Response

from artbox.box.edge.texts import mark
from artbox.box.web import tables
from artbox.box.web.pages import info, info_rules
from artbox.box.web.pages.imports import SEVERITIES
from artbox.box.web.tables import Cell
from artbox.box.web.visit import Visit
from artbox.catalogue import Assurance, Check, Field, ProspectivityRule, Rule

NAME = mark("Name")
SECTION = mark("Abschnitt")
FIELD_HEADER = (
    mark("Feld"),
    NAME,
    SECTION,
    mark("Ebene"),
    mark("Art"),
    mark("Einheit"),
    mark("Auswahlliste"),
    mark("Pflichtfeld"),
    mark("kleinster möglicher Wert"),
    mark("größter möglicher Wert"),
    mark("kleinster üblicher Wert"),
    mark("größter üblicher Wert"),
    mark("Register"),
    mark("Herkunft"),
    mark("Quelle"),
)
CHOICE_HEADER = (mark("Auswahlliste"), NAME, mark("Kürzel"), mark("Bedeutung"))
RULE_HEADER = (
    mark("Regel"),
    mark("Art"),
    mark("Schwere"),
    mark("Bedeutung"),
    mark("Bedingung"),
    mark("Feld"),
    mark("Register"),
    mark("Quelle"),
    mark("seit Katalog"),
)
CONDITION = mark("Regel zwischen Feldern")
BEYOND = mark("Regel über den Satz hinaus")
CHECK = mark("Prüfung jedes Werts")
PROSPECTIVITY = mark("Prospektivität")
YES = mark("ja")
NO = mark("nein")


def fields(visit: Visit) -> Response:
    """Hand out the field list."""
    return _table(
        visit, "feldliste", FIELD_HEADER, [_field(visit, field) for field in info.shown_fields(visit)]
    )


def choice_lists(visit: Visit) -> Response:
    """Hand out the choice lists, a row for each code."""
    language = visit.language
    rows: list[tuple[Cell, ...]] = [
        (listed.label[language], listed.name, choice.code, choice.label[language])
        for listed in info.shown_lists(visit)
        for choice in listed.choices
    ]
    return _table(visit, "auswahllisten", CHOICE_HEADER, rows)


def rules(visit: Visit) -> Response:
    """Hand out conditions, assurances, checks and rules of prospectivity, a row for each."""
    rows = [
        *(_condition(visit, rule) for rule in info_rules.shown_rules(visit)),
        *(_assurance(visit, assurance) for assurance in info_rules.shown_assurances(visit)),
        *(_check(visit, check) for check in info_rules.shown_checks(visit)),
        *(_prospectivity(visit, rule) for rule in info_rules.shown_prospectivity(visit)),
    ]
    since = visit.application.catalogue.since
    return _table(visit, "plausibilitaeten", RULE_HEADER, [(*row, since(str(row[0]))) for row in rows])


def _condition(visit: Visit, rule: Rule) -> tuple[Cell, ...]:
    known, language = info.release_of(visit).fields, visit.language
    return (
        rule.id,
        visit.text(CONDITION),
        visit.text(SEVERITIES[rule.severity.value][0]),
        rule.message[language],
        f"{rule.when} => {rule.require}" if rule.when else rule.require,
        known[rule.field].label[language] if rule.field in known else rule.field,
        ", ".join(rule.registers),
        rule.source,
    )


def _assurance(visit: Visit, assurance: Assurance) -> tuple[Cell, ...]:
    return (
        assurance.id,
        visit.text(BEYOND),
        visit.text(SEVERITIES[assurance.severity.value][0]),
        assurance.message[visit.language],
        info_rules.assured(visit, assurance),
        "",
        "",
        assurance.source,
    )


def _check(visit: Visit, check: Check) -> tuple[Cell, ...]:
    severity = info_rules.REJECTED if check.rejects else SEVERITIES[check.severity.value][0]
    return (
        check.id,
        visit.text(CHECK),
        visit.text(severity),
        info_rules.in_general(check.message[visit.language]),
        check.label[visit.language],
        "",
        "",
        check.source,
    )


def _prospectivity(visit: Visit, rule: ProspectivityRule) -> tuple[Cell, ...]:
    return (
        rule.id,
        visit.text(PROSPECTIVITY),
        "",
        info_rules.demand(visit, rule),
        info_rules.treatments(visit, rule),
        info.release_of(visit).fields[rule.anchor].label[visit.language],
        rule.register,
        rule.source,
    )


def _field(visit: Visit, field: Field) -> tuple[Cell, ...]:
    language, release = visit.language, info.release_of(visit)
    limits = [
        getattr(bounds, end, None) for bounds in (field.hard, field.soft) for end in ("minimum", "maximum")
    ]
    return (
        field.label[language],
        field.name,
        release.sections[field.section].label[language],
        visit.text(info.LEVELS[field.level]),
        visit.text(info.TYPES[field.type]),
        field.unit[language] if field.unit else "",
        release.choice_lists[field.choices].label[language] if field.choices else "",
        visit.text(YES if field.mandatory else NO),
        *limits,
        ", ".join(field.registers),
        visit.text(info.ORIGINS[field.origin]),
        field.source,
    )


def _table(visit: Visit, name: str, header: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> Response:
    release = info.release_of(visit).version
    return tables.answer(f"{name}-{release}", visit.language, [visit.text(title) for title in header], rows)
