"""The shapes of the interface's answers, for its OpenAPI description; services build the answers."""

from typing import Any, Literal

from pydantic import BaseModel

Outcome = Literal["created", "updated", "unchanged", "rejected"]


class State(BaseModel):
    """The state of the box."""

    state: Literal["setup", "locked", "ready", "busy"]


class Problem(BaseModel):
    """Problem details (RFC 9457); `type` is one of the table in the description."""

    type: str
    title: str
    status: int


class Accepted(BaseModel):
    """Where the report of an import is found."""

    id: str
    state: str


class Message(BaseModel):
    """One text in German and English."""

    de: str
    en: str


class FindingOut(BaseModel):
    """One objection to a record; it names the place and the rule and never carries a value."""

    pointer: str
    cycle_ref: str | None
    child_no: int | None
    field: str | None
    rule: str
    severity: Literal["hart", "weich", "hinweis"]
    message: Message


class CycleResult(BaseModel):
    """What became of one cycle; a reference that may hold master data is not repeated."""

    cycle_ref: str | None
    outcome: Outcome
    revision: int | None = None


class Result(BaseModel):
    """What became of one patient's record."""

    index: int
    patient_ref: str | None
    outcome: Outcome
    cycles: list[CycleResult]
    findings: list[FindingOut]


class Summary(BaseModel):
    """Counts of the whole import."""

    patients: int
    cycles: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    with_findings: int


class Report(BaseModel):
    """The report of one import; results come in the order of the request."""

    id: str
    state: str
    complete: bool
    dry_run: bool
    summary: Summary
    results: list[Result]


class CatalogueOut(BaseModel):
    """The release in force: fields, choice lists, rules of every form, and registers."""

    version: str
    status: str
    valid_from: str
    fields: list[dict[str, Any]]
    choice_lists: list[dict[str, Any]]
    rules: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    assurances: list[dict[str, Any]]
    prospectivity: list[dict[str, Any]]
    registers: list[dict[str, Any]]
