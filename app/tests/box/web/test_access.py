"""Who gets where: wrong states and missing roles lead away, foreign sites change nothing."""

from starlette.requests import Request

from artbox.box.application import Application
from artbox.box.domain.accounts import Role, Session
from artbox.box.domain.states import BoxState
from artbox.box.web.application import barrier
from artbox.box.web.frame import SESSION_COOKIE
from artbox.box.web.routes import PAGES
from artbox.box.web.visit import Visit
from tests.box.browsing import Browser, words
from tests.box.real_parts import ADMINISTRATOR, PASSWORD, Box

READABLE = [page for page in PAGES if page.method == "GET" and "{" not in page.path and page.path != "/"]
NEEDING = [page for page in READABLE if page.role is not None]


def test_a_fresh_box_has_only_the_setup(fresh: Box) -> None:
    browser = Browser.of(fresh.application)
    for page in READABLE:
        answer = browser.get(page.path)
        if BoxState.SETUP in page.states:
            assert answer.status_code in (200, 303)
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, "/einrichtung"), page.path


def test_a_locked_box_has_only_unlocking(box: Box) -> None:
    box.application.lifecycle.lock()
    browser = Browser.of(box.application)
    for page in READABLE:
        answer = browser.get(page.path)
        if BoxState.LOCKED in page.states:
            assert answer.status_code == 200
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, "/entsperren"), page.path


def test_without_signing_in_a_page_leads_to_it(visitor: Browser) -> None:
    for page in NEEDING:
        answer = visitor.get(page.path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/anmelden"), page.path


def test_the_root_leads_to_the_start_of_the_state(box: Box) -> None:
    browser = Browser.of(box.application)
    assert browser.get("/").headers["location"] == "/anmelden"
    box.application.lifecycle.lock()
    assert browser.get("/").headers["location"] == "/entsperren"


def test_the_root_leads_a_signed_in_person_to_the_status(administrator: Browser) -> None:
    assert administrator.get("/").headers["location"] == "/status"


def visit_as(box: Box, role: Role) -> Visit:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    made = Visit(box.application, Request(scope))
    made.__dict__["session"] = Session("Testperson", role, box.clock(), fresh=True)
    return made


def test_a_role_below_the_declared_one_is_refused(box: Box) -> None:
    order = [Role.READ_ONLY, Role.USER, Role.ADMINISTRATOR]
    for page in PAGES:
        for role in order if page.role else ():
            answer = barrier(page, visit_as(box, role))
            allowed = order.index(role) >= order.index(page.role or Role.READ_ONLY)
            assert (answer is None) is allowed, (page.path, role)
            assert answer is None or answer.status_code == 403


def test_a_wrong_password_is_told_without_saying_which_part(visitor: Browser) -> None:
    answer = visitor.post("/anmelden", benutzername=ADMINISTRATOR, passwort="falsch")
    assert answer.status_code == 422
    assert "Benutzername oder Passwort ist nicht richtig." in words(answer)
    assert f'value="{ADMINISTRATOR}"' in answer.text
    assert "falsch" not in answer.text


def test_the_session_cookie_is_bound_to_this_host_and_hidden_from_scripts(visitor: Browser) -> None:
    answer = visitor.post("/anmelden", benutzername=ADMINISTRATOR, passwort=PASSWORD)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}=")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "secure", "samesite=strict", "path=/"} <= attributes
    assert not any(attribute.startswith("domain") for attribute in attributes)


def test_signing_out_ends_the_session(administrator: Browser) -> None:
    cookie = administrator.client.cookies[SESSION_COOKIE]
    assert administrator.post("/abmelden").headers["location"] == "/anmelden?hinweis=abgemeldet"
    administrator.client.cookies.set(SESSION_COOKIE, cookie)
    assert administrator.get("/status").headers["location"] == "/anmelden"


def test_too_many_failures_make_one_wait(visitor: Browser) -> None:
    for _ in range(20):
        answer = visitor.post("/anmelden", benutzername=ADMINISTRATOR, passwort="falsch")
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert "Bitte warten Sie" in words(answer)


def test_a_foreign_site_changes_nothing(administrator: Browser) -> None:
    foreign: list[dict[str, str]] = [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}]
    for headers in foreign:
        answer = administrator.client.post("/sperren", headers=headers)
        assert answer.status_code == 403
        assert "kam nicht von einer Seite der ARTbox" in words(answer)
    assert administrator.get("/status").status_code == 200


def test_a_foreign_host_name_is_not_served(visitor: Browser) -> None:
    assert visitor.get("/anmelden", Host="evil.example").status_code == 421


def test_locking_ends_every_session_and_the_process(box: Box, administrator: Browser) -> None:
    ended: list[bool] = []
    box.application.lifecycle.on_locked(lambda: ended.append(True))
    assert "Masterpasswort" in words(administrator.get("/sperren"))
    assert administrator.post("/sperren").headers["location"] == "/entsperren"
    assert ended == [True]
    application: Application = box.application
    assert application.lifecycle.state is BoxState.LOCKED
    assert administrator.get("/status").headers["location"] == "/entsperren"
