"""When an answer comes: at once with a place to look, or after waiting with the report."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from artbox.box.api import imports
from artbox.box.domain.imports import Portion
from artbox.box.services.importing import Stored
from tests.box.api.conftest import Program


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Storing waits for this event."""
    event = threading.Event()
    put = Stored.put

    def waiting(self: Stored, portion: Portion) -> None:
        assert event.wait(20)
        put(self, portion)

    monkeypatch.setattr(Stored, "put", waiting)
    yield event
    event.set()


def until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about")


def state(program: Program, answer: Any) -> str:
    return str(program.get(answer.headers["location"].removeprefix("/api/v1")).json()["state"])


@pytest.mark.parametrize("preference", [{}, {"Prefer": "respond-async"}, {"Prefer": "wait=0"}])
def test_who_does_not_wait_is_told_where_the_report_will_be(
    program: Program, held: threading.Event, preference: dict[str, str]
) -> None:
    answer = program.hand_over(program.document(), wait=False, headers=preference)
    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    report = program.get(answer.headers["location"].removeprefix("/api/v1")).json()
    assert (report["state"], report["complete"], report["results"]) == ("running", False, [])
    held.set()
    until(lambda: state(program, answer) == "finished")


def test_waiting_ends_after_the_seconds_that_were_named(program: Program, held: threading.Event) -> None:
    began = time.monotonic()
    answer = program.hand_over(program.document(), headers={"Prefer": "wait=1"})
    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    assert 1 <= time.monotonic() - began < 10
    held.set()
    until(lambda: state(program, answer) == "finished")


def test_the_same_document_under_its_key_leads_to_the_import_under_way(
    program: Program, held: threading.Event
) -> None:
    key = {"Idempotency-Key": "k"}
    first = program.hand_over(program.document(), wait=False, headers=key)
    again = program.hand_over(program.document(), wait=False, headers=key)
    assert again.json() == first.json()
    other = program.hand_over(program.document(seed=12), wait=False, headers=key)
    assert other.status_code == 422
    held.set()
    until(lambda: state(program, first) == "finished")


def test_an_import_the_box_was_locked_under_is_shown_as_aborted(
    program: Program, held: threading.Event
) -> None:
    answer = program.hand_over(program.document(), wait=False)
    program.box.application.lifecycle.lock()
    held.set()
    program.box.application.lifecycle.open(program.box.keys)
    assert state(program, answer) == "aborted"
    page = program.browser.sign_in()
    assert "abgebrochen" in page.get("/eingang").text
    assert "Dieser Import wurde abgebrochen" in page.get(f"/eingang/{answer.json()['id']}").text
    assert "Der letzte Import wurde abgebrochen." in page.get("/status").text


def test_an_import_under_way_is_shown_as_such(program: Program, held: threading.Event) -> None:
    answer = program.hand_over(program.document(), wait=False)
    page = program.browser.sign_in()
    assert "läuft noch" in page.get("/eingang").text
    assert "Dieser Import läuft noch" in page.get(f"/eingang/{answer.json()['id']}").text
    held.set()
    until(lambda: state(program, answer) == "finished")


def test_more_imports_than_there_are_places_for_are_sent_away(
    program: Program, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "PATIENCE", 0.2)
    taken = [
        program.hand_over(program.document(seed=seed), wait=False)
        for seed in range(imports.DOCUMENTS_AT_ONCE)
    ]
    refused = program.hand_over(program.document(seed=99), wait=False)
    assert refused.status_code == 503
    assert refused.json()["type"] == "urn:artbox:problem:intake-busy"
    assert refused.headers["retry-after"]
    held.set()
    for answer in taken:
        until(lambda answer=answer: state(program, answer) == "finished")  # type: ignore[misc]
    assert program.hand_over(program.document(seed=99)).status_code == 200
