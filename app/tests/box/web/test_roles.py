"""Every route with every role, by real sessions: what a role may not do is refused and changes nothing."""

import re

import pytest

from artbox.box.domain.accounts import Role
from artbox.box.web.routes import PAGES, Page
from tests.box.browsing import Browser
from tests.box.people import browser_of
from tests.box.real_parts import Box

pytestmark = pytest.mark.slow

ORDER = [Role.READ_ONLY, Role.USER, Role.ADMINISTRATOR]
ENDING = {"/abmelden", "/konto/ueberall-abmelden"}
PROTECTED = [page for page in PAGES if page.role is not None and page.path not in ENDING]


def address(page: Page) -> str:
    """Fill the parts of a path that name something."""
    return re.sub(r"\{\w+(:int)?\}", "1", page.path)


def may(role: Role, page: Page) -> bool:
    return ORDER.index(role) >= ORDER.index(page.role or Role.READ_ONLY)


@pytest.mark.parametrize("role", ORDER)
def test_a_role_reads_what_it_may_and_nothing_else(box: Box, role: Role) -> None:
    browser = browser_of(box, role)
    for page in PROTECTED:
        if page.method == "GET":
            answer = browser.get(address(page))
            assert answer.status_code in ((200, 303, 404) if may(role, page) else (403,)), page.path


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.USER])
def test_a_role_changes_nothing_it_may_not(box: Box, role: Role) -> None:
    browser = browser_of(box, role)
    refused = [page for page in PROTECTED if page.method == "POST" and not may(role, page)]
    before = box.query("SELECT count(*) FROM audit")
    for page in refused:
        assert browser.post(address(page)).status_code == 403, page.path
    assert len(refused) >= 8
    assert box.query("SELECT count(*) FROM audit") == before


def test_without_a_session_nothing_is_changed(box: Box) -> None:
    browser, before = Browser.of(box.application), box.query("SELECT count(*) FROM audit")
    for page in PROTECTED:
        if page.method == "POST":
            answer = browser.post(address(page))
            assert (answer.status_code, answer.headers["location"]) == (303, "/anmelden"), page.path
    assert box.query("SELECT count(*) FROM audit") == before


def test_a_session_opens_no_part_of_the_import_interface(box: Box) -> None:
    browser = browser_of(box, Role.ADMINISTRATOR)
    for path in ("/api/v1/catalogue", "/api/v1/schema", "/api/v1/imports/1"):
        assert browser.get(path).status_code == 401


def test_a_dangerous_action_on_a_form_asks_again_and_goes_on(box: Box) -> None:
    """Whatever asks again is a page, or a form that can be sent once more with the password beside it."""
    assert {page.method for page in PAGES if page.fresh} == {"GET", "POST"}
    assert all(page.role is not None for page in PAGES if page.fresh)
