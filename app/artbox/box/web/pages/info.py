"""What the registers ask for, always as in force: fields, choice lists, plausibility rules."""

import re
from collections.abc import Iterable

from starlette.responses import Response

from artbox.box.edge.texts import mark
from artbox.box.web.pages.imports import SEVERITIES
from artbox.box.web.visit import Visit
from artbox.catalogue import Check, ChoiceList, Field, Level, Release, Rule

LEVELS = {Level.PATIENT: mark("Patientin"), Level.CYCLE: mark("Zyklus"), Level.CHILD: mark("Kind")}
TYPES = {
    "date": mark("Datum"),
    "datetime": mark("Zeitpunkt"),
    "integer": mark("ganze Zahl"),
    "decimal": mark("Dezimalzahl"),
    "boolean": mark("ja/nein"),
    "choice": mark("Auswahl"),
    "choices": mark("Mehrfachauswahl"),
    "integers": mark("Zahlenreihe"),
    "code": mark("Kürzel"),
}
MAXIMUM_SEARCH = 80


def overview(visit: Visit) -> Response:
    """Say which release is in force and lead to its parts."""
    return visit.page("info/overview.html", release=release_of(visit))


def fields(visit: Visit) -> Response:
    """List the fields, those that match the search."""
    release, search = release_of(visit), searched(visit)
    register, shown = _register(visit), shown_fields(visit)
    sections = _by_section(release, shown)
    template = "info/fields_list.html" if partial(visit) else "info/fields.html"
    return visit.page(
        template,
        release=release,
        search=search,
        query=visit.request.url.query,
        register=register,
        sections=sections,
        count=len(shown),
        levels=LEVELS,
        types=TYPES,
    )


def choice_lists(visit: Visit) -> Response:
    """List the choice lists with their codes."""
    release, search, shown = release_of(visit), searched(visit), shown_lists(visit)
    template = "info/choices_list.html" if partial(visit) else "info/choices.html"
    return visit.page(template, release=release, search=search, query=visit.request.url.query, lists=shown)


def rules(visit: Visit) -> Response:
    """List plausibility rules and the general checks, each with its stable id as anchor."""
    release, search = release_of(visit), searched(visit)
    found, checks = shown_rules(visit), shown_checks(visit)
    template = "info/rules_list.html" if partial(visit) else "info/rules.html"
    return visit.page(
        template,
        release=release,
        search=search,
        query=visit.request.url.query,
        rules=found,
        checks=checks,
        severities=SEVERITIES,
        in_general=in_general,
    )


def shown_fields(visit: Visit) -> list[Field]:
    """Return the fields the visit asks for, by search and register."""
    release, search, register = release_of(visit), searched(visit), _register(visit)
    return [
        field
        for field in release.fields.values()
        if _matches(search, (field.name, field.label.de, field.label.en))
        and (register not in release.registers or register in field.registers)
    ]


def shown_lists(visit: Visit) -> list[ChoiceList]:
    """Return the choice lists the visit asks for."""
    search = searched(visit)
    return [listed for listed in release_of(visit).choice_lists.values() if _matches(search, _words(listed))]


def shown_rules(visit: Visit) -> list[Rule]:
    """Return the rules between fields the visit asks for."""
    search = searched(visit)
    return [
        rule
        for rule in release_of(visit).rules.values()
        if _matches(search, (rule.id, rule.field, rule.message.de, rule.message.en))
    ]


def shown_checks(visit: Visit) -> list[Check]:
    """Return the checks of every value the visit asks for."""
    search = searched(visit)
    return [
        check
        for check in release_of(visit).checks.values()
        if _matches(search, (check.id, check.label.de, check.label.en, check.message.de, check.message.en))
    ]


def in_general(message: str) -> str:
    """Return a check's message without the places that name one field and its limits."""
    text = re.sub(r" \([^()]*\{[^()]*\)", "", message).removeprefix("{field}: ")
    return text[:1].upper() + text[1:]


def release_of(visit: Visit) -> Release:
    """Return the release in force."""
    return visit.application.catalogue.current


def searched(visit: Visit) -> str:
    """Return the words searched for, cut to a bounded length."""
    return visit.request.query_params.get("suche", "").strip()[:MAXIMUM_SEARCH]


def _register(visit: Visit) -> str:
    return visit.request.query_params.get("register", "")


def partial(visit: Visit) -> bool:
    """Say whether the script on the page asks for the list alone."""
    return visit.request.headers.get("hx-request") == "true"


def _matches(search: str, words: Iterable[str]) -> bool:
    return search.casefold() in " ".join(words).casefold()


def _words(listed: ChoiceList) -> list[str]:
    choices = [word for choice in listed.choices for word in (choice.code, choice.label.de, choice.label.en)]
    return [listed.name, listed.label.de, listed.label.en, *choices]


def _by_section(release: Release, shown: list[Field]) -> list[tuple[str, list[Field]]]:
    """Return the shown fields under their sections, in the order of the definition."""
    sections = release.definition.sections
    named = {name: [field for field in shown if field.section == name] for name in sections}
    return [(name, members) for name, members in named.items() if members]
