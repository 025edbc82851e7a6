"""The setup dialog: each mistake is said in German at its field, and nothing typed is lost but passwords."""

import pytest

from tests.box.browsing import Browser, problem_of, value_of, words
from tests.box.real_parts import ADMINISTRATOR, PASSWORD, Box


@pytest.fixture
def guest(fresh: Box) -> Browser:
    return Browser.of(fresh.application)


def enrol(guest: Browser, fresh: Box) -> None:
    code = fresh.server.code(fresh.centre_no)
    answer = guest.post("/einrichtung/zentrum", zentrumsnummer=str(fresh.centre_no), anmeldecode=code)
    assert (answer.status_code, answer.headers["location"]) == (303, "/einrichtung/administrator")


def test_the_start_says_what_is_needed(guest: Browser) -> None:
    page = words(guest.get("/einrichtung"))
    for expected in ("etwa zehn Minuten", "Ihre Zentrumsnummer", "den Anmeldecode", "Einrichtung beginnen"):
        assert expected in page


def test_the_start_shows_the_certificates_fingerprint(guest: Browser) -> None:
    assert guest.get("/einrichtung").text.count("Fingerabdruck") == 2


@pytest.mark.parametrize("number", ["", "abc", "0", "12345", "-5", "1.5"])
def test_a_wrong_centre_number_is_told(guest: Browser, number: str) -> None:
    answer = guest.post("/einrichtung/zentrum", zentrumsnummer=number, anmeldecode="ABCD-EFGH-JKLM")
    assert answer.status_code == 422
    assert "von 1 bis 9999" in problem_of(answer, "zentrumsnummer")
    assert (value_of(answer, "zentrumsnummer") or "") == number
    assert value_of(answer, "anmeldecode") == "ABCD-EFGH-JKLM"


def test_an_unknown_code_is_told(guest: Browser, fresh: Box) -> None:
    number = str(fresh.centre_no)
    answer = guest.post("/einrichtung/zentrum", zentrumsnummer=number, anmeldecode="ABCD-EFGH-JKLM")
    assert answer.status_code == 422
    assert "gibt es nicht" in problem_of(answer, "anmeldecode")
    assert value_of(answer, "zentrumsnummer") == number


def test_another_centres_code_is_told(guest: Browser, fresh: Box) -> None:
    code = fresh.server.code(fresh.centre_no + 1)
    answer = guest.post("/einrichtung/zentrum", zentrumsnummer=str(fresh.centre_no), anmeldecode=code)
    assert "andere" in problem_of(answer, "zentrumsnummer")


def test_what_was_typed_cannot_become_markup(guest: Browser) -> None:
    answer = guest.post("/einrichtung/zentrum", zentrumsnummer='"><b>', anmeldecode="<script>")
    assert "<b>" not in answer.text
    assert value_of(answer, "zentrumsnummer") == '"><b>'


def test_an_enrolled_box_asks_for_no_second_code(guest: Browser, fresh: Box) -> None:
    enrol(guest, fresh)
    page = guest.get("/einrichtung/zentrum")
    assert f"Zentrum {fresh.centre_no} ist angemeldet" in words(page)
    assert 'name="anmeldecode"' not in page.text


def test_a_short_password_is_told_and_the_name_kept(guest: Browser, fresh: Box) -> None:
    enrol(guest, fresh)
    answer = guest.post(
        "/einrichtung/administrator", benutzername=ADMINISTRATOR, passwort="zu-kurz", wiederholung="zu-kurz"
    )
    assert answer.status_code == 422
    assert "braucht mindestens" in problem_of(answer, "passwort")
    assert value_of(answer, "benutzername") == ADMINISTRATOR
    assert "zu-kurz" not in answer.text


def test_an_easy_password_is_told_with_the_reason(guest: Browser, fresh: Box) -> None:
    enrol(guest, fresh)
    easy = "Kinderwunsch2024"
    answer = guest.post(
        "/einrichtung/administrator", benutzername=ADMINISTRATOR, passwort=easy, wiederholung=easy
    )
    assert answer.status_code == 422
    assert "zu leicht zu erraten, weil" in problem_of(answer, "passwort")
    assert value_of(answer, "benutzername") == ADMINISTRATOR


def test_differing_passwords_are_told(guest: Browser, fresh: Box) -> None:
    enrol(guest, fresh)
    answer = guest.post(
        "/einrichtung/administrator",
        benutzername=ADMINISTRATOR,
        passwort=PASSWORD,
        wiederholung=PASSWORD + "!",
    )
    assert "stimmen nicht überein" in problem_of(answer, "wiederholung")


def test_the_last_step_leads_back_to_what_is_missing(guest: Browser, fresh: Box) -> None:
    assert guest.get("/einrichtung/abschluss").headers["location"] == "/einrichtung/zentrum"
    enrol(guest, fresh)
    assert guest.get("/einrichtung/abschluss").headers["location"] == "/einrichtung/administrator"


def test_the_last_step_shows_everything_and_what_a_loss_means(guest: Browser, fresh: Box) -> None:
    enrol(guest, fresh)
    guest.post(
        "/einrichtung/administrator", benutzername=ADMINISTRATOR, passwort=PASSWORD, wiederholung=PASSWORD
    )
    page = guest.get("/einrichtung/abschluss")
    for expected in (str(fresh.centre_no), ADMINISTRATOR, "Wer es verliert, verliert die Daten"):
        assert expected in words(page)
    assert 'action="/schluessel/einrichten"' in page.text
    assert PASSWORD not in page.text
