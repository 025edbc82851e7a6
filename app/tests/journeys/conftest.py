"""A running copy of the application, a browser, and a look at every page it opens."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from machines import places
from machines.application import commands
from tests.centre import Centre

CHROMIUM = "/usr/bin/chromium"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PICTURES = places.BUILD / "pictures"

Facts = dict[str, Any]


@pytest.fixture
def fresh() -> Iterator[Facts]:
    """The facts of a copy nobody has set up."""
    with commands.running() as (_, facts):
        yield facts


@pytest.fixture(scope="module")
def filled() -> Iterator[Facts]:
    """The facts of a copy that is set up, filled with synthetic records and has delivered them."""
    import subprocess

    with commands.running() as (_, facts):
        Centre.of(facts).set_up(facts["enrolment_code"])
        subprocess.run(facts["demo"], check=True, capture_output=True, timeout=120)
        yield facts


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window.

    No longer than one file: its driver keeps an event loop running in this thread.
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor who has accepted the box's own certificate; any request to elsewhere fails the test."""
    context = browser.new_context(ignore_https_errors=True, locale="de-DE", viewport=DESKTOP)
    strangers: list[str] = []
    context.on(
        "request",
        lambda request: None if "//localhost:" in request.url else strangers.append(request.url),
    )
    yield context
    context.close()
    assert strangers == [], "a page asked for something outside the box"


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    """The visitor's tab; an error in its console fails the test."""
    tab = visitor.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield tab
    assert errors == [], "the browser complained"


@pytest.fixture
def look(page: Page) -> Callable[[str], None]:
    """Look at the open page in both widths: nothing sticks out, axe finds nothing, a picture is kept."""

    def at(name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for width, size in (("phone", PHONE), ("desktop", DESKTOP)):
            page.set_viewport_size(size)
            _examine(page, PICTURES / f"{name}-{width}.png")

    return at


def _examine(page: Page, picture: Path) -> None:
    page.screenshot(path=picture, full_page=True)
    overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overhang <= 0, f"{picture.stem}: the page is {overhang} px wider than the window"
    found = Axe().run(page).response["violations"]
    assert found == [], f"{picture.stem}: " + "; ".join(
        f"{item['id']}: {item['nodes'][0]['html']}" for item in found
    )
