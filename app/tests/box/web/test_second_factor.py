"""The second factor on the pages: turning it on, signing in with it, losing the device."""

import base64
import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from artbox.box.domain.accounts import Role
from artbox.box.domain.audit import AuditTag
from tests.box.browsing import Browser, problem_of, words
from tests.box.people import OWN_PASSWORD, add_person, signed_in
from tests.box.real_parts import ADMINISTRATOR, PASSWORD, Box

STEP = timedelta(seconds=30)


class Authenticator:
    """What somebody's telephone does with the address of a QR code."""

    def __init__(self, box: Box, uri: str) -> None:
        self.box = box
        secret = parse_qs(urlsplit(uri).query)["secret"][0]
        self.totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303

    def code(self) -> str:
        return self.totp.generate(int(self.box.clock().timestamp())).decode()


def turn_on(browser: Browser, box: Box) -> tuple[Authenticator, list[str]]:
    page = browser.get("/konto/zwei-faktor")
    uri = re.search(r'href="(otpauth:[^"]+)"', page.text)
    assert uri
    telephone = Authenticator(box, html.unescape(uri[1]))
    answer = browser.post("/konto/zwei-faktor", code=telephone.code())
    assert "Der zweite Faktor ist eingeschaltet" in words(answer)
    return telephone, re.findall(r"<li><code>([^<]+)</code></li>", answer.text)


def ticket_of(browser: Browser, name: str = ADMINISTRATOR, password: str = PASSWORD) -> str:
    answer = browser.post("/anmelden", benutzername=name, passwort=password)
    assert "set-cookie" not in answer.headers
    found = re.search(r'name="vorgang" value="([^"]+)"', answer.text)
    assert found
    return found[1]


def test_the_page_shows_the_key_as_picture_text_and_link(administrator: Browser) -> None:
    page = administrator.get("/konto/zwei-faktor")
    typed = re.search(r'id="schluessel">([^<]+)<', page.text)
    assert typed
    assert typed[1].replace(" ", "") in page.text.split("otpauth:")[1]
    picture = page.text.split("qr-frame")[1].split("</div>")[0]
    assert "<svg" in picture
    assert "style=" not in picture
    again = administrator.get("/konto/zwei-faktor")
    assert typed[1] in again.text


def test_a_wrong_code_turns_nothing_on(administrator: Browser, box: Box) -> None:
    for code in ("000000", "", "12345", "abcdef", "١٢٣٤٥٦"):
        answer = administrator.post("/konto/zwei-faktor", code=code)
        assert answer.status_code == 422
        assert "gilt nicht" in problem_of(answer, "code")
    assert Browser.of(box.application).sign_in()


def test_signing_in_then_takes_password_and_code(administrator: Browser, box: Box) -> None:
    telephone, codes = turn_on(administrator, box)
    assert len(codes) == len(set(codes)) == 10
    visitor = Browser.of(box.application)
    ticket = ticket_of(visitor)
    wrong = visitor.post("/anmelden/code", vorgang=ticket, code="000000")
    assert wrong.status_code == 422
    assert "gilt nicht" in problem_of(wrong, "code")
    assert visitor.get("/status").headers["location"] == "/anmelden"
    box.clock.advance(STEP)
    answer = visitor.post("/anmelden/code", vorgang=ticket, code=telephone.code())
    assert answer.headers["location"] == "/status"
    assert visitor.get("/status").status_code == 200


def test_a_code_counts_once(administrator: Browser, box: Box) -> None:
    telephone, _ = turn_on(administrator, box)
    visitor = Browser.of(box.application)
    used_at_turning_on = telephone.code()
    replayed = visitor.post("/anmelden/code", vorgang=ticket_of(visitor), code=used_at_turning_on)
    assert replayed.status_code == 422
    box.clock.advance(STEP)
    code = telephone.code()
    assert visitor.post("/anmelden/code", vorgang=ticket_of(visitor), code=code).status_code == 303
    assert visitor.post("/abmelden").status_code == 303
    assert visitor.post("/anmelden/code", vorgang=ticket_of(visitor), code=code).status_code == 422


