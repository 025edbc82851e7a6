"""Open findings as a work list, one finding in words, and confirming it with a reason."""

from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import Response

from artbox.box.domain.worklist import SEVERITIES as KNOWN_SEVERITIES
from artbox.box.domain.worklist import Order, Wanted
from artbox.box.edge.texts import mark
from artbox.box.errors import FindingUnknown, ReasonMissing
from artbox.box.services.corrections import Correction
from artbox.box.services.intake import REASON_MAXIMUM
from artbox.box.web import tables
from artbox.box.web.forms import NO_PROBLEMS, Problems
from artbox.box.web.pages.imports import SEVERITIES
from artbox.box.web.pages.info import partial
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import Visit

ORDERS = {
    "dringend": (Order.URGENT, mark("was zuerst korrigieren")),
    "neu": (Order.NEWEST, mark("neueste zuerst")),
    "alt": (Order.OLDEST, mark("älteste zuerst")),
}
CONFIRMED = "bestaetigt"
BY_NEW_RULES = "neu"
AGES = {
    "7": mark("länger als eine Woche"),
    "30": mark("länger als einen Monat"),
    "90": mark("länger als drei Monate"),
}
FILTERS = ("zustand", "schwere", "regel", "abschnitt", "alter", "reihenfolge")
MAXIMUM_FILTER = 64
HEADER = (
    mark("Patientin"),
    mark("Zyklus"),
    mark("Kind"),
    mark("Regel"),
    mark("Schwere"),
    mark("Befund"),
    mark("Feld"),
    mark("Offen seit"),
    mark("Tage"),
    mark("Zurückgehalten für"),
    mark("Bestätigt am"),
    mark("Bestätigt von"),
    mark("Begründung"),
    mark("Neu durch Regelversion"),
)


def worklist(visit: Visit) -> Response:
    """List the findings asked for, a page at a time."""
    wanted, chosen = _wanted(visit), _chosen(visit)
    found = visit.application.corrections.page(wanted, _page_number(visit))
    template = "corrections/list.html" if partial(visit) else "corrections/worklist.html"
    return visit.page(
        template,
        found=found,
        wanted=wanted,
        chosen=chosen,
        narrowed=any(chosen[name] for name in FILTERS if name != "reihenfolge"),
        query=urlencode({name: value for name, value in chosen.items() if value}),
        rules=visit.application.corrections.rules(confirmed=wanted.confirmed),
        sections=visit.application.catalogue.current.sections,
        severities=SEVERITIES,
        orders=ORDERS,
        ages=AGES,
        recheck=visit.application.rechecking.latest(),
        counts=visit.application.cases.counts(visit.application.corrections.count()),
        just_confirmed=visit.request.query_params.get("hinweis") == CONFIRMED,
    )


def table(visit: Visit) -> Response:
    """Hand out the whole list asked for."""
    rows = [_row(visit, correction) for correction in visit.application.corrections.all(_wanted(visit))]
    return tables.answer("befunde", visit.language, [visit.text(title) for title in HEADER], rows)


def show(visit: Visit) -> Response:
    """Say one finding in words, with the form that confirms it where that is possible."""
    return _finding_page(visit, NO_PROBLEMS, 200)


def confirm(visit: Visit) -> Response:
    """Confirm a soft finding; from then on it no longer holds the record back."""
    intake, reason = visit.application.intake, visit.form.get("begruendung", "")
    try:
        intake.confirm(_finding_id(visit), actor=visit.person.name, reason=reason)
    except ReasonMissing as error:
        problems = Problems.from_error(error, {error.code: "begruendung"}, visit.language)
        return _finding_page(visit, problems, 422)
    except FindingUnknown as error:
        return _finding_page(visit, Problems.from_error(error, {}, visit.language), 409)
    return see_other(f"/eingang/befunde?hinweis={CONFIRMED}")


def _finding_page(visit: Visit, problems: Problems, status_code: int) -> Response:
    return visit.page(
        "corrections/finding.html",
        status_code,
        correction=visit.application.corrections.one(_finding_id(visit)),
        severities=SEVERITIES,
        reason=visit.form.get("begruendung", ""),
        longest=REASON_MAXIMUM,
        problems=problems,
    )


def _finding_id(visit: Visit) -> int:
    return int(visit.request.path_params["finding_id"])


def _chosen(visit: Visit) -> dict[str, str]:
    return {name: visit.request.query_params.get(name, "").strip()[:MAXIMUM_FILTER] for name in FILTERS}


def _wanted(visit: Visit) -> Wanted:
    """Return what the filters ask for; an unknown severity, section or order is no filter."""
    chosen = _chosen(visit)
    order, _ = ORDERS.get(chosen["reihenfolge"], ORDERS["dringend"])
    return Wanted(
        severity=chosen["schwere"] if chosen["schwere"] in KNOWN_SEVERITIES else None,
        rule=chosen["regel"] or None,
        fields=_fields(visit, chosen["abschnitt"]),
        confirmed=chosen["zustand"] == CONFIRMED,
        by_new_rules=chosen["zustand"] == BY_NEW_RULES,
        open_before=_open_before(visit, chosen["alter"]),
        order=order,
    )


def _open_before(visit: Visit, age: str) -> datetime | None:
    return visit.application.corrections.moment_before(int(age)) if age in AGES else None


def _fields(visit: Visit, section: str) -> tuple[str, ...] | None:
    if section not in visit.application.catalogue.current.sections:
        return None
    releases = visit.application.catalogue.releases.values()
    return tuple(
        {field.name for release in releases for field in release.fields.values() if field.section == section}
    )


def _page_number(visit: Visit) -> int:
    value = visit.request.query_params.get("seite", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 6 else 1


def _row(visit: Visit, correction: Correction) -> tuple[tables.Cell, ...]:
    row = correction.row
    return (
        row.patient_ref,
        row.cycle_ref,
        row.child_no,
        row.rule,
        visit.text(SEVERITIES[row.severity][0]),
        correction.message[visit.language],
        correction.label[visit.language] if correction.label else row.field,
        row.open_since,
        correction.days,
        ", ".join(row.registers),
        row.confirmed_at,
        row.confirmed_by,
        row.reason,
        row.release if row.by_new_rules else None,
    )
