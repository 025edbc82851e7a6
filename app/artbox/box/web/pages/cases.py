"""The work lists beside the findings: overdue outcomes, receipts that become late, moved anchor dates.

They name cycles by the centre's own references and nothing else of a patient.
"""

from starlette.responses import Response

from artbox.box.domain.cases import LateReceipt, MovedAnchor, OverdueOutcome, Span
from artbox.box.edge.texts import mark
from artbox.box.services.cases import Counts
from artbox.box.web import tables
from artbox.box.web.tables import Cell
from artbox.box.web.visit import Visit
from artbox.catalogue import Field, Text

SPANS = {
    "morgen": (Span.TOMORROW, mark("bis morgen")),
    "offen": (Span.STILL_IN_TIME, mark("alle, die noch rechtzeitig sein können")),
    "vorbei": (Span.PAST, mark("Frist vorbei")),
}
RESULTS = {
    "prospective": mark("prospektiv"),
    "retrospective": mark("retrospektiv"),
    "not_assessable": mark("nicht beurteilbar"),
}
TURNED_AWAY = mark("beim Import abgelehnt")
NOT_PROVEN = mark("eingegangen, als die Uhr der ARTbox nicht synchronisiert war")
PATIENT, CYCLE = mark("Patientin"), mark("Zyklus")
OVERDUE_HEADER = (
    PATIENT,
    CYCLE,
    mark("Was fehlt"),
    mark("Feld"),
    mark("Überfällig seit"),
    mark("Tage"),
    mark("Regel"),
)
LATE_HEADER = (PATIENT, CYCLE, mark("Programm"), mark("Letzter Tag"), mark("Grund"), mark("Abgelehnt am"))
MOVED_HEADER = (
    PATIENT,
    CYCLE,
    mark("Register"),
    mark("Datum"),
    mark("bei der Einstufung"),
    mark("jetzt"),
    mark("Einstufung"),
)
LONGEST_RULE = 8


def overdue(visit: Visit) -> Response:
    """List the cycles whose outcome is overdue."""
    rule = _rule(visit)
    return visit.page(
        "cases/overdue.html",
        found=visit.application.cases.overdue(rule, _number(visit)),
        counts=counts(visit),
        rule=rule,
        rules=visit.application.cases.overdue_rules(),
        query=visit.request.url.query,
        message=lambda name: message(visit, name),
        label=lambda name: label(visit, name),
        today=visit.application.cases.today,
    )


def overdue_table(visit: Visit) -> Response:
    """Hand out the overdue outcomes."""
    rows = visit.application.cases.overdue(_rule(visit), None).rows
    return _table(visit, "ueberfaellig", OVERDUE_HEADER, [_overdue(visit, row) for row in rows])


def late(visit: Visit) -> Response:
    """List the cycles whose receipt becomes late."""
    span = _span(visit)
    return visit.page(
        "cases/late.html",
        found=visit.application.cases.late(SPANS[span][0], _number(visit)),
        counts=counts(visit),
        span=span,
        spans=SPANS,
        query=visit.request.url.query,
        today=visit.application.cases.today,
        reasons=(TURNED_AWAY, NOT_PROVEN),
    )


def late_table(visit: Visit) -> Response:
    """Hand out the receipts that become late."""
    rows = visit.application.cases.late(SPANS[_span(visit)][0], None).rows
    return _table(visit, "verspaetet", LATE_HEADER, [_late(visit, row) for row in rows])


def moved(visit: Visit) -> Response:
    """List the cycles whose anchor date was moved after the assessment."""
    return visit.page(
        "cases/moved.html",
        found=visit.application.cases.moved(_number(visit)),
        counts=counts(visit),
        query=visit.request.url.query,
        anchor=lambda row: anchor(visit, row),
        results=RESULTS,
    )


def moved_table(visit: Visit) -> Response:
    """Hand out the moved anchor dates."""
    rows = visit.application.cases.moved(None).rows
    return _table(visit, "verschoben", MOVED_HEADER, [_moved(visit, row) for row in rows])


def counts(visit: Visit) -> Counts:
    """Return how many there are in each work list."""
    return visit.application.cases.counts(visit.application.corrections.count())


def message(visit: Visit, rule: str) -> str:
    """Say what a rule objects to."""
    known = visit.application.catalogue.current.rules.get(rule)
    return known.message[visit.language] if known else rule


def label(visit: Visit, rule: str) -> str:
    """Name the field a rule asks for."""
    release = visit.application.catalogue.current
    known = release.rules.get(rule)
    return release.fields[known.field].label[visit.language] if known else ""


def anchor(visit: Visit, row: MovedAnchor) -> str:
    """Name the date a cycle was assessed by."""
    release = visit.application.catalogue.releases.get(row.release)
    rule = release.prospectivity.get(row.rule) if release and row.rule else None
    named: Field | None = release.fields[rule.anchor] if release and rule else None
    title: Text | None = named.label if named else None
    return title[visit.language] if title else ""


def _overdue(visit: Visit, row: OverdueOutcome) -> tuple[Cell, ...]:
    days = (visit.application.cases.today - row.due_on).days
    asked = message(visit, row.rule), label(visit, row.rule)
    return row.patient_ref, row.cycle_ref, *asked, row.due_on, days, row.rule


def _late(visit: Visit, row: LateReceipt) -> tuple[Cell, ...]:
    reason = visit.text(TURNED_AWAY if row.rejected_at else NOT_PROVEN)
    return row.patient_ref, row.cycle_ref, row.program, row.last_day, reason, row.rejected_at


def _moved(visit: Visit, row: MovedAnchor) -> tuple[Cell, ...]:
    result = visit.text(RESULTS[row.result])
    days = anchor(visit, row), row.anchor_on, row.moved_to
    return row.patient_ref, row.cycle_ref, row.register, *days, result


def _table(visit: Visit, name: str, header: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> Response:
    return tables.answer(name, visit.language, [visit.text(title) for title in header], rows)


def _rule(visit: Visit) -> str | None:
    return visit.request.query_params.get("regel", "").strip()[:LONGEST_RULE] or None


def _span(visit: Visit) -> str:
    wanted = visit.request.query_params.get("frist", "")
    return wanted if wanted in SPANS else "morgen"


def _number(visit: Visit) -> int:
    value = visit.request.query_params.get("seite", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 6 else 1
