"""The first visit: from an unpacked box to the status page, and every mistake on the way."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.centre import ADMINISTRATOR, MASTER_PASSWORD, PASSWORD
from tests.journeys.conftest import Facts

pytestmark = pytest.mark.journey

Look = Callable[[str], None]


def test_a_centre_sets_its_box_up_locks_and_unlocks_it(page: Page, fresh: Facts, look: Look) -> None:
    page.goto(fresh["url"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Willkommen bei Ihrer ARTbox")
    expect(page.get_by_text(fresh["fingerprint"]).first).to_be_visible()
    look("einrichtung")

    page.get_by_role("link", name="Einrichtung beginnen").click()
    page.get_by_label("Zentrumsnummer").fill("101")
    page.get_by_label("Anmeldecode").fill("AAAA-BBBB-CCCC")
    page.get_by_role("button", name="Anmelden und weiter").click()
    expect(page.get_by_role("alert")).to_contain_text("Anmeldecode")
    expect(page.get_by_label("Zentrumsnummer")).to_have_value("101")
    look("einrichtung-falscher-code")

    page.get_by_label("Anmeldecode").fill(fresh["enrolment_code"])
    page.get_by_role("button", name="Anmelden und weiter").click()
    page.get_by_label("Benutzername").fill(ADMINISTRATOR)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_label("Passwort wiederholen").fill(PASSWORD + "!")
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Benutzername")).to_have_value(ADMINISTRATOR)
    look("einrichtung-administrator")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_label("Passwort wiederholen").fill(PASSWORD)
    page.get_by_role("button", name="Weiter").click()

    for first, second in (("zu kurz", "zu kurz"), (MASTER_PASSWORD, MASTER_PASSWORD + "x")):
        page.get_by_label("Masterpasswort", exact=True).fill(first)
        page.get_by_label("Masterpasswort wiederholen").fill(second)
        page.get_by_role("button", name="Einrichtung abschließen").click()
        expect(page.get_by_role("alert").first).to_be_visible()
        expect(page.get_by_text("Administrator", exact=True).first).to_be_visible()
    look("einrichtung-abschluss")
    page.get_by_label("Masterpasswort", exact=True).fill(MASTER_PASSWORD)
    page.get_by_label("Masterpasswort wiederholen").fill(MASTER_PASSWORD)
    page.get_by_role("button", name="Einrichtung abschließen").click()

    _sign_in(page, look)
    expect(page.get_by_text("Testbetrieb: ohne Laufwerksverschlüsselung").first).to_be_visible()
    look("status-leer")

    page.goto(fresh["url"] + "/sperren")
    look("sperren")
    page.get_by_role("button", name="Jetzt sperren").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Die ARTbox ist gesperrt")
    page.get_by_label("Masterpasswort").fill("das ist nicht das richtige")
    page.get_by_role("button", name="Entsperren").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("entsperren-falsch")
    page.wait_for_timeout(1500)
    page.get_by_label("Masterpasswort").fill(MASTER_PASSWORD)
    page.get_by_role("button", name="Entsperren").click()
    _sign_in(page, look)


def _sign_in(page: Page, look: Look) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")
    look("anmelden")
    page.get_by_label("Benutzername").fill(ADMINISTRATOR)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Status")
