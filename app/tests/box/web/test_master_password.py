"""The pages that need the master password while the box is open: changing it, and "Passwort vergessen"."""

from datetime import timedelta

import pytest

from artbox.box.adapters.control_client import ControlClient
from artbox.box.domain.accounts import Role
from artbox.box.domain.audit import AuditTag
from artbox.box.domain.states import BoxState
from artbox.box.unlock import UnlockApp, guarded
from artbox.box.web.frame import SESSION_COOKIE
from tests.box.browsing import Browser, problem_of, value_of, words
from tests.box.people import browser_of, signed_in
from tests.box.real_parts import ADMINISTRATOR, MASTER_PASSWORD, PASSWORD, Box

NEW = "Fagott Schlittschuh Pfeffer Oktober"
OWN = "acht-blaue-Enten-im-Nebel"
CHANGE, RECOVER = "/schluessel/wechseln", "/schluessel/verwaltung"


@pytest.fixture
def process(box: Box, control: ControlClient) -> Browser:
    """A browser before the unlocking process of an open box."""
    return Browser(guarded(UnlockApp(box.settings, control, lambda: None)))


def with_session_of(process: Browser, browser: Browser) -> Browser:
    process.client.cookies.set(SESSION_COOKIE, browser.client.cookies[SESSION_COOKIE])
    return process


def change_form(**changed: str) -> dict[str, str]:
    return {"altes-masterpasswort": MASTER_PASSWORD, "masterpasswort": NEW, "wiederholung": NEW, **changed}


def recovery_form(**changed: str) -> dict[str, str]:
    return {
        "masterpasswort": MASTER_PASSWORD,
        "benutzername": ADMINISTRATOR,
        "passwort": OWN,
        "wiederholung": OWN,
        **changed,
    }


def test_an_administrator_changes_it(process: Browser, administrator: Browser, box: Box) -> None:
    assert "Wer es verliert, verliert die Daten" in words(administrator.get("/system/masterpasswort"))
    answer = with_session_of(process, administrator).post(CHANGE, **change_form())
    assert (answer.status_code, answer.headers["location"]) == (303, "/system/masterpasswort/geaendert")
    assert "Sicherungen, die vor heute" in words(administrator.get("/system/masterpasswort/geaendert"))
    rows = box.application.audit.recent(2)
    assert [row.tag for row in rows] == [AuditTag.MASTER_CHANGED, AuditTag.MASTER_CHANGE_BEGUN]
    assert {row.actor for row in rows} == {ADMINISTRATOR}
    box.application.lifecycle.lock()
    opened = process.post("/schluessel/entsperren", masterpasswort=NEW)
    assert opened.headers["location"] == "/anmelden?hinweis=entsperrt"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"altes-masterpasswort": "falsch"}, "altes-masterpasswort", "nicht richtig"),
        ({"masterpasswort": "kurz", "wiederholung": "kurz"}, "masterpasswort", "mindestens 15 Zeichen"),
        ({"wiederholung": "anders"}, "wiederholung", "stimmen nicht überein"),
        (
            {"masterpasswort": "Schneewittchen 2", "wiederholung": "Schneewittchen 2"},
            "masterpasswort",
            "zu leicht zu erraten, weil",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    process: Browser, administrator: Browser, changed: dict[str, str], field: str, sentence: str
) -> None:
    answer = with_session_of(process, administrator).post(CHANGE, **change_form(**changed))
    assert answer.status_code == 422
    assert sentence in problem_of(answer, field)
    assert "Das Masterpasswort ist noch das bisherige" in words(answer)
    assert NEW not in answer.text
    assert ADMINISTRATOR in words(answer)


def test_nobody_else_changes_it(process: Browser, box: Box) -> None:
    before = box.settings.keyring_path.read_bytes()
    assert process.post(CHANGE, **change_form()).headers["location"] == "/anmelden"
    user = with_session_of(process, browser_of(box, Role.USER))
    assert user.post(CHANGE, **change_form()).headers["location"] == "/system"
    administrator = signed_in(box, ADMINISTRATOR, PASSWORD)
    box.clock.advance(timedelta(minutes=6))
    stale = with_session_of(process, administrator).post(CHANGE, **change_form())
    assert stale.headers["location"] == "/system/masterpasswort"
    assert "Bitte geben Sie Ihr Passwort noch einmal ein" in words(
        administrator.get("/system/masterpasswort")
    )
    assert box.settings.keyring_path.read_bytes() == before
    assert not box.settings.throttle_path.exists()


def test_while_the_box_is_locked_the_way_is_unlocking(process: Browser, box: Box) -> None:
    box.application.lifecycle.lock()
    assert process.post(CHANGE, **change_form()).headers["location"] == "/"
    assert process.post(RECOVER, **recovery_form()).headers["location"] == "/"
    assert box.application.lifecycle.state is BoxState.LOCKED


def test_a_forgotten_password_is_replaced_by_means_of_the_master_password(
    process: Browser, visitor: Browser, box: Box
) -> None:
    assert 'href="/anmelden/vergessen"' in visitor.get("/anmelden").text
    assert f'action="{RECOVER}"' in visitor.get("/anmelden/vergessen").text
    answer = process.post(RECOVER, **recovery_form())
    assert answer.headers["location"] == "/anmelden?hinweis=wiederhergestellt"
    assert "Das neue Passwort gilt" in words(visitor.get(answer.headers["location"]))
    signed_in(box, ADMINISTRATOR, OWN)
    assert visitor.post("/anmelden", benutzername=ADMINISTRATOR, passwort=PASSWORD).status_code == 422


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"masterpasswort": "falsch"}, "masterpasswort", "nicht richtig"),
        ({"benutzername": "Niemand"}, "benutzername", f"Es gibt: {ADMINISTRATOR}."),
        ({"passwort": "kurz", "wiederholung": "kurz"}, "passwort", "mindestens 12 Zeichen"),
        ({"wiederholung": "anders"}, "wiederholung", "stimmen nicht überein"),
    ],
)
def test_a_recovery_that_will_not_do_is_said(
    process: Browser, changed: dict[str, str], field: str, sentence: str
) -> None:
    form = recovery_form(**changed)
    answer = process.post(RECOVER, **form)
    assert answer.status_code == 422
    assert sentence in problem_of(answer, field)
    assert value_of(answer, "benutzername") == form["benutzername"]
    assert MASTER_PASSWORD not in answer.text


def test_names_are_told_only_to_who_knows_the_master_password(process: Browser) -> None:
    answer = process.post(RECOVER, **recovery_form(masterpasswort="falsch", benutzername="Niemand"))
    assert ADMINISTRATOR not in answer.text


def test_wrong_master_passwords_are_logged_and_throttled_like_unlocking(process: Browser, box: Box) -> None:
    process.post(RECOVER, **recovery_form(masterpasswort="falsch"))
    assert box.application.audit.recent(1)[0].tag is AuditTag.MASTER_REFUSED
    answer = process.post(RECOVER, **recovery_form())
    assert answer.status_code == 429
    assert "Bitte warten Sie" in words(answer)
