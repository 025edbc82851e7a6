"""The page "Benutzer" and one's own account, as people use them."""

import re
from datetime import timedelta

import pytest

from artbox.box.domain.accounts import Role
from artbox.box.web.frame import SESSION_COOKIE
from tests.box.browsing import Browser, problem_of, value_of, words
from tests.box.people import OWN_PASSWORD, add_person, initial_password_on, signed_in
from tests.box.real_parts import ADMINISTRATOR, PASSWORD, Box

pytestmark = pytest.mark.slow

NEW = "sieben-Kraniche-unter-Wasser"


def own_id(box: Box) -> int:
    return next(one.id for one in box.application.people.all() if one.name == ADMINISTRATOR)


def test_a_new_person_gets_an_initial_password_and_chooses_their_own(
    administrator: Browser, box: Box
) -> None:
    made = administrator.post("/system/benutzer/neu", benutzername="Frau Beispiel", rolle="user")
    initial = initial_password_on(made.text)
    browser = signed_in(box, "Frau Beispiel", initial)
    for path in ("/status", "/exporte", "/konto", "/system"):
        assert browser.get(path).headers["location"] == "/konto/passwort", path
    assert "Bitte wählen Sie Ihr eigenes Passwort" in words(browser.get("/konto/passwort"))
    answer = browser.post(
        "/konto/passwort", **{"altes-passwort": initial, "passwort": NEW, "wiederholung": NEW}
    )
    assert answer.headers["location"] == "/konto?hinweis=passwort"
    assert "Ihr neues Passwort gilt" in words(browser.get("/konto?hinweis=passwort"))
    assert browser.get("/status").status_code == 200
    assert browser.get("/system/benutzer").status_code == 403
    assert "Frau Beispiel" in words(administrator.get("/system/benutzer"))


@pytest.mark.parametrize(
    ("name", "sentence"), [("x", "3 bis 64 Zeichen"), (ADMINISTRATOR.upper(), "gibt es schon")]
)
def test_a_name_that_will_not_do_is_said(administrator: Browser, name: str, sentence: str) -> None:
    answer = administrator.post("/system/benutzer/neu", benutzername=name, rolle="read-only")
    assert answer.status_code == 422
    assert sentence in problem_of(answer, "benutzername")
    assert value_of(answer, "benutzername") == name
    assert '<option value="read-only" selected>' in answer.text


def test_a_role_that_is_none_is_said(administrator: Browser) -> None:
    answer = administrator.post("/system/benutzer/neu", benutzername="Frau Beispiel", rolle="root")
    assert answer.status_code == 422
    assert "wählen Sie eine Rolle" in problem_of(answer, "rolle")


def test_another_role_holds_at_once(administrator: Browser, box: Box) -> None:
    account_id = add_person(box, "Frau Beispiel", Role.USER)
    browser = signed_in(box, "Frau Beispiel")
    answer = administrator.post(f"/system/benutzer/{account_id}/rolle", rolle="read-only")
    assert "Die Rolle ist geändert" in words(administrator.get(answer.headers["location"]))
    assert browser.get("/status").headers["location"] == "/anmelden"
    assert signed_in(box, "Frau Beispiel").get("/sperren").status_code == 403


def test_the_last_administrator_stays(administrator: Browser, box: Box) -> None:
    account_id = own_id(box)
    demoted = administrator.post(f"/system/benutzer/{account_id}/rolle", rolle="user")
    assert demoted.status_code == 409
    assert "niemanden mehr" in problem_of(demoted, "rolle")
    for action in ("sperren", "entfernen"):
        answer = administrator.post(f"/system/benutzer/{account_id}/{action}")
        assert answer.status_code == 409
        assert "niemanden mehr" in words(answer)
    assert administrator.get("/system/benutzer").status_code == 200


def test_one_of_two_administrators_may_go(administrator: Browser, box: Box) -> None:
    add_person(box, "Frau Beispiel", Role.ADMINISTRATOR)
    answer = administrator.post(f"/system/benutzer/{own_id(box)}/entfernen")
    assert answer.headers["location"] == "/anmelden?hinweis=geaendert"
    assert [one.name for one in box.application.people.all()] == ["Frau Beispiel"]


def test_a_locked_account_is_out_until_it_is_released(administrator: Browser, box: Box) -> None:
    account_id = add_person(box, "Frau Beispiel", Role.USER)
    browser = signed_in(box, "Frau Beispiel")
    administrator.post(f"/system/benutzer/{account_id}/sperren")
    assert browser.get("/status").headers["location"] == "/anmelden"
    refused = browser.post("/anmelden", benutzername="Frau Beispiel", passwort=OWN_PASSWORD)
    assert "Dieses Konto ist gesperrt" in words(refused)
    wrong = browser.post("/anmelden", benutzername="Frau Beispiel", passwort="geraten")
    assert "Benutzername oder Passwort ist nicht richtig" in words(wrong)
    assert "Gesperrt seit" in words(administrator.get(f"/system/benutzer/{account_id}"))
    administrator.post(f"/system/benutzer/{account_id}/freigeben")
    signed_in(box, "Frau Beispiel")


