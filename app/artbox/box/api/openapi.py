"""Completes the OpenAPI description: the document by the catalogue in force, every problem, the token.

FastAPI describes paths, parameters and answers; what it cannot know is added here and nowhere repeated.
"""

import copy
import json
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from artbox.box.api.documents import JSON_TYPE, NDJSON_TYPE
from artbox.box.api.problems import MEDIA_TYPE
from artbox.catalogue import Release
from artbox.catalogue.synthetic import documents

Json = dict[str, Any]
DOCUMENT = "ImportDocument"
TOKEN = "token"  # noqa: S105 - the name of a scheme
OPEN_PATHS = frozenset({"/api/v1/status"})
TOKEN_PROBLEMS = (401, 503)
DOCUMENT_PROBLEMS = (400, 413, 415, 422)
EXAMPLE_DAYS = 300
METHODS = ("get", "post")


def complete(described: Json, release: Release) -> Json:
    """Return FastAPI's description with everything a program needs to be built from it."""
    made = copy.deepcopy(described)
    schemas = made["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= _document_schemas(release)
    made["components"]["securitySchemes"] = {TOKEN: {"type": "http", "scheme": "bearer"}}
    for path, operations in made["paths"].items():
        for operation in (operations[method] for method in METHODS if method in operations):
            _complete_operation(path, operation, release)
    return made


def _complete_operation(path: str, operation: Json, release: Release) -> None:
    answers = operation["responses"]
    problems = [int(status) for status in answers if status.isdecimal() and int(status) >= 400]
    if "{" in path:
        problems.append(404)
    if path not in OPEN_PATHS:
        operation["security"] = [{TOKEN: []}]
        problems += TOKEN_PROBLEMS
    if "requestBody" in operation:
        problems += DOCUMENT_PROBLEMS
        operation["requestBody"]["content"] = _bodies(release)
    for answer in answers.values():
        own = {kind: form for kind, form in answer.get("content", {}).items() if kind != JSON_TYPE}
        answer["content"] = own or answer.get("content", {})
    for status in sorted(problems):
        answers[str(status)] = _problem(HTTPStatus(status).phrase)
    answers["default"] = _problem("Any other problem")


def _problem(description: str) -> Json:
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _bodies(release: Release) -> Json:
    document = example(release)
    lines = [{name: part for name, part in document.items() if name != "patients"}, *document["patients"]]
    return {
        JSON_TYPE: {"schema": {"$ref": f"#/components/schemas/{DOCUMENT}"}, "example": document},
        NDJSON_TYPE: {
            "schema": {"type": "string", "description": "a header line, then one patient per line"},
            "example": "\n".join(json.dumps(line) for line in lines),
        },
    }


@lru_cache(maxsize=4)
def example(release: Release) -> Json:
    """Return one sound document, the same at every start; all of it is invented."""
    until = release.valid_from + timedelta(days=EXAMPLE_DAYS)
    return next(documents(release, centre_no=1, patients=1, seed=1, until=until))


def _document_schemas(release: Release) -> Json:
    """Return the JSON Schema of a document as components, its parts under names of their own."""
    schema = release.json_schema()
    parts = schema.pop("$defs")
    for foreign in ("$schema", "$id"):
        schema.pop(foreign)
    named = {DOCUMENT: schema, **{f"{DOCUMENT}.{name}": part for name, part in _items(parts)}}
    found: Json = json.loads(json.dumps(named).replace('"#/$defs/', f'"#/components/schemas/{DOCUMENT}.'))
    return found


def _items(parts: object) -> list[tuple[str, object]]:
    return list(parts.items()) if isinstance(parts, dict) else []
