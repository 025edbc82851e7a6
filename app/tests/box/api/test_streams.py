"""NDJSON through the real interface: judged on the way, in bounded memory, and never half a patient."""

import json
from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest
from starlette.types import Message

from artbox.box.api import documents
from artbox.box.domain import limits
from artbox.box.services import importing
from artbox.box.serving import public_app
from tests.box.api.conftest import Program
from tests.box.real_parts import correct

NDJSON = {"Content-Type": "application/x-ndjson"}


def lines(document: dict[str, Any]) -> bytes:
    header = {name: value for name, value in document.items() if name != "patients"}
    return b"".join(json.dumps(part).encode() + b"\n" for part in (header, *document["patients"]))


def in_pieces(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def send(program: Program, body: bytes | Iterator[bytes], **headers: str) -> httpx.Response:
    sent = {"Authorization": f"Bearer {program.secret}", "Prefer": "wait=20", **NDJSON, **headers}
    answer: httpx.Response = program.browser.client.post("/api/v1/imports", content=body, headers=sent)
    return answer


def name_of(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("urn:artbox:problem:")


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Store after every patient, so that a few patients are many portions."""
    monkeypatch.setattr(importing, "PORTION", 1)


@pytest.mark.parametrize("size", [1, 7, 4096, 10**9])
def test_the_pieces_a_body_comes_in_do_not_matter(program: Program, size: int) -> None:
    document = program.document(patients=2)
    report = send(program, in_pieces(lines(document), size)).json()
    assert [result["outcome"] for result in report["results"]] == ["created", "created"]
    assert [result["index"] for result in report["results"]] == [0, 1]


def test_lines_and_one_document_say_the_same(program: Program) -> None:
    document = program.document(patients=3)
    document["patients"][1]["last_name"] = "Muster"
    streamed = send(program, lines(document)).json()
    program.box.application.tokens.create("Anderes Programm")
    whole = program.hand_over(document).json()
    assert streamed["results"][1] == whole["results"][1]
    assert [result["outcome"] for result in whole["results"]] == ["unchanged", "rejected", "unchanged"]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n \n"])
def test_the_last_line_may_end_or_not(program: Program, end: bytes) -> None:
    body = lines(program.document(patients=2)).rstrip() + end
    assert send(program, body).json()["summary"]["patients"] == 2


def test_a_header_alone_is_an_import_of_nobody(program: Program) -> None:
    report = send(program, lines({**program.document(), "patients": []})).json()
    assert (report["state"], report["complete"], report["results"]) == ("finished", True, [])


@pytest.mark.usefixtures("small_portions")
def test_a_bad_line_breaks_off_and_what_was_stored_is_reported(program: Program) -> None:
    document = program.document(patients=3)
    head, first, second, third = lines(document).splitlines()
    answer = send(program, b"\n".join([head, first, second, b"{", third]))
    assert (answer.status_code, name_of(answer), answer.json()["line"]) == (400, "not-json", 4)
    report = program.get(answer.headers["location"].removeprefix("/api/v1")).json()
    assert (report["state"], report["complete"]) == ("aborted", False)
    assert [result["outcome"] for result in report["results"]] == ["created", "created"]
    again = send(program, lines(document)).json()
    assert [result["outcome"] for result in again["results"]] == ["unchanged", "unchanged", "created"]


@pytest.mark.usefixtures("small_portions")
def test_a_body_that_breaks_off_aborts_the_import(program: Program) -> None:
    body = (
        b"\n".join(lines(program.document(patients=3)).splitlines()[:3])
        + b"\n"
        + b" " * documents.PIECE_BYTES
    )
    messages: list[Message] = [
        {"type": "http.request", "body": body, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(_: Message) -> None:
        pass

    headers = {"host": "artbox.local", "authorization": f"Bearer {program.secret}", **NDJSON}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/imports",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    anyio.run(public_app(program.box.application), scope, receive, send)
    (found,) = program.box.application.intake.recent()
    assert (found.state, found.patients, found.complete) == ("aborted", 2, False)


def test_a_document_of_another_centre_rejects_every_line(program: Program) -> None:
    document = {**program.document(patients=2), "centre_no": program.box.centre_no + 1}
    report = send(program, lines(document)).json()
    assert [result["outcome"] for result in report["results"]] == ["rejected", "rejected"]


def test_a_release_nobody_knows_is_refused_at_the_first_line(program: Program) -> None:
    answer = send(program, lines({**program.document(), "schema_version": "1999.1"}))
    assert (answer.status_code, name_of(answer)) == (422, "release-unknown")
    assert program.box.application.intake.recent() == []


def test_a_dry_run_of_lines_stores_nothing(program: Program) -> None:
    body = lines(program.document(patients=2))
    headers = {"Authorization": f"Bearer {program.secret}", **NDJSON}
    answer = program.browser.client.post("/api/v1/imports?dry_run=true", content=body, headers=headers)
    assert answer.json()["dry_run"] is True
    assert answer.json()["summary"]["patients"] == 2
    assert program.box.query("SELECT count(*) FROM patients") == [(0,)]


def test_a_key_holds_for_lines_as_for_documents(program: Program) -> None:
    document = program.document()
    first = send(program, lines(document), **{"Idempotency-Key": "k"})
    again = send(program, in_pieces(lines(document), 100), **{"Idempotency-Key": "k"})
    assert again.json() == first.json()
    correct(document["patients"][0]["cycles"][0])
    other = send(program, lines(document), **{"Idempotency-Key": "k"})
    assert (other.status_code, name_of(other)) == (422, "idempotency-conflict")
    assert len(program.box.application.intake.recent()) == 1


@pytest.mark.usefixtures("small_portions")
def test_an_aborted_import_gives_its_key_back(program: Program) -> None:
    body = lines(program.document())
    broken = send(program, body + b"{", **{"Idempotency-Key": "k"})
    assert broken.status_code == 400
    assert send(program, body, **{"Idempotency-Key": "k"}).json()["state"] == "finished"


def test_a_report_can_be_read_in_stretches(program: Program) -> None:
    report = send(program, lines(program.document(patients=5))).json()
    part = program.get(f"/imports/{report['id']}?first=1&limit=2").json()
    assert part == report | {"results": report["results"][1:3]}
    assert program.get(f"/imports/{report['id']}?first=9").json()["results"] == []


def test_a_long_report_arrives_whole(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artbox.box.api.imports.RESULTS_AT_ONCE", 2)
    report = send(program, lines(program.document(patients=7))).json()
    assert [result["index"] for result in report["results"]] == list(range(7))


@pytest.mark.parametrize(
    ("body", "status_code", "name", "limit", "value"),
    [
        (b" " * (limits.LINE_BYTES + 1), 413, "line-too-long", "line_bytes", limits.LINE_BYTES),
        (b'{"a":' * 30 + b"1" + b"}" * 30, 400, "too-deep", "depth", limits.DEPTH),
    ],
)
def test_a_limit_of_a_line_is_named(
    program: Program, body: bytes, status_code: int, name: str, limit: str, value: int
) -> None:
    header = lines({**program.document(), "patients": []})
    answer = send(program, header + body)
    assert (answer.status_code, name_of(answer)) == (status_code, name)
    assert (answer.json()["limit"], answer.json()["limit_value"]) == (limit, value)
    assert answer.json()["line"] == 2


def test_the_limit_of_patients_is_named(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STREAM_PATIENTS", 2)
    answer = send(program, lines(program.document(patients=3)))
    assert (answer.status_code, name_of(answer)) == (413, "too-many-patients")
    assert (answer.json()["limit"], answer.json()["limit_value"]) == ("patients", 2)


def test_the_limit_of_a_dry_run_is_named(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DOCUMENT_BYTES", 1000)
    headers = {"Authorization": f"Bearer {program.secret}", **NDJSON}
    body = lines(program.document())
    answer = program.browser.client.post("/api/v1/imports?dry_run=true", content=body, headers=headers)
    assert (answer.status_code, name_of(answer)) == (413, "body-too-large")
    assert (answer.json()["limit"], answer.json()["limit_value"]) == ("document_bytes", 1000)


def test_a_document_with_too_many_cycles_is_refused_with_the_limit(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DOCUMENT_CYCLES", 1)
    answer = program.hand_over(program.document(patients=3))
    assert (answer.status_code, name_of(answer)) == (413, "too-many-cycles")
    assert (answer.json()["limit"], answer.json()["limit_value"]) == ("cycles", 1)


def test_a_document_with_too_many_patients_is_refused_with_the_limit(program: Program) -> None:
    most = program.box.application.catalogue.current.definition.limits.patients
    answer = program.hand_over({**program.document(), "patients": [{}] * (most + 1)})
    assert (answer.status_code, name_of(answer)) == (413, "too-many-patients")
    assert (answer.json()["limit"], answer.json()["limit_value"]) == ("patients", most)


def test_a_document_that_is_too_deep_is_refused_with_the_limit(program: Program) -> None:
    answer = program.hand_over(b'{"a":' * 30 + b"1" + b"}" * 30, headers={"Content-Type": "application/json"})
    assert (answer.status_code, name_of(answer)) == (400, "too-deep")
    assert (answer.json()["limit"], answer.json()["limit_value"]) == ("depth", limits.DEPTH)


@pytest.mark.parametrize("announced", [True, False])
def test_a_document_over_the_limit_is_refused_with_the_limit(program: Program, announced: bool) -> None:
    body = b" " * (limits.DOCUMENT_BYTES + 1)
    headers = {"Authorization": f"Bearer {program.secret}", "Content-Type": "application/json"}
    content: bytes | Iterator[bytes] = body if announced else in_pieces(body, 2**20)
    answer = program.browser.client.post("/api/v1/imports", content=content, headers=headers)
    assert (answer.status_code, name_of(answer)) == (413, "body-too-large")
    assert (answer.json()["limit"], answer.json()["limit_value"]) == ("document_bytes", limits.DOCUMENT_BYTES)
