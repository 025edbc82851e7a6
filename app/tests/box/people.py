"""People of a centre for the tests: accounts of every role that have chosen their own password."""

import re

from artbox.box.domain.accounts import Role
from artbox.box.domain.passwords import NewPassword
from tests.box.browsing import Browser
from tests.box.real_parts import ADMINISTRATOR, PASSWORD, Box

OWN_PASSWORD = "drei-leise-Fagotte-im-Regal"
ADDRESS = "10.0.0.7"


def add_person(box: Box, name: str, role: Role) -> int:
    """Make an account that is past its first sign-in; its password is OWN_PASSWORD."""
    application = box.application
    account_id, initial = application.people.create(name, role, actor=ADMINISTRATOR)
    session_id = application.accounts.authenticate(name, initial, ADDRESS)
    application.accounts.change_password(
        session_id, initial, NewPassword(OWN_PASSWORD, OWN_PASSWORD), ADDRESS, words=()
    )
    return account_id


def signed_in(box: Box, name: str, password: str = OWN_PASSWORD) -> Browser:
    """Return the browser of somebody who has signed in."""
    browser = Browser.of(box.application)
    answer = browser.post("/anmelden", benutzername=name, passwort=password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/status")
    return browser


def browser_of(box: Box, role: Role) -> Browser:
    """Return the browser of somebody with this role."""
    if role is Role.ADMINISTRATOR:
        return signed_in(box, ADMINISTRATOR, PASSWORD)
    name = f"Person {role.value}"
    add_person(box, name, role)
    return signed_in(box, name)


def initial_password_on(text: str) -> str:
    """Read an initial password off the page that shows it once."""
    found = re.search(r'id="anfangspasswort">([^<]+)<', text)
    assert found, "the page shows no initial password"
    return found[1]
