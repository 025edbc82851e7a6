"""What is remembered of each request to the interface: what it said of itself and what it was answered.

Bodies are taken apart at once and forgotten; of a document its kinds of content remain, not its records.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from artbox.box.api.problems import TYPE_PREFIX

Json = dict[str, Any]
IMPORTS = "/api/v1/imports"
NDJSON_TYPE = "application/x-ndjson"
RUNNING = "running"


@dataclass(frozen=True)
class Content:
    """The kinds of content one import document holds."""

    products: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
    treatments: frozenset[str] = frozenset()
    children: bool = False
    unknown: bool = False


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; `at` in seconds of a clock that never jumps."""

    at: float
    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body_hash: str
    content: Content
    status: int
    answer_headers: Mapping[str, str] = field(repr=False)
    answer: Json = field(repr=False)

    @property
    def is_import(self) -> bool:
        """Whether a document was handed over."""
        return self.method == "POST" and self.path == IMPORTS

    @property
    def import_id(self) -> str | None:
        """The id of the import this exchange brought about or asked for; None for a refusal."""
        if self.is_import or self.path.startswith(f"{IMPORTS}/"):
            found = self.answer.get("id")
            return found if isinstance(found, str) and self.status < 300 else None
        return None

    @property
    def holds_report(self) -> bool:
        """Whether the answer is a report of an import that is over."""
        over = self.answer.get("state") != RUNNING
        return self.status == 200 and over and isinstance(self.answer.get("results"), list)

    @property
    def problem(self) -> str | None:
        """The name of the problem answered with; None when there was none."""
        kind = self.answer.get("type")
        return kind.removeprefix(TYPE_PREFIX) if self.status >= 400 and isinstance(kind, str) else None

    @property
    def is_bulk(self) -> bool:
        """Whether the document came line by line."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower() == NDJSON_TYPE


def body_hash(body: bytes) -> str:
    """Return the SHA-256 that tells one document from another."""
    return hashlib.sha256(body).hexdigest()


def content_of(body: bytes) -> Content:
    """Take a document apart; what cannot be read is an empty content, for judging it is the box's task."""
    try:
        parts = _parts(body)
    except (ValueError, RecursionError):
        return Content()
    patients = [patient for patient in parts[1:] if isinstance(patient, dict)]
    cycles = [cycle for patient in patients for cycle in _objects(patient, "cycles")]
    consents = [consent for patient in patients for consent in _objects(patient, "consents")]
    children = [child for cycle in cycles for child in _objects(cycle, "children")]
    return Content(
        products=_product(parts[0]),
        consents=_words(consents, "status"),
        treatments=_words(cycles, "treatment_type"),
        children=bool(children),
        unknown=any(
            _is_unknown(value) for record in (*patients, *cycles, *children) for value in record.values()
        ),
    )


def _parts(body: bytes) -> list[Any]:
    """Return the header and then each patient, of either form of a document."""
    try:
        document = json.loads(body)
    except ValueError:
        return [json.loads(line) for line in body.splitlines() if line.strip()] or [{}]
    patients = document.get("patients") if isinstance(document, dict) else None
    return [document, *(patients if isinstance(patients, list) else [])]


def _product(header: Any) -> frozenset[str]:
    system = header.get("source_system") if isinstance(header, dict) else None
    if not isinstance(system, dict):
        return frozenset()
    return frozenset({" ".join(str(system.get(name, "")) for name in ("product", "version")).strip()})


def _objects(record: Json, member: str) -> Iterator[Json]:
    items = record.get(member)
    yield from (item for item in (items if isinstance(items, list) else []) if isinstance(item, dict))


def _words(records: list[Json], member: str) -> frozenset[str]:
    return frozenset(value for record in records if isinstance(value := record.get(member), str))


def _is_unknown(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"unknown"}
