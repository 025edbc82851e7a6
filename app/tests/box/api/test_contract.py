"""The import interface as vendors build on it: answers, headers, problems."""

import json
from typing import Any

import jsonschema_rs
import pytest

from artbox.box.api import problems
from artbox.box.api.imports import seconds_to_wait
from tests.box.api.conftest import Program
from tests.box.browsing import Browser
from tests.box.real_parts import Box

PATHS = ("/catalogue", "/schema", "/openapi.json", "/imports/x")


def problem(answer: Any) -> tuple[int, str]:
    """Return status and name of a problem document, having judged its form."""
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["title"]
    return answer.status_code, document["type"].removeprefix("urn:artbox:problem:")


def test_the_state_is_told_to_anyone_and_nothing_else(fresh: Box) -> None:
    browser = Browser.of(fresh.application)
    assert browser.get("/api/v1/status").json() == {"state": "setup"}


def test_the_state_of_an_open_and_a_locked_box(box: Box) -> None:
    browser = Browser.of(box.application)
    assert browser.get("/api/v1/status").json() == {"state": "ready"}
    box.application.lifecycle.lock()
    assert browser.get("/api/v1/status").json() == {"state": "locked"}


def test_a_document_is_answered_with_where_its_report_is(program: Program) -> None:
    answer = program.hand_over(program.document(), wait=False)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/imports/{answer.json()['id']}"
    assert answer.json()["state"] in {"running", "finished"}
    report = program.get(answer.headers["location"].removeprefix("/api/v1"))
    assert report.status_code == 200
    assert report.json()["id"] == answer.json()["id"]


def test_who_can_wait_gets_the_report_at_once(program: Program) -> None:
    answer = program.hand_over(program.document())
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait"
    report = answer.json()
    assert set(report) >= {"id", "state", "complete", "dry_run", "summary", "results"}
    assert set(report["summary"]) == {
        "patients",
        "cycles",
        "created",
        "updated",
        "unchanged",
        "rejected",
        "with_findings",
    }
    assert [result["index"] for result in report["results"]] == [0, 1]
    assert report["complete"] is True


@pytest.mark.parametrize(
    ("preference", "expected"),
    [
        (None, 0),
        ("wait=5", 5),
        ("respond-async", 0),
        ("respond-async, wait=5", 5),
        ("Wait = 5", 5),
        ("wait=0", 0),
        ("wait=999999", 60),
        ("wait", 0),
        ("wait=x", 0),
    ],
)
def test_the_preference_to_wait(preference: str | None, expected: int) -> None:
    assert seconds_to_wait(preference) == expected


def test_a_dry_run_stores_nothing_and_is_always_answered_with_its_report(program: Program) -> None:
    answer = program.hand_over(program.document(), "?dry_run=true", wait=False)
    assert answer.status_code == 200
    assert answer.json()["dry_run"] is True
    assert "location" not in answer.headers
    assert program.get(f"/imports/{answer.json()['id']}").status_code == 404


def test_the_same_key_answers_the_same_report(program: Program) -> None:
    document = program.document()
    first = program.hand_over(document, headers={"Idempotency-Key": "k-1"})
    again = program.hand_over(document, headers={"Idempotency-Key": "k-1"})
    assert again.json() == first.json()
    other = program.hand_over(program.document(seed=12), headers={"Idempotency-Key": "k-1"})
    assert problem(other) == (422, "idempotency-conflict")


def test_a_rejected_record_leaves_the_others(program: Program) -> None:
    document = program.document()
    document["patients"][0]["last_name"] = "Muster"
    report = program.hand_over(document).json()
    assert [result["outcome"] for result in report["results"]] == ["rejected", "created"]
    assert report["complete"] is False
    finding = report["results"][0]["findings"][0]
    assert finding["pointer"].startswith("/patients/0")
    assert set(finding["message"]) == {"de", "en"}
    assert "Muster" not in json.dumps(report)


def test_bulk_comes_as_a_header_and_one_patient_per_line(program: Program) -> None:
    document = program.document(patients=3)
    header = {name: value for name, value in document.items() if name != "patients"}
    lines = b"\n".join(json.dumps(part).encode() for part in (header, *document["patients"])) + b"\n"
    answer = program.hand_over(lines, headers={"Content-Type": "application/x-ndjson"})
    assert answer.json()["summary"]["created"] == program_cycles(document)


def program_cycles(document: dict[str, Any]) -> int:
    return sum(len(patient["cycles"]) for patient in document["patients"])


def test_a_bad_line_is_named_by_its_number(program: Program) -> None:
    answer = program.hand_over(
        b'{"schema_version": "2026.1"}\n\n{"a": \n', headers={"Content-Type": "application/x-ndjson"}
    )
    assert problem(answer) == (400, "not-json")
    assert answer.json()["line"] == 3


@pytest.mark.parametrize("body", [b"", b"\n\n", b'{"patients": []}\n{}\n'])
def test_lines_without_a_header_are_no_document(program: Program, body: bytes) -> None:
    answer = program.hand_over(body, headers={"Content-Type": "application/x-ndjson"})
    assert problem(answer) == (422, "not-a-document")


def test_a_line_cannot_break_out_of_its_place(program: Program) -> None:
    body = b'{"schema_version": "2026.1"}\n{}],"centre_no":999,"x":[{}\n'
    answer = program.hand_over(body, headers={"Content-Type": "application/x-ndjson"})
    assert problem(answer) == (400, "not-json")


