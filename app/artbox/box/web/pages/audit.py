"""The page "Protokoll": who did what and when, filtered, as a table, and whether the chain holds."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from artbox.box.domain.accounts import Role
from artbox.box.domain.audit import AuditQuery, AuditRow, AuditTag
from artbox.box.edge.texts import mark
from artbox.box.web import tables
from artbox.box.web.formats import ZONE
from artbox.box.web.pages.audit_texts import ACTORS, DETAILS, EVENTS
from artbox.box.web.pages.people import ROLES
from artbox.box.web.visit import Visit

FILTERS = ("von", "bis", "ereignis", "person")
MAXIMUM_FILTER = 80
HEADER = (
    mark("Nummer"),
    mark("Zeit (UTC)"),
    mark("Ereignis"),
    mark("Kennung"),
    mark("Wer"),
    mark("Einzelheiten"),
    mark("Prüfsumme (SHA-256)"),
)


def show(visit: Visit) -> Response:
    """Show a page of the log and the result of the last check of its chain."""
    chosen = _chosen(visit)
    found = visit.application.audit.page(_query(chosen), _page_number(visit))
    return visit.page(
        "system/audit.html",
        found=found,
        chosen=chosen,
        narrowed=any(chosen.values()),
        query=urlencode({name: value for name, value in chosen.items() if value}),
        check=visit.application.audit.checked(again=visit.request.query_params.get("pruefen") == "1"),
        actors=visit.application.audit.actors(),
        events=sorted(EVENTS.items(), key=lambda item: visit.text(item[1])),
        event_of=EVENTS,
        actor_names=ACTORS,
        details=lambda row: _details(visit, row),
    )


def table(visit: Visit) -> Response:
    """Hand out the entries asked for, with the hashes that chain them."""
    rows = [_row(visit, row) for row in visit.application.audit.all(_query(_chosen(visit)))]
    return tables.answer("protokoll", visit.language, [visit.text(title) for title in HEADER], rows)


def _row(visit: Visit, row: AuditRow) -> tuple[tables.Cell, ...]:
    return (
        row.sequence,
        row.at.isoformat(),
        visit.text(EVENTS[row.tag]),
        row.tag.value,
        _actor(visit, row.actor),
        _details(visit, row),
        row.hash,
    )


def _actor(visit: Visit, actor: str) -> str:
    return visit.text(ACTORS[actor]) if actor in ACTORS else actor


def _details(visit: Visit, row: AuditRow) -> str:
    parts = []
    for name, value in row.detail.items():
        if value is not None:
            label = visit.text(DETAILS[name]) if name in DETAILS else name
            parts.append(f"{label}: {_value(visit, name, value)}")
    return ", ".join(parts)


def _value(visit: Visit, name: str, value: str | int) -> str:
    return visit.text(ROLES[Role(value)][0]) if name == "role" and value in list(Role) else str(value)


def _chosen(visit: Visit) -> dict[str, str]:
    return {name: visit.request.query_params.get(name, "").strip()[:MAXIMUM_FILTER] for name in FILTERS}


def _query(chosen: dict[str, str]) -> AuditQuery:
    """Return what the filters ask for; a day or event that is none is no filter."""
    since, until = _day(chosen["von"]), _day(chosen["bis"])
    return AuditQuery(
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        tag=AuditTag(chosen["ereignis"]) if chosen["ereignis"] in list(AuditTag) else None,
        actor=chosen["person"] or None,
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= date(2999, 12, 31) else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _page_number(visit: Visit) -> int:
    value = visit.request.query_params.get("seite", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 6 else 1