def test_a_recovery_code_counts_once_however_it_is_typed(administrator: Browser, box: Box) -> None:
    _, codes = turn_on(administrator, box)
    visitor = Browser.of(box.application)
    typed = f" {codes[3].upper().replace('-', ' ')} "
    assert visitor.post("/anmelden/code", vorgang=ticket_of(visitor), code=typed).status_code == 303
    assert "noch 9 Ersatzcodes" in words(visitor.get("/konto"))
    visitor.post("/abmelden")
    assert visitor.post("/anmelden/code", vorgang=ticket_of(visitor), code=codes[3]).status_code == 422
    tags = [row.tag for row in box.application.audit.recent(20)]
    assert AuditTag.RECOVERY_CODE_USED in tags
    assert not any(code in repr(box.application.audit.recent(50)) for code in codes)


def test_guessing_codes_ends_the_sign_in_and_is_throttled(administrator: Browser, box: Box) -> None:
    telephone, _ = turn_on(administrator, box)
    visitor = Browser.of(box.application)
    ticket, answers = ticket_of(visitor), []
    for _ in range(6):
        box.clock.advance(timedelta(seconds=20))
        answers.append(visitor.post("/anmelden/code", vorgang=ticket, code="000000"))
    assert "zu lange gedauert" in words(answers[-1])
    for _ in range(4):
        visitor.post("/anmelden", benutzername=ADMINISTRATOR, passwort="falsch")
    assert visitor.post("/anmelden", benutzername=ADMINISTRATOR, passwort=PASSWORD).status_code == 429
    assert visitor.post("/anmelden/code", vorgang=ticket, code=telephone.code()).status_code == 422


def test_the_code_must_follow_the_password_soon(administrator: Browser, box: Box) -> None:
    telephone, _ = turn_on(administrator, box)
    visitor = Browser.of(box.application)
    ticket = ticket_of(visitor)
    box.clock.advance(timedelta(minutes=5))
    answer = visitor.post("/anmelden/code", vorgang=ticket, code=telephone.code())
    assert "zu lange gedauert" in words(answer)


@pytest.mark.parametrize("ticket", ["", "x", "\udcff"])
def test_without_the_password_no_code_helps(visitor: Browser, ticket: str) -> None:
    answer = visitor.post("/anmelden/code", vorgang=ticket.encode("utf-8", "replace").decode(), code="000000")
    assert "zu lange gedauert" in words(answer)


def test_its_owner_turns_it_off_again(administrator: Browser, box: Box) -> None:
    turn_on(administrator, box)
    assert administrator.get("/konto/zwei-faktor").headers["location"] == "/konto"
    assert "genügt Ihr Passwort" in words(administrator.get("/konto/zwei-faktor/ausschalten"))
    administrator.post("/konto/zwei-faktor/ausschalten")
    assert Browser.of(box.application).sign_in()


def test_an_administrator_turns_it_off_for_who_has_lost_the_device(administrator: Browser, box: Box) -> None:
    account_id = add_person(box, "Frau Beispiel", Role.USER)
    turn_on(signed_in(box, "Frau Beispiel"), box)
    assert "Zweiten Faktor ausschalten" in words(administrator.get(f"/system/benutzer/{account_id}"))
    administrator.post(f"/system/benutzer/{account_id}/zwei-faktor")
    signed_in(box, "Frau Beispiel", OWN_PASSWORD)


def test_a_new_initial_password_does_not_take_the_second_factor_off(administrator: Browser, box: Box) -> None:
    account_id = add_person(box, "Frau Beispiel", Role.USER)
    turn_on(signed_in(box, "Frau Beispiel"), box)
    initial = box.application.people.reset_password(account_id, actor=ADMINISTRATOR)
    ticket_of(Browser.of(box.application), "Frau Beispiel", initial)
