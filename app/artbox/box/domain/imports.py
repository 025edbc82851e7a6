"""An import document as it was judged, what became of each record, and what is remembered of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from artbox.box.domain.consent import Statement
from artbox.box.domain.content import content_hash

Json = dict[str, object]


class Outcome(StrEnum):
    """What an import did to a record."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True)
class StoredFinding:
    """An objection as it is kept: where and which rule, never a value. No registers means all of them."""

    rule: str
    severity: str
    field: str | None
    child_no: int | None
    registers: tuple[str, ...]


@dataclass(frozen=True)
class JudgedCycle:
    """A cycle with the registers it counts for and the objections to it."""

    ref: str
    body: Json = field(repr=False)
    registers: tuple[str, ...]
    findings: tuple[StoredFinding, ...]

    @property
    def content_hash(self) -> str:
        """The hash that tells a changed cycle from an unchanged one."""
        return content_hash(self.body)


@dataclass(frozen=True)
class JudgedPatient:
    """A patient that may be stored; `findings` are those about no single cycle."""

    index: int
    ref: str
    body: Json = field(repr=False)
    consents: tuple[Statement, ...]
    cycles: tuple[JudgedCycle, ...]
    findings: tuple[StoredFinding, ...]

    @property
    def content_hash(self) -> str:
        """The hash over what is said of the patient, cycles and consents left out."""
        return content_hash(self.body)


@dataclass(frozen=True)
class CycleOutcome:
    """What became of one cycle; no revision when it was rejected."""

    ref: str | None
    outcome: Outcome
    revision: int | None


@dataclass(frozen=True)
class PatientOutcome:
    """What became of one patient and of each cycle, in the document's order."""

    index: int
    ref: str | None
    outcome: Outcome
    cycles: tuple[CycleOutcome, ...]


@dataclass(frozen=True)
class Arrival:
    """Who handed over which document; `document_hash` is the SHA-256 of its bytes."""

    id: str
    token_id: int
    product: str
    release: str
    document_hash: str
    idempotency_key: str | None


@dataclass(frozen=True)
class Report:
    """The report of an import as the interface returns it, and its summary."""

    complete: bool
    summary: Mapping[str, int]
    document: Json = field(repr=False)


@dataclass(frozen=True)
class ImportSummary:
    """One row of the list of imports; counts are of cycles but for `patients`."""

    id: str
    received_at: datetime
    product: str
    release: str
    complete: bool
    patients: int
    cycles: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    with_findings: int
