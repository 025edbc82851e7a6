"""What belongs to the box itself, each on its own page."""

from dataclasses import dataclass

from starlette.responses import Response

from artbox.box.domain.accounts import Role
from artbox.box.edge.texts import mark
from artbox.box.web.forms import NO_PROBLEMS
from artbox.box.web.visit import Visit


@dataclass(frozen=True)
class Entry:
    """A page of the system, for those who may see it."""

    path: str
    title: str
    sentence: str
    role: Role


ENTRIES = (
    Entry(
        "/system/benutzer",
        mark("Benutzer"),
        mark("Wer sich anmelden kann und was jede Person darf."),
        Role.ADMINISTRATOR,
    ),
    Entry(
        "/system/protokoll",
        mark("Protokoll"),
        mark("Wer was wann getan hat, unveränderlich und zum Herunterladen."),
        Role.ADMINISTRATOR,
    ),
    Entry(
        "/system/masterpasswort",
        mark("Masterpasswort"),
        mark("Das Masterpasswort ändern, zum Beispiel wenn es jemand kennt, der es nicht mehr kennen soll."),
        Role.ADMINISTRATOR,
    ),
    Entry(
        "/konto",
        mark("Mein Konto"),
        mark("Ihr Passwort, Ihr zweiter Faktor und die Geräte, auf denen Sie angemeldet sind."),
        Role.READ_ONLY,
    ),
    Entry(
        "/sperren",
        mark("Jetzt sperren"),
        mark("Schließt alle Daten ab, bis jemand das Masterpasswort eingibt."),
        Role.USER,
    ),
)


def overview(visit: Visit) -> Response:
    """List the pages this person may see."""
    entries = [entry for entry in ENTRIES if visit.frame.may(entry.role)]
    return visit.page("system/overview.html", entries=entries)


def master_password(visit: Visit) -> Response:
    """Ask for the old and a new master password; that form goes to the unlocking process."""
    return visit.page("system/master_password.html", problems=NO_PROBLEMS)


def master_changed(visit: Visit) -> Response:
    """Say what the new master password opens, and what the old one still opens."""
    return visit.page("system/master_changed.html")
