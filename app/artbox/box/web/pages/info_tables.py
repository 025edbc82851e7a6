"""The information pages as tables to carry away: what the page shows, with the same search."""

from starlette.responses import Response

from artbox.box.edge.texts import mark
from artbox.box.web import tables
from artbox.box.web.pages import info
from artbox.box.web.pages.imports import SEVERITIES
from artbox.box.web.tables import Cell
from artbox.box.web.visit import Visit
from artbox.catalogue import Field

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
)
CHOICE_HEADER = (mark("Auswahlliste"), NAME, mark("Kürzel"), mark("Bedeutung"))
RULE_HEADER = (mark("Regel"), mark("Schwere"), mark("Bedeutung"), mark("Feld"), mark("Register"))
YES = mark("ja")
NO = mark("nein")
REJECTED = mark("abgelehnt")


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
    """Hand out the plausibility rules and the checks of every value."""
    language, known = visit.language, info.release_of(visit).fields
    rows: list[tuple[Cell, ...]] = [
        (
            rule.id,
            visit.text(SEVERITIES[rule.severity.value][0]),
            rule.message[language],
            known[rule.field].label[language] if rule.field in known else rule.field,
            ", ".join(rule.registers),
        )
        for rule in info.shown_rules(visit)
    ]
    rows += [
        (
            check.id,
            visit.text(REJECTED if check.rejects else SEVERITIES[check.severity.value][0]),
            info.in_general(check.message[language]),
            "",
            "",
        )
        for check in info.shown_checks(visit)
    ]
    return _table(visit, "plausibilitaeten", RULE_HEADER, rows)


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
    )


def _table(visit: Visit, name: str, header: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> Response:
    release = info.release_of(visit).version
    return tables.answer(f"{name}-{release}", visit.language, [visit.text(title) for title in header], rows)
