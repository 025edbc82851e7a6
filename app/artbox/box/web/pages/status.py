"""The status page: one light with a sentence, what needs somebody, and a card for each concern."""

from starlette.responses import Response

from artbox.box.domain.states import Light
from artbox.box.edge.texts import mark
from artbox.box.web.pages import status_texts
from artbox.box.web.visit import Visit

LIGHTS = {
    Light.GREEN: (mark("Alles in Ordnung"), mark("Sie müssen nichts tun."), "success"),
    Light.YELLOW: (
        mark("Bitte ansehen"),
        mark("Die ARTbox arbeitet. Etwas braucht Ihre Aufmerksamkeit."),
        "warning",
    ),
    Light.RED: (
        mark("Bitte handeln"),
        mark("Etwas funktioniert nicht. Unten steht, was zu tun ist."),
        "danger",
    ),
}


def show(visit: Visit) -> Response:
    """Show the state of the box as it is now."""
    snapshot = visit.application.status.snapshot()
    title, sentence, badge = LIGHTS[snapshot.light]
    return visit.page(
        "status.html",
        title=title,
        sentence=sentence,
        badge_kind=badge,
        taken_at=snapshot.taken_at,
        findings=[status_texts.finding(found, visit.language) for found in snapshot.findings],
        cards=[status_texts.card(card, visit.language) for card in snapshot.cards],
    )