def test_what_is_no_json_is_refused(program: Program) -> None:
    answer = program.hand_over(b"{", headers={"Content-Type": "application/json"})
    assert problem(answer) == (400, "not-json")


@pytest.mark.parametrize("document", [[], {}, {"schema_version": "2026.1", "patients": 3}])
def test_what_is_no_document_is_refused(program: Program, document: Any) -> None:
    status_code, name = problem(program.hand_over(document))
    assert status_code == 422
    assert name in {"not-a-document", "release-unknown"}


def test_an_unknown_release_is_refused(program: Program) -> None:
    answer = program.hand_over({**program.document(), "schema_version": "1999.1"})
    assert problem(answer) == (422, "release-unknown")


@pytest.mark.parametrize("media_type", ["text/csv", "application/xml", "multipart/form-data", ""])
def test_another_type_is_refused(program: Program, media_type: str) -> None:
    answer = program.hand_over(b"{}", headers={"Content-Type": media_type})
    assert problem(answer) == (415, "unsupported-media-type")


@pytest.mark.parametrize("authorization", ["", "Basic eDp5", "Bearer", "Bearer "])
def test_without_a_token_nothing_is_told(box: Box, authorization: str) -> None:
    browser = Browser.of(box.application)
    for path in PATHS:
        answer = browser.get(f"/api/v1{path}", **({"Authorization": authorization} if authorization else {}))
        assert problem(answer) == (401, "token-missing"), path
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_or_revoked_token_is_refused(program: Program) -> None:
    for secret in ("artbox_wrong", "x" * 500, program.secret[:-1]):
        answer = program.browser.get("/api/v1/schema", Authorization=f"Bearer {secret}")
        assert problem(answer) == (401, "token-refused")
    tokens = program.box.application.tokens
    tokens.revoke(tokens.all()[0].id)
    assert problem(program.get("/schema")) == (401, "token-refused")


def test_a_session_of_the_pages_is_no_token(program: Program) -> None:
    browser = program.browser.sign_in()
    assert problem(browser.post("/api/v1/imports")) == (401, "token-missing")


def test_a_locked_box_says_so_and_when_to_come_again(program: Program) -> None:
    document = program.document()
    program.box.application.lifecycle.lock()
    for answer in (program.hand_over(document), program.get("/schema"), program.get("/imports/x")):
        assert problem(answer) == (503, "box-locked")
        assert answer.headers["retry-after"] == "60"


def test_a_box_before_its_setup_takes_nothing(fresh: Box) -> None:
    answer = Browser.of(fresh.application).get("/api/v1/schema", Authorization="Bearer x")
    assert problem(answer) == (503, "box-locked")


def test_an_unknown_import_is_not_found(program: Program) -> None:
    assert problem(program.get("/imports/4711")) == (404, "not-found")


def test_paths_and_methods_that_do_not_exist(program: Program) -> None:
    assert problem(program.get("/nothing")) == (404, "not-found")
    assert problem(program.browser.client.delete("/api/v1/status")) == (405, "method-not-allowed")


def test_a_parameter_that_does_not_fit_is_named_without_its_value(program: Program) -> None:
    answer = program.hand_over(program.document(), "?dry_run=vielleicht")
    assert problem(answer) == (422, "unprocessable")
    assert answer.json()["parameters"] == ["query.dry_run"]
    assert "vielleicht" not in answer.text


def test_an_idempotency_key_has_bounds(program: Program) -> None:
    answer = program.hand_over(program.document(), headers={"Idempotency-Key": "x" * 256})
    assert problem(answer) == (422, "unprocessable")


def test_problems_speak_the_programs_language(box: Box) -> None:
    browser = Browser.of(box.application)
    german = browser.get("/api/v1/schema").json()["title"]
    english = browser.get("/api/v1/schema", **{"Accept-Language": "en"}).json()["title"]
    assert (german, english) == (
        "Es fehlt der Zugang: Authorization: Bearer …",
        "The access is missing: Authorization: Bearer …",
    )


def test_a_failure_is_told_without_details(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise KeyError("1988-05-01")

    monkeypatch.setattr(program.box.application.intake, "accept", fail)
    answer = program.hand_over(program.document())
    assert problem(answer) == (500, "internal")
    assert "1988" not in answer.text


def test_the_schema_judges_the_documents_that_are_taken(program: Program) -> None:
    answer = program.get("/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert jsonschema_rs.validator_for(schema).is_valid(program.document())


def test_the_catalogue_holds_everything_a_form_needs(program: Program) -> None:
    release = program.box.application.catalogue.current
    catalogue = program.get("/catalogue").json()
    assert catalogue["version"] == release.version
    assert [field["name"] for field in catalogue["fields"]] == list(release.fields)
    assert {listed["name"] for listed in catalogue["choice_lists"]} == set(release.choice_lists)
    assert {rule["id"] for rule in catalogue["rules"]} == set(release.rules)
    assert catalogue["fields"][0]["label"].keys() == {"de", "en"}


def test_the_description_names_every_problem_type(program: Program) -> None:
    description = program.get("/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    assert set(description["paths"]) == {
        "/api/v1/status",
        "/api/v1/imports",
        "/api/v1/imports/{import_id}",
        "/api/v1/catalogue",
        "/api/v1/schema",
        "/api/v1/openapi.json",
    }
    text = description["info"]["description"]
    assert [name for _, name in problems.PROBLEMS.values() if f"urn:artbox:problem:{name}`" not in text] == []


def test_there_is_no_page_of_documentation(program: Program) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/api/v1/docs"):
        assert program.browser.get(path).status_code == 404
