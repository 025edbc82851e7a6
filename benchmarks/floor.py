"""The least an import can cost: parse each patient, judge its form, write the same bytes into SQLCipher."""

import json
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

import jsonschema_rs
import sqlcipher3

from artbox.catalogue import Release
from artbox.catalogue.json_schema import patient_schema


def seconds(lines: Sequence[bytes], release: Release, directory: Path) -> float:
    """Return the seconds the floor takes for these patients, with the store's own durability."""
    validator = jsonschema_rs.Draft202012Validator(patient_schema(release.definition), validate_formats=True)
    path = directory / "floor.db"
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{secrets.token_hex(32)}'\"")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE patients (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for line in lines:
        patient = json.loads(line)
        if not validator.is_valid(patient):
            raise RuntimeError("a synthetic patient does not fit the schema")
        connection.execute("INSERT INTO patients (body) VALUES (?)", (line.decode(),))
    connection.execute("COMMIT")
    taken = time.perf_counter() - began
    connection.close()
    path.unlink()
    return taken
