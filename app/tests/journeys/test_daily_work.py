"""A set-up box with data: every page, in both widths and languages, by mouse and by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.centre import ADMINISTRATOR, PASSWORD
from tests.journeys.conftest import Facts

pytestmark = pytest.mark.journey

Look = Callable[[str], None]
PAGES = {
    "status": "/status",
    "eingang": "/eingang",
    "eingang-programme": "/eingang/programme",
    "eingang-befunde": "/eingang/befunde",
    "eingang-befund": "/eingang/befunde/1",
    "eingang-ueberfaellig": "/eingang/ueberfaellig",
    "eingang-verspaetet": "/eingang/verspaetet?frist=offen",
    "eingang-verschoben": "/eingang/verschoben",
    "exporte": "/exporte",
    "info": "/info",
    "info-felder": "/info/felder",
    "info-auswahllisten": "/info/auswahllisten",
    "info-plausibilitaeten": "/info/plausibilitaeten",
    "nicht-gefunden": "/gibt-es-nicht",
}


@pytest.fixture
def signed_in(page: Page, filled: Facts) -> Page:
    page.goto(filled["url"])
    page.get_by_label("Benutzername").fill(ADMINISTRATOR)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_label("Passwort").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Status")
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_with_data_is_whole_in_both_widths(
    signed_in: Page, filled: Facts, look: Look, name: str
) -> None:
    signed_in.goto(filled["url"] + PAGES[name])
    expect(signed_in.get_by_role("heading", level=1)).to_be_visible()
    look(name)


def test_an_import_is_followed_from_list_to_report(signed_in: Page, filled: Facts, look: Look) -> None:
    signed_in.goto(filled["url"] + "/eingang")
    signed_in.locator("tbody a").first.click()
    expect(signed_in.get_by_role("heading", level=1)).to_be_visible()
    look("eingang-bericht")


def test_a_package_shows_its_receipt_in_words(signed_in: Page, filled: Facts, look: Look) -> None:
    signed_in.goto(filled["url"] + "/exporte")
    signed_in.locator("tbody a").first.click()
    expect(signed_in.get_by_text("Der Server des Registers bestätigt").first).to_be_visible()
    look("exporte-paket")


def test_nothing_waits_after_everything_was_delivered(signed_in: Page, filled: Facts) -> None:
    signed_in.goto(filled["url"] + "/exporte")
    signed_in.get_by_role("button", name="Jetzt exportieren").click()
    expect(signed_in.get_by_text("Es gab nichts zu exportieren.")).to_be_visible()


def test_the_pages_speak_english_on_request(signed_in: Page, filled: Facts) -> None:
    signed_in.goto(filled["url"] + "/exporte")
    signed_in.get_by_role("button", name="English").first.click()
    expect(signed_in.locator("html")).to_have_attribute("lang", "en")
    expect(signed_in.get_by_role("button", name="Export now")).to_be_visible()


def test_the_first_tab_stop_jumps_to_the_content(signed_in: Page, filled: Facts) -> None:
    signed_in.goto(filled["url"] + "/status")
    signed_in.keyboard.press("Tab")
    expect(signed_in.locator(":focus")).to_have_text("Zum Inhalt springen")


def test_pages_work_without_scripts(visitor: BrowserContext, filled: Facts) -> None:
    plain = visitor.browser.new_context(  # type: ignore[union-attr]
        ignore_https_errors=True, java_script_enabled=False, locale="de-DE"
    )
    tab = plain.new_page()
    tab.goto(filled["url"])
    tab.get_by_label("Benutzername").fill(ADMINISTRATOR)
    tab.get_by_label("Passwort").fill(PASSWORD)
    tab.get_by_role("button", name="Anmelden").click()
    tab.goto(filled["url"] + "/info/felder?q=punktion")
    assert tab.locator("html").get_attribute("lang") == "de"
    expect(tab.get_by_role("heading", level=1)).to_be_visible()
    plain.close()
