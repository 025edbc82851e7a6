"""How the status page says findings and facts: codes to words, values to the reader's formats."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from artbox.box.domain.states import Card, Light, StatusFinding
from artbox.box.edge.sentences import sentence_for
from artbox.box.edge.texts import mark, translate
from artbox.box.web import formats

BADGES = {Light.GREEN: "success", Light.YELLOW: "warning", Light.RED: "danger"}
OPEN_PAGE = mark("Ansehen")
# Sentences for a count of one; for days left also what is past.
ONE: Mapping[str, str] = {
    "records-held": mark("Ein Datensatz für {register} wird wegen offener Befunde zurückgehalten."),
    "imports-rejected": mark("Ein Datensatz wurde beim Import abgelehnt."),
    "certificate-expiring": mark("Die Anmeldung beim Register läuft morgen ab."),
}
EXPIRED = mark("Die Anmeldung beim Register ist abgelaufen.")
TODAY = mark("Die Anmeldung beim Register läuft heute ab.")
FINDINGS: Mapping[str, tuple[str, str]] = {
    "vault-plain": (
        mark("Testbetrieb: ohne Laufwerksverschlüsselung. Bitte keine echten Daten übermitteln."),
        OPEN_PAGE,
    ),
    "certificate-expiring": (mark("Die Anmeldung beim Register läuft in {days} Tagen ab."), OPEN_PAGE),
    "not-enrolled": (mark("Die ARTbox ist noch nicht beim Register angemeldet."), OPEN_PAGE),
    "recipient-missing": (mark("Für das Register {register} fehlt der Schlüssel des Empfängers."), OPEN_PAGE),
    "delivery-failed": (mark("Der letzte Export an {register} ist nicht gelungen."), mark("Zu den Exporten")),
    "records-held": (
        mark("{count} Datensätze für {register} werden wegen offener Befunde zurückgehalten."),
        mark("Befunde ansehen"),
    ),
    "disk-low": (mark("Der Speicherplatz wird knapp: noch {free_bytes} frei."), OPEN_PAGE),
    "imports-rejected": (mark("{count} Datensätze wurden beim Import abgelehnt."), mark("Zum Eingang")),
    "import-aborted": (mark("Der letzte Import wurde abgebrochen."), mark("Zum Eingang")),
    "no-token": (mark("Noch kein Erfassungsprogramm hat Zugang zur ARTbox."), mark("Zugang anlegen")),
}
CARDS: Mapping[str, tuple[str, str | None]] = {
    "database": (mark("Datenbank"), None),
    "intake": (mark("Eingang"), "/eingang"),
    "exports": (mark("Exporte"), "/exporte"),
    "certificate": (mark("Anmeldung beim Register"), None),
    "server": (mark("Verbindung zum Register"), None),
    "disk": (mark("Speicher"), None),
}
FACTS: Mapping[str, str] = {
    "size_bytes": mark("Größe"),
    "patients": mark("Patientinnen"),
    "cycles": mark("Zyklen"),
    "vault": mark("Verschlüsselung"),
    "last_at": mark("Zuletzt"),
    "product": mark("Programm"),
    "imports": mark("Importe"),
    "rejected": mark("Abgelehnt"),
    "centre_no": mark("Zentrumsnummer"),
    "box_id": mark("Kennung der ARTbox"),
    "expires": mark("Gültig bis"),
    "host": mark("Server"),
    "result": mark("Ergebnis"),
    "free_bytes": mark("Frei"),
    "total_bytes": mark("Gesamt"),
}
VALUES: Mapping[str, str] = {
    "vault=plain": mark("Testbetrieb: ohne Laufwerksverschlüsselung"),
    "vault=luks": mark("Laufwerk und Datenbank (AES-256)"),
    "result=ok": mark("erreichbar"),
}
WAITING = mark("{waiting} wartend")
HELD = mark("{held} zurückgehalten")
LAST = mark("zuletzt {last_at}")
NEVER = mark("noch nie")
UNKNOWN_FINDING = mark("Die ARTbox meldet: {code}")


@dataclass(frozen=True)
class FindingText:
    """A finding as it is shown."""

    sentence: str
    badge: str
    remedy_path: str | None
    remedy: str


@dataclass(frozen=True)
class CardText:
    """A card as it is shown: rows of name and value."""

    title: str
    badge: str
    path: str | None
    rows: tuple[tuple[str, str], ...]


def finding(found: StatusFinding, language: str) -> FindingText:
    """Say one finding; an unknown code is shown as it is rather than lost."""
    text, remedy = FINDINGS.get(found.code, (UNKNOWN_FINDING, OPEN_PAGE))
    count = found.fields.get("count", found.fields.get("days"))
    if count == 1:
        text = ONE.get(found.code, text)
    elif found.code == "certificate-expiring" and isinstance(count, int) and count < 1:
        text = EXPIRED if count < 0 else TODAY
    fields = {name: value(name, item, language) for name, item in found.fields.items()}
    said = translate(text, language, **{"code": found.code, **fields})
    return FindingText(said, BADGES[found.light], found.remedy_path, translate(remedy, language))


def card(shown: Card, language: str) -> CardText:
    """Say one card."""
    title, path = CARDS.get(shown.code, (shown.code, None))
    registers = shown.facts.get("registers")
    rows = (
        _register_rows(registers, language)
        if isinstance(registers, list | tuple)
        else _rows(shown.facts, language)
    )
    return CardText(translate(title, language), BADGES[shown.light], path, rows)


def value(name: str, item: object, language: str) -> str:
    """Return one value in the reader's formats; `…_bytes` are sizes, nothing is said as a dash."""
    if item is None:
        return translate(NEVER, language) if name.endswith("_at") else "–"
    known = VALUES.get(f"{name}={item}")
    if known:
        return translate(known, language)
    if name in NAMED:
        return NAMED[name](item, language)
    return next((say(item, language) for kind, say in SAYINGS if isinstance(item, kind)), str(item))


def _failure(item: object, language: str) -> str:
    return sentence_for("delivery-failed", language, reason=item)


def _plain(item: object, _language: str) -> str:
    return str(item)


NAMED: Mapping[str, Callable[..., str]] = {
    "expires": formats.day,
    "size_bytes": formats.size,
    "free_bytes": formats.size,
    "total_bytes": formats.size,
    "result": _failure,
}
SAYINGS: tuple[tuple[type, Callable[..., str]], ...] = (
    (datetime, formats.moment),
    (date, formats.day),
    (bool, _plain),
    (int, formats.number),
)


def _rows(facts: Mapping[str, object], language: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (translate(FACTS[name], language), value(name, item, language))
        for name, item in facts.items()
        if name in FACTS
    )


def _register_rows(
    registers: list[Mapping[str, object]] | tuple[Mapping[str, object], ...], language: str
) -> tuple[tuple[str, str], ...]:
    rows = []
    for register in registers:
        held = register.get("held")
        parts = [translate(WAITING, language, waiting=value("waiting", register.get("waiting", 0), language))]
        if held:
            parts.append(translate(HELD, language, held=value("held", held, language)))
        parts.append(translate(LAST, language, last_at=value("last_at", register.get("last_at"), language)))
        rows.append((str(register["register"]), " · ".join(parts)))
    return tuple(rows)