def test_a_forgotten_password_is_replaced_by_an_initial_one(administrator: Browser, box: Box) -> None:
    account_id = add_person(box, "Frau Beispiel", Role.USER)
    browser = signed_in(box, "Frau Beispiel")
    initial = initial_password_on(administrator.post(f"/system/benutzer/{account_id}/passwort").text)
    assert browser.get("/status").headers["location"] == "/anmelden"
    assert browser.post("/anmelden", benutzername="Frau Beispiel", passwort=OWN_PASSWORD).status_code == 422
    assert signed_in(box, "Frau Beispiel", initial).get("/status").headers["location"] == "/konto/passwort"


def test_a_removed_account_is_gone_and_named_in_the_log(administrator: Browser, box: Box) -> None:
    account_id = add_person(box, "Frau Beispiel", Role.USER)
    assert "bleibt im Protokoll" in words(administrator.get(f"/system/benutzer/{account_id}/entfernen"))
    answer = administrator.post(f"/system/benutzer/{account_id}/entfernen")
    assert answer.headers["location"] == "/system/benutzer?hinweis=entfernt"
    assert administrator.get(f"/system/benutzer/{account_id}").status_code == 404
    newest = box.application.audit.recent(1)[0]
    assert (newest.actor, newest.detail["account"]) == (ADMINISTRATOR, "Frau Beispiel")


@pytest.mark.parametrize(
    ("old", "new", "repeat", "field", "sentence"),
    [
        ("falsch", NEW, NEW, "altes-passwort", "nicht Ihr Passwort"),
        (PASSWORD, "zu kurz", "zu kurz", "passwort", "mindestens 12 Zeichen"),
        (PASSWORD, "Kinderwunsch2024", "Kinderwunsch2024", "passwort", "zu leicht zu erraten, weil"),
        (PASSWORD, "Passwort1234", "Passwort1234", "passwort", "häufigsten Passwörtern"),
        (PASSWORD, NEW, NEW + "x", "wiederholung", "stimmen nicht überein"),
    ],
)
def test_a_new_password_that_will_not_do_is_said(
    administrator: Browser, old: str, new: str, repeat: str, field: str, sentence: str
) -> None:
    form = {"altes-passwort": old, "passwort": new, "wiederholung": repeat}
    answer = administrator.post("/konto/passwort", **form)
    assert answer.status_code == 422
    assert sentence in problem_of(answer, field)
    assert new not in answer.text
    assert administrator.get("/status").status_code == 200


def test_a_new_password_ends_all_other_sessions(administrator: Browser, box: Box) -> None:
    other = signed_in(box, ADMINISTRATOR, PASSWORD)
    before = administrator.client.cookies[SESSION_COOKIE]
    form = {"altes-passwort": PASSWORD, "passwort": NEW, "wiederholung": NEW}
    assert administrator.post("/konto/passwort", **form).status_code == 303
    assert administrator.client.cookies[SESSION_COOKIE] != before
    assert administrator.get("/status").status_code == 200
    assert other.get("/status").headers["location"] == "/anmelden"


def test_one_sees_where_one_is_signed_in_and_ends_it_everywhere(administrator: Browser, box: Box) -> None:
    other = signed_in(box, ADMINISTRATOR, PASSWORD)
    add_person(box, "Frau Beispiel", Role.USER)
    somebody = signed_in(box, "Frau Beispiel")
    page = administrator.get("/konto")
    assert len(re.findall(r"<tr class=\"kern-table__row\">\s*<td", page.text)) == 2
    assert words(page).count("dieses Gerät") == 1
    answer = administrator.post("/konto/ueberall-abmelden")
    assert answer.headers["location"] == "/anmelden?hinweis=ueberall-abgemeldet"
    assert other.get("/status").headers["location"] == "/anmelden"
    assert somebody.get("/status").status_code == 200


def test_a_session_that_has_ended_is_not_listed(administrator: Browser, box: Box) -> None:
    box.clock.advance(timedelta(minutes=29))
    assert administrator.get("/status").status_code == 200
    signed_in(box, ADMINISTRATOR, PASSWORD)
    box.clock.advance(timedelta(minutes=29))
    administrator.get("/status")
    box.clock.advance(timedelta(minutes=2))
    page = administrator.get("/konto")
    assert len(re.findall(r"<tr class=\"kern-table__row\">\s*<td", page.text)) == 1
