"""Proofs: what the ledger holds, its last time stamp, and both for an auditor to take away."""

from starlette.responses import Response, StreamingResponse

from artbox.box.edge.sentences import sentence
from artbox.box.errors import TimestampFailed
from artbox.box.services.ledger_files import archive
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import Visit


def show(visit: Visit) -> Response:
    """Show the state of the ledger."""
    return _page(visit, None, 200)


def stamp(visit: Visit) -> Response:
    """Have the end of the ledger stamped now."""
    try:
        visit.application.ledger.stamp()
    except TimestampFailed as error:
        return _page(visit, sentence(error, visit.language), 502)
    return see_other("/exporte/nachweise?hinweis=zeitstempel")


def download(visit: Visit) -> Response:
    """Hand out ledger and time stamps; nothing of a patient is in them."""
    visit.application.ledger.update()
    content = archive(visit.application.ledger.export())
    headers = {"Content-Disposition": 'attachment; filename="artbox-nachweise.zip"'}
    return StreamingResponse(content, media_type="application/zip", headers=headers)


def _page(visit: Visit, failure: str | None, status_code: int) -> Response:
    ledger = visit.application.ledger
    return visit.page(
        "exports/ledger.html",
        status_code,
        head=ledger.head(),
        last=ledger.last_timestamp(),
        is_stamped=ledger.is_stamped,
        overdue=ledger.is_overdue(),
        failure=failure,
        just_stamped=visit.request.query_params.get("hinweis") == "zeitstempel",
    )
