"""Why the box is locked, in a sentence for who stands before the page."""

from collections.abc import Mapping

from artbox.box.domain.endings import LockReason
from artbox.box.edge.texts import mark

REASONS: Mapping[LockReason, str] = {
    LockReason.BY_HAND: mark("Jemand hat „Jetzt sperren“ gewählt."),
    LockReason.POWER_CUT: mark(
        "Die ARTbox ging aus, ohne dass sie heruntergefahren wurde, wahrscheinlich durch einen Stromausfall. "
        "Nach dem Stromausfall ist sie verschlüsselt; was gespeichert war, ist noch da."
    ),
    LockReason.RESTARTED: mark("Die ARTbox wurde neu gestartet."),
    LockReason.UPDATED: mark("Die ARTbox wurde aktualisiert und dafür neu gestartet."),
    LockReason.STOPPED: mark(
        "Die ARTbox wurde kurz angehalten, zum Beispiel für eine geänderte Einstellung."
    ),
    LockReason.CRASHED: mark(
        "Die ARTbox ist unerwartet stehen geblieben und hat sich neu gestartet; was gespeichert war, ist "
        "noch da. Geschieht das öfter, rufen Sie bitte die Betreuung an."
    ),
    LockReason.UNKNOWN: mark("Nach jedem Neustart, Stromausfall oder einer Aktualisierung ist sie gesperrt."),
}


def reason_text(code: str | None) -> str:
    """Return the sentence for a reason; the general one for what is none."""
    known = LockReason(code) if code in list(LockReason) else LockReason.UNKNOWN
    return REASONS[known]
