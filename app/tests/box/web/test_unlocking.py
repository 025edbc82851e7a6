"""The short-lived process that alone sees the master password, against the real control interface."""

import pytest

from artbox.box.adapters.control_client import ControlClient
from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.domain import keyring
from artbox.box.domain.states import BoxState
from artbox.box.unlock import UnlockApp, guarded
from tests.box.browsing import Browser, problem_of, words
from tests.box.real_parts import ADMINISTRATOR, MASTER_PASSWORD, Box


class Unlocking:
    """The process as its callers see it: a browser in front of it, and how often it said it was done."""

    def __init__(self, box: Box, control: ControlClient) -> None:
        self.done = 0
        self.box = box
        self.browser = Browser(guarded(UnlockApp(box.settings, control, self._done)))

    def _done(self) -> None:
        self.done += 1


@pytest.fixture
def before_setup(fresh: Box, control: ControlClient) -> Unlocking:
    fresh.prepare()
    return Unlocking(fresh, control)


@pytest.fixture
def locked(before_setup: Unlocking, ring: tuple[keyring.Keyring, bytes]) -> Unlocking:
    box = before_setup.box
    KeyringFile(box.settings.keyring_path, box.settings.pending_keyring_path).write_pending(ring[0])
    box.application.lifecycle.open(box.keys, first=True)
    box.application.lifecycle.lock()
    return before_setup


def test_the_right_password_opens_the_box(locked: Unlocking) -> None:
    answer = locked.browser.post("/schluessel/entsperren", masterpasswort=MASTER_PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/anmelden?hinweis=entsperrt")
    assert locked.box.application.lifecycle.state is BoxState.READY
    assert locked.done == 1


def test_a_wrong_password_is_told_on_the_page(locked: Unlocking) -> None:
    answer = locked.browser.post("/schluessel/entsperren", masterpasswort="ganz und gar falsch geraten")
    assert answer.status_code == 422
    assert "nicht richtig" in problem_of(answer, "masterpasswort")
    assert "ganz und gar falsch" not in answer.text
    assert f"Zentrum {locked.box.centre_no}" in words(answer)
    assert "Gesperrt seit" in words(answer)
    assert locked.done == 1


def test_after_a_failure_one_waits(locked: Unlocking) -> None:
    for _ in range(3):
        answer = locked.browser.post("/schluessel/entsperren", masterpasswort="ganz und gar falsch geraten")
    assert answer.status_code == 429
    assert "Bitte warten Sie" in words(answer)


def test_an_open_box_leads_on(locked: Unlocking) -> None:
    locked.box.application.lifecycle.open(locked.box.keys)
    answer = locked.browser.post("/schluessel/entsperren", masterpasswort=MASTER_PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("password", "repeat", "field", "sentence"),
    [
        ("zu kurz", "zu kurz", "masterpasswort", "mindestens 15 Zeichen"),
        (MASTER_PASSWORD, "etwas ganz anderes", "wiederholung", "stimmen nicht überein"),
        ("ä" * 1025, "ä" * 1025, "masterpasswort", "höchstens 1024 Zeichen"),
    ],
)
def test_a_master_password_that_will_not_do_is_told(
    before_setup: Unlocking, password: str, repeat: str, field: str, sentence: str
) -> None:
    answer = before_setup.browser.post("/schluessel/einrichten", masterpasswort=password, wiederholung=repeat)
    assert answer.status_code == 422
    assert sentence in problem_of(answer, field)
    assert password not in answer.text
    assert ADMINISTRATOR in words(answer)
    assert before_setup.box.application.lifecycle.state is BoxState.SETUP


def test_the_master_password_finishes_the_setup(before_setup: Unlocking) -> None:
    answer = before_setup.browser.post(
        "/schluessel/einrichten", masterpasswort=MASTER_PASSWORD, wiederholung=MASTER_PASSWORD
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/anmelden?hinweis=eingerichtet")
    assert before_setup.box.application.lifecycle.state is BoxState.READY
    again = before_setup.browser.post(
        "/schluessel/einrichten", masterpasswort=MASTER_PASSWORD, wiederholung=MASTER_PASSWORD
    )
    assert (again.status_code, again.headers["location"]) == (303, "/")


def test_a_setup_with_steps_missing_leads_back(fresh: Box, control: ControlClient) -> None:
    unlocking = Unlocking(fresh, control)
    answer = unlocking.browser.post(
        "/schluessel/einrichten", masterpasswort=MASTER_PASSWORD, wiederholung=MASTER_PASSWORD
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/einrichtung")


def test_while_the_service_starts_one_is_told_to_wait(locked: Unlocking, tmp_path: object) -> None:
    nobody = ControlClient(locked.box.settings.run_dir / "nobody.sock")
    browser = Browser(guarded(UnlockApp(locked.box.settings, nobody, lambda: None)))
    answer = browser.post("/schluessel/entsperren", masterpasswort=MASTER_PASSWORD)
    assert answer.status_code == 503
    assert "startet gerade" in words(answer)


def test_a_foreign_site_cannot_try_passwords(locked: Unlocking) -> None:
    answer = locked.browser.client.post(
        "/schluessel/entsperren", data={"masterpasswort": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert not locked.box.settings.throttle_path.exists()


def test_reading_leads_to_the_pages(locked: Unlocking) -> None:
    assert locked.browser.get("/schluessel/entsperren").headers["location"] == "/"
    assert locked.browser.get("/schluessel/nichts").status_code == 404


def test_a_form_too_large_is_refused(locked: Unlocking) -> None:
    assert locked.browser.post("/schluessel/entsperren", masterpasswort="x" * 70000).status_code == 413


def test_a_foreign_host_name_is_not_served(locked: Unlocking) -> None:
    assert locked.browser.get("/schluessel/entsperren", Host="evil.example").status_code == 421


def test_the_page_is_english_when_english_was_chosen(locked: Unlocking) -> None:
    locked.browser.client.cookies.set("__Host-artbox-language", "en")
    answer = locked.browser.post("/schluessel/entsperren", masterpasswort="ganz und gar falsch geraten")
    assert "The master password is wrong" in words(answer)


def test_an_easy_master_password_is_refused_with_the_reason(before_setup: Unlocking) -> None:
    easy = "Kinderwunschzentrum"
    answer = before_setup.browser.post("/schluessel/einrichten", masterpasswort=easy, wiederholung=easy)
    assert answer.status_code == 422
    assert "zu leicht zu erraten, weil" in problem_of(answer, "masterpasswort")
    assert "Wer es verliert, verliert die Daten" in words(answer)
