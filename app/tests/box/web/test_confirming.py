"""The password asked for again, five minutes after the last time, before anything dangerous."""

import re
from datetime import timedelta

from artbox.box.domain.audit import AuditTag
from tests.box.browsing import Browser, problem_of, words
from tests.box.real_parts import ADMINISTRATOR, PASSWORD, Box

LATER = timedelta(minutes=5)
QUESTION = "Bitte geben Sie Ihr Passwort noch einmal ein"


def tags(box: Box, count: int) -> list[AuditTag]:
    return [row.tag for row in box.application.audit.recent(count)]


def test_lately_signed_in_is_fresh_enough(administrator: Browser, box: Box) -> None:
    box.clock.advance(LATER - timedelta(seconds=30))
    assert "Zugang für MedITEX ist angelegt" in words(
        administrator.post("/eingang/programme", produkt="MedITEX")
    )


def test_later_the_form_is_asked_for_again_and_keeps_what_was_typed(administrator: Browser, box: Box) -> None:
    box.clock.advance(LATER)
    asked = administrator.post("/eingang/programme", produkt='Med"ITEX')
    assert QUESTION in words(asked)
    assert box.application.tokens.all() == []
    assert 'action="/eingang/programme"' in asked.text
    assert 'name="produkt" value="Med&#34;ITEX"' in asked.text
    done = administrator.post("/eingang/programme", produkt='Med"ITEX', bestaetigung=PASSWORD)
    assert "ist angelegt" in words(done)
    assert PASSWORD not in done.text
    assert tags(box, 2) == [AuditTag.TOKEN_CREATED, AuditTag.PASSWORD_CONFIRMED]
    assert "ist angelegt" in words(administrator.post("/eingang/programme", produkt="Zweites"))


def test_a_wrong_password_does_nothing_and_is_said(administrator: Browser, box: Box) -> None:
    box.clock.advance(LATER)
    answer = administrator.post("/eingang/programme", produkt="MedITEX", bestaetigung="falsch")
    assert answer.status_code == 422
    assert "nicht Ihr Passwort" in problem_of(answer, "bestaetigung")
    assert 'name="produkt" value="MedITEX"' in answer.text
    assert box.application.tokens.all() == []
    assert tags(box, 1) == [AuditTag.PASSWORD_REFUSED]


def test_guessing_there_is_throttled_like_signing_in(administrator: Browser, box: Box) -> None:
    visitor = Browser.of(box.application)
    box.clock.advance(LATER)
    for _ in range(6):
        box.clock.advance(timedelta(seconds=10))
        administrator.post("/eingang/programme", produkt="MedITEX", bestaetigung="falsch")
    answer = administrator.post("/eingang/programme", produkt="MedITEX", bestaetigung=PASSWORD)
    assert answer.status_code == 429
    assert visitor.post("/anmelden", benutzername=ADMINISTRATOR, passwort=PASSWORD).status_code == 429


def test_before_a_page_the_question_leads_on_to_it(administrator: Browser, box: Box) -> None:
    box.clock.advance(LATER)
    asked = administrator.get("/konto/zwei-faktor")
    assert QUESTION in words(asked)
    target = re.search(r'name="weiter" value="([^"]+)"', asked.text)
    assert target
    answer = administrator.post("/bestaetigen", weiter=target[1], bestaetigung=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/konto/zwei-faktor")
    assert "Authenticator-App" in words(administrator.get("/konto/zwei-faktor"))


def test_the_question_leads_nowhere_else(administrator: Browser) -> None:
    for target in ("https://evil.example", "//evil.example", ""):
        answer = administrator.post("/bestaetigen", weiter=target, bestaetigung=PASSWORD)
        assert answer.headers["location"] == "/"
