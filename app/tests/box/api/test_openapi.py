"""The OpenAPI document is true: whatever is sent, no answer is a 5xx and each one is as described.

Requests are made from the document itself, sound and unsound, and run against the real interface over an
open encrypted store. The seed is fixed, so that a run is repeatable.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema
from starlette.testclient import TestClient

from artbox.box.api import openapi
from artbox.box.api.routes import OPERATIONS, PREFIX, Operation
from artbox.box.serving import public_app
from artbox.box.testkit.bench import Bench
from artbox.catalogue.synthetic import documents, faulty

CENTRE_NO = 123
EXAMPLES = 40
# What stands in a document is judged record by record: a wrong record is no refusal, and a sound one is none
# either when its Idempotency-Key was used before. Their checks look at the status of the answer alone.
RECORD_BY_RECORD: list[CheckFunction] | None = [negative_data_rejection, positive_data_acceptance]
CASES = [
    pytest.param(operation, mode, id=f"{operation.method} {operation.path} {mode.value}")
    for operation in OPERATIONS
    for mode in GenerationMode
    if operation.token or mode is GenerationMode.POSITIVE  # the state takes nothing that could be wrong
]
DESCRIPTION = "/api/v1/openapi.json"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("bench"), CENTRE_NO)
    yield made
    made.close()


@pytest.fixture(scope="module")
def access(bench: Bench) -> dict[str, str]:
    """The headers every request carries: a token, and a host the box answers to."""
    return {"Authorization": f"Bearer {bench.tokens.create('Testprogramm')}", "Host": "localhost"}


@pytest.fixture(scope="module")
def interface(bench: Bench, access: dict[str, str]) -> OpenApiSchema:
    return schemathesis.openapi.from_asgi(DESCRIPTION, public_app(bench), headers=access)


@pytest.mark.slow
@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_whatever_is_sent_is_answered_as_described(
    interface: OpenApiSchema, access: dict[str, str], operation: Operation, mode: GenerationMode
) -> None:
    described = interface[PREFIX + operation.path][operation.method]
    strategy = described.as_strategy(generation_mode=mode)

    @given(case=strategy)
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def judge(case: Case[Any]) -> None:
        case.call_and_validate(headers=access, excluded_checks=RECORD_BY_RECORD)

    judge()


def described(bench: Bench) -> dict[str, Any]:
    with TestClient(public_app(bench), base_url="https://localhost") as client:
        headers = {"Authorization": f"Bearer {bench.tokens.create('Testprogramm')}"}
        found: dict[str, Any] = client.get(DESCRIPTION, headers=headers).json()
    return found


def test_the_document_is_described_by_the_catalogue_in_force(bench: Bench) -> None:
    """The components say the same as the published schema, to every sound and faulty document."""
    release = bench.catalogue.current
    description = described(bench)
    schema = {"$ref": f"#/components/schemas/{openapi.DOCUMENT}", "components": description["components"]}
    judges = jsonschema_rs.validator_for(schema), jsonschema_rs.validator_for(release.json_schema())
    made = [broken.document for broken in faulty(release, centre_no=CENTRE_NO, seed=1)]
    made += documents(release, centre_no=CENTRE_NO, patients=5, seed=1)
    verdicts = [tuple(judge.is_valid(document) for judge in judges) for document in made]
    assert {(True, True), (False, False)} == set(verdicts)


def test_the_example_is_a_document_the_box_takes_without_objection(bench: Bench) -> None:
    release = bench.catalogue.current
    bodies = described(bench)["paths"]["/api/v1/imports"]["post"]["requestBody"]["content"]
    example = bodies["application/json"]["example"]
    until = release.valid_from + timedelta(days=openapi.EXAMPLE_DAYS)
    assert release.check_header(example, centre_no=1) == []
    (patient,) = example["patients"]
    assert release.check(patient, 0, centre_no=1, today=until) == []
    lines = [json.loads(line) for line in bodies["application/x-ndjson"]["example"].splitlines()]
    assert {**lines[0], "patients": lines[1:]} == example


def test_every_refusal_is_described_as_a_problem_document(bench: Bench) -> None:
    for path, operations in described(bench)["paths"].items():
        for operation in operations.values():
            answers = operation["responses"]
            refusals = {name: each for name, each in answers.items() if name == "default" or name >= "400"}
            assert {tuple(each["content"]) for each in refusals.values()} == {("application/problem+json",)}
            assert ("401" in refusals) == ("security" in operation) == (path != "/api/v1/status")


def test_a_method_that_does_not_exist_names_those_that_do(bench: Bench) -> None:
    """RFC 9110, 15.5.6: an answer 405 says what is allowed."""
    with TestClient(public_app(bench), base_url="https://localhost") as client:
        answer = client.delete("/api/v1/imports")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
