"""What the registers ask for: fields and choice lists, of the release in force or a chosen one."""

from collections.abc import Iterable

from starlette.responses import Response

from artbox.box.edge.texts import mark
from artbox.box.web.visit import Visit
from artbox.catalogue import ChoiceList, Field, Level, Origin, Release

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
ORIGINS = {
    Origin.DELIVERED: mark("Erfassungsprogramm"),
    Origin.DERIVED: mark("von der ARTbox berechnet"),
    Origin.BOX: mark("von der ARTbox gesetzt"),
    Origin.DOCUMENT: mark("Kopf der Lieferung"),
}
MAXIMUM_SEARCH = 80


def overview(visit: Visit) -> Response:
    """Say which release is in force and lead to its parts."""
    return visit.page("info/overview.html", release=release_of(visit), releases=versions(visit))


def fields(visit: Visit) -> Response:
    """List the fields, those that match the search."""
    release, search = release_of(visit), searched(visit)
    register, shown = register_of(visit), shown_fields(visit)
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
        origins=ORIGINS,
        releases=versions(visit),
    )


def choice_lists(visit: Visit) -> Response:
    """List the choice lists with their codes."""
    release, search, shown = release_of(visit), searched(visit), shown_lists(visit)
    template = "info/choices_list.html" if partial(visit) else "info/choices.html"
    return visit.page(
        template,
        release=release,
        search=search,
        query=visit.request.url.query,
        lists=shown,
        releases=versions(visit),
    )


def shown_fields(visit: Visit) -> list[Field]:
    """Return the fields the visit asks for, by search and register."""
    release, search, register = release_of(visit), searched(visit), register_of(visit)
    return [
        field
        for field in release.fields.values()
        if matches(search, (field.name, field.label.de, field.label.en))
        and (register not in release.registers or register in field.registers)
    ]


def shown_lists(visit: Visit) -> list[ChoiceList]:
    """Return the choice lists the visit asks for."""
    search = searched(visit)
    return [listed for listed in release_of(visit).choice_lists.values() if matches(search, _words(listed))]


def release_of(visit: Visit) -> Release:
    """Return the release the visit asks for; without a known version, the one in force."""
    catalogue = visit.application.catalogue
    return catalogue.releases.get(visit.request.query_params.get("version", ""), catalogue.current)


def versions(visit: Visit) -> tuple[Release, ...]:
    """Return every release, the newest first."""
    return tuple(visit.application.catalogue.releases.values())[::-1]


def searched(visit: Visit) -> str:
    """Return the words searched for, cut to a bounded length."""
    return visit.request.query_params.get("suche", "").strip()[:MAXIMUM_SEARCH]


def register_of(visit: Visit) -> str:
    """Return the register the list is narrowed to; empty for all."""
    return visit.request.query_params.get("register", "")


def partial(visit: Visit) -> bool:
    """Say whether the script on the page asks for the list alone."""
    return visit.request.headers.get("hx-request") == "true"


def matches(search: str, words: Iterable[str]) -> bool:
    """Say whether any of the words holds what is searched for, whatever its case."""
    return search.casefold() in " ".join(words).casefold()


def _words(listed: ChoiceList) -> list[str]:
    choices = [word for choice in listed.choices for word in (choice.code, choice.label.de, choice.label.en)]
    return [listed.name, listed.label.de, listed.label.en, *choices]


def _by_section(release: Release, shown: list[Field]) -> list[tuple[str, list[Field]]]:
    """Return the shown fields under their sections, in the order of the definition."""
    sections = release.definition.sections
    named = {name: [field for field in shown if field.section == name] for name in sections}
    return [(name, members) for name, members in named.items() if members]
