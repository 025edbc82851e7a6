"""The JSON Schema a vendor builds on: valid 2020-12, closed at every level, agreeing with the check."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import jsonschema_rs
import pytest

from artbox.catalogue import Release, synthetic

UNTIL = date(2026, 7, 1)


@pytest.fixture(scope="module")
def schema(release: Release) -> dict[str, Any]:
    return release.json_schema()


@pytest.fixture(scope="module")
def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def objects(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_it_is_a_valid_schema(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert jsonschema_rs.meta.is_valid(schema)


def test_every_object_is_closed(schema: dict[str, Any]) -> None:
    found = list(objects(schema))
    assert len(found) >= 7
    assert all(part["additionalProperties"] is False for part in found)


def test_every_list_is_bounded(schema: dict[str, Any]) -> None:
    def arrays(part: object) -> Iterator[dict[str, Any]]:
        if isinstance(part, dict):
            if part.get("type") == "array":
                yield part
            for inner in part.values():
                yield from arrays(inner)

    assert all("maxItems" in part for part in arrays(schema))


def test_every_delivered_field_stands_at_its_level(release: Release, schema: dict[str, Any]) -> None:
    for name, field in release.fields.items():
        level = schema["$defs"][field.level]
        # the centre number may stand at a patient as part of the structure
        assert name == "centre_no" or (name in level["properties"]) is (field.origin == "delivered")
        assert (name in level["required"]) is field.mandatory


def test_optional_values_may_be_unknown(release: Release, schema: dict[str, Any]) -> None:
    for name, field in release.fields.items():
        if field.origin == "delivered":
            unknown = {"$ref": "#/$defs/unknown"} in schema["$defs"][field.level]["properties"][name].get(
                "anyOf", []
            )
            assert unknown is not field.mandatory


def test_synthetic_documents_are_valid(
    release: Release, validator: jsonschema_rs.Draft202012Validator
) -> None:
    for document in synthetic.documents(release, centre_no=123, patients=30, seed=8, until=UNTIL):
        assert validator.is_valid(document)


def test_schema_and_check_agree_on_the_form(
    release: Release, validator: jsonschema_rs.Draft202012Validator
) -> None:
    """What the schema refuses, the check refuses by an F id; what only rules object to is valid."""
    beyond_the_schema = {"wrong_centre", "soft_range", "future_date", "duplicate", "looks_like_master_data"}
    for rule, document in synthetic.faulty(release, centre_no=123, seed=8, until=UNTIL):
        check = release.checks.get(rule)
        refused = check is not None and check.kind not in beyond_the_schema
        assert validator.is_valid(document) is not refused, rule
