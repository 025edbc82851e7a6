"""Imports of the same patients at the same time: they come one after the other, and none is lost."""

import copy
import json
import threading
from typing import Any

import httpx

from tests.box.api.conftest import Program
from tests.box.real_parts import Box

PROGRAMS = 4


def hand_over(program: Program, document: dict[str, Any], answers: list[httpx.Response], lines: bool) -> None:
    if lines:
        header = {name: value for name, value in document.items() if name != "patients"}
        body = b"\n".join(json.dumps(part).encode() for part in (header, *document["patients"]))
        answers.append(program.hand_over(body, headers={"Content-Type": "application/x-ndjson"}))
    else:
        answers.append(program.hand_over(document))


def at_once(program: Program, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Hand all documents over at the same time, as JSON and as lines in turn."""
    answers: list[httpx.Response] = []
    threads = [
        threading.Thread(target=hand_over, args=(program, document, answers, bool(number % 2)))
        for number, document in enumerate(documents)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [answer.status_code for answer in answers] == [200] * len(documents)
    return [answer.json() for answer in answers]


def test_one_of_equal_imports_creates_and_the_others_change_nothing(program: Program, box: Box) -> None:
    document = box.document(patients=5, cycles=2, status="given")
    reports = at_once(program, [copy.deepcopy(document) for _ in range(PROGRAMS)])
    for place in range(5):
        outcomes = sorted(report["results"][place]["outcome"] for report in reports)
        assert outcomes == ["created", *["unchanged"] * (PROGRAMS - 1)]
    assert box.query("SELECT count(*), max(revision) FROM cycles") == [(10, 1)]
    assert box.query("SELECT count(*) FROM cycle_revisions") == [(10,)]
    assert box.application.audit.verify() is None


def test_every_different_import_makes_one_revision(program: Program, box: Box) -> None:
    document = box.document(patients=2, cycles=1, status="given")
    changed = []
    for number in range(PROGRAMS):
        changed.append(copy.deepcopy(document))
        for patient in changed[-1]["patients"]:
            patient["cycles"][0]["infertility_duration"] = 30 + number
    reports = at_once(program, changed)
    for place in range(2):
        revisions = sorted(report["results"][place]["cycles"][0]["revision"] for report in reports)
        assert revisions == [1, 2, 3, 4]
    kept = box.query("SELECT revision FROM cycle_revisions ORDER BY cycle_id, revision")
    assert kept == [(1,), (2,), (3,), (4,)] * 2
    assert box.query("SELECT count(*) FROM findings WHERE superseded_at IS NULL") == [(0,)]


def test_the_time_of_first_receipt_and_the_revision_stay(program: Program, box: Box) -> None:
    document = box.document(patients=3, cycles=2, status="given")
    program.hand_over(document)
    question = "SELECT ref, revision, first_received_at FROM cycles ORDER BY id"
    before = box.query(question)
    reports = at_once(program, [copy.deepcopy(document) for _ in range(PROGRAMS)])
    assert {result["outcome"] for report in reports for result in report["results"]} == {"unchanged"}
    assert box.query(question) == before
