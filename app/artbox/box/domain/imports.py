"""An import document as it was judged, what became of each record, and what is remembered of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from artbox.box.domain.accounts import Token
from artbox.box.domain.consent import Statement
from artbox.box.domain.content import canonical_text, text_hash
from artbox.box.errors import IdempotencyConflict, ImportUnderWay

Json = dict[str, object]


class Outcome(StrEnum):
    """What an import did to a record."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class ImportState(StrEnum):
    """How far an import has come; what an aborted one had stored by then stays stored."""

    RUNNING = "running"
    FINISHED = "finished"
    ABORTED = "aborted"


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
    """A cycle with the release that judged it, the registers it counts for and the objections to it."""

    ref: str
    body: Json = field(repr=False)
    release: str
    registers: tuple[str, ...]
    findings: tuple[StoredFinding, ...]

    @cached_property
    def text(self) -> str:
        """The canonical JSON that is stored."""
        return canonical_text(self.body)

    @cached_property
    def content_hash(self) -> str:
        """The hash that tells a changed cycle from an unchanged one."""
        return text_hash(self.text)


@dataclass(frozen=True)
class JudgedPatient:
    """A patient that may be stored; `findings` are those about no single cycle."""

    index: int
    ref: str
    body: Json = field(repr=False)
    release: str
    consents: tuple[Statement, ...]
    cycles: tuple[JudgedCycle, ...]
    findings: tuple[StoredFinding, ...]

    @cached_property
    def text(self) -> str:
        """The canonical JSON that is stored: what is said of the patient, cycles and consents left out."""
        return canonical_text(self.body)

    @cached_property
    def content_hash(self) -> str:
        """The hash that tells a changed patient from an unchanged one."""
        return text_hash(self.text)


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
class Handover:
    """Who hands a document over, and how: `idempotency_key` is the program's own name for this handover."""

    token: Token
    dry_run: bool = False
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Arrival:
    """Who hands over a document; `document_hash` is the SHA-256 of its bytes, None until all have come."""

    id: str
    token_id: int
    product: str
    release: str
    document_hash: str | None
    idempotency_key: str | None


@dataclass(frozen=True)
class Judgement:
    """What the catalogue says of a patient: the record to store, or the outcome of one that is rejected."""

    subject: JudgedPatient | PatientOutcome
    findings: tuple[Json, ...]


@dataclass(frozen=True)
class Portion:
    """Some patients of an import, stored together; `finished` is the document's hash with the last ones."""

    judgements: Sequence[Judgement]
    finished: str | None = None


@dataclass(frozen=True)
class Result:
    """What became of one patient, as it stands in the report."""

    outcome: PatientOutcome
    findings: tuple[Json, ...]


@dataclass(frozen=True)
class ReportHead:
    """A report without its results; they are asked for in stretches, for there may be very many."""

    id: str
    state: ImportState
    complete: bool
    dry_run: bool
    summary: Mapping[str, int]
    document_hash: str | None

    def as_dict(self) -> Json:
        """Return the members that stand before `results`."""
        return {
            "id": self.id,
            "state": self.state.value,
            "complete": self.complete,
            "dry_run": self.dry_run,
            "summary": dict(self.summary),
        }

    def of(self, document_hash: str) -> "ReportHead":
        """Return this head if it belongs to the document with this hash; raise IdempotencyConflict.

        Raise ImportUnderWay where the hash of the earlier document is not known yet.
        """
        if self.document_hash is None:
            raise ImportUnderWay(import_id=self.id)
        if self.document_hash != document_hash:
            raise IdempotencyConflict
        return self


@dataclass(frozen=True)
class ImportSummary:
    """One row of the list of imports; counts are of cycles but for `patients`."""

    id: str
    received_at: datetime
    product: str
    release: str
    state: ImportState
    complete: bool
    patients: int
    cycles: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    with_findings: int
