"""An administrator's accounts: a colleague's first day, the second factor, the log, the master password."""

import base64
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, expect

from tests.centre import ADMINISTRATOR, MASTER_PASSWORD, PASSWORD, Centre
from tests.journeys.conftest import Facts

pytestmark = pytest.mark.journey

Look = Callable[[str], None]
COLLEAGUE, OWN = "Frau Beispiel", "sieben-Kraniche-unter-Wasser"
NEW_MASTER_PASSWORD = "Fagott Schlittschuh Pfeffer Oktober"
STEP_SECONDS = 30


def test_a_colleague_gets_an_account_and_the_box_another_master_password(
    page: Page, fresh: Facts, look: Look
) -> None:
    Centre.of(fresh).set_up(fresh["enrolment_code"])
    page.goto(fresh["url"])
    sign_in(page, ADMINISTRATOR, PASSWORD)
    initial = add_colleague(page, fresh, look)
    page.goto(fresh["url"] + "/system/masterpasswort")
    look("masterpasswort")
    change_master_password(page, look)
    page.goto(fresh["url"] + "/system/protokoll")
    expect(page.get_by_text("Das Protokoll ist unverändert")).to_be_visible()
    look("protokoll")
    sign_out(page)

    sign_in(page, COLLEAGUE, initial)
    expect(page.get_by_role("heading", level=1)).to_have_text("Passwort ändern")
    choose_password(page, initial, look)
    totp, step = turn_second_factor_on(page, look)
    sign_out(page)

    sign_in(page, COLLEAGUE, OWN)
    look("anmelden-code")
    while int(time.time()) // STEP_SECONDS == step:
        page.wait_for_timeout(500)
    page.get_by_label("Code").fill(totp.generate(int(time.time())).decode())
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Status")
    page.goto(fresh["url"] + "/system")
    expect(page.get_by_role("link", name="Benutzer")).to_have_count(0)
    sign_out(page)

    recover(page, look)
    sign_in(page, ADMINISTRATOR, OWN)
    page.goto(fresh["url"] + "/sperren")
    page.get_by_role("button", name="Jetzt sperren").click()
    expect(page.get_by_text("Jemand hat „Jetzt sperren“ gewählt.")).to_be_visible()
    look("entsperren")


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Benutzername").fill(name)
    page.get_by_label("Passwort").fill(password)
    page.get_by_role("button", name="Anmelden").click()


def sign_out(page: Page) -> None:
    page.locator("details.account summary").click()
    page.get_by_role("button", name="Abmelden").first.click()
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()


def add_colleague(page: Page, facts: Facts, look: Look) -> str:
    page.get_by_role("link", name="System").first.click()
    look("system")
    page.get_by_role("link", name="Benutzer").click()
    page.get_by_role("link", name="Konto anlegen").click()
    page.get_by_label("Benutzername").fill("x")
    page.get_by_role("button", name="Konto anlegen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("benutzer-neu")
    page.get_by_label("Benutzername").fill(COLLEAGUE)
    page.get_by_role("button", name="Konto anlegen").click()
    initial = page.locator("#anfangspasswort").inner_text()
    look("benutzer-anfangspasswort")
    page.get_by_role("link", name="Zu den Benutzern").click()
    look("benutzer")
    page.get_by_role("link", name=COLLEAGUE).click()
    look("benutzer-konto")
    page.get_by_role("link", name="Konto entfernen").click()
    look("benutzer-entfernen")
    page.goto(facts["url"] + "/konto")
    look("konto")
    ask_again(page)
    look("bestaetigen")
    return initial


def ask_again(page: Page) -> None:
    """Open the question for the password, as it comes five minutes after the last time."""
    page.evaluate(
        "() => { const form = document.createElement('form'); form.method = 'post';"
        " form.action = '/bestaetigen'; document.body.append(form); form.submit(); }"
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("noch einmal")


def change_master_password(page: Page, look: Look) -> None:
    for new in ("Kinderwunschzentrum", NEW_MASTER_PASSWORD):
        page.get_by_label("Bisheriges Masterpasswort").fill(MASTER_PASSWORD)
        page.get_by_label("Neues Masterpasswort", exact=True).fill(new)
        page.get_by_label("Neues Masterpasswort wiederholen").fill(new)
        page.get_by_role("button", name="Masterpasswort ändern").click()
        if new != NEW_MASTER_PASSWORD:
            expect(page.get_by_role("alert")).to_contain_text("zu leicht zu erraten, weil")
            look("masterpasswort-zu-leicht")
    expect(page.get_by_role("heading", level=1)).to_have_text("Masterpasswort geändert")
    look("masterpasswort-geaendert")


def choose_password(page: Page, initial: str, look: Look) -> None:
    for new in ("Lieblingsgericht", OWN):
        page.get_by_label("Bisheriges Passwort").fill(initial)
        page.get_by_label("Neues Passwort", exact=True).fill(new)
        page.get_by_label("Neues Passwort wiederholen").fill(new)
        page.get_by_role("button", name="Passwort ändern").click()
        if new != OWN:
            look("passwort-zu-leicht")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mein Konto")


def turn_second_factor_on(page: Page, look: Look) -> tuple[TOTP, int]:
    page.get_by_role("link", name="Einschalten").click()
    look("zwei-faktor")
    uri = page.get_by_role("link", name="Verweis für die App").get_attribute("href") or ""
    totp = TOTP(base64.b32decode(parse_qs(urlsplit(uri).query)["secret"][0]), 6, SHA1(), STEP_SECONDS)  # noqa: S303
    now = int(time.time())
    page.get_by_label("Code, den die App jetzt zeigt").fill(totp.generate(now).decode())
    page.get_by_role("button", name="Einschalten").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Ersatzcodes")
    look("zwei-faktor-ersatzcodes")
    page.get_by_role("link", name="Ich habe die Codes notiert").click()
    return totp, now // STEP_SECONDS


def recover(page: Page, look: Look) -> None:
    page.get_by_role("link", name="Passwort vergessen?").click()
    for name in ("Niemand", ADMINISTRATOR):
        page.get_by_label("Masterpasswort").fill(NEW_MASTER_PASSWORD)
        page.get_by_label("Benutzername des Administratorkontos").fill(name)
        page.get_by_label("Neues Passwort", exact=True).fill(OWN)
        page.get_by_label("Neues Passwort wiederholen").fill(OWN)
        page.get_by_role("button", name="Neues Passwort festlegen").click()
        if name == "Niemand":
            expect(page.get_by_role("alert")).to_contain_text(ADMINISTRATOR)
            look("passwort-vergessen")
    expect(page.get_by_text("Das neue Passwort gilt.")).to_be_visible()
