"""The work list of open findings: what a centre has to correct or confirm, said in the catalogue's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.worklist import PAGE_SIZE, FindingRow, Wanted
from artbox.box.errors import FindingUnknown
from artbox.box.services.clock import Clock
from artbox.catalogue import Catalogue, Release, Text
from artbox.catalogue.findings import Findings, Place

LARGEST_TABLE = 50_000
"""The most findings a table for download holds."""


@dataclass(frozen=True)
class Correction:
    """A finding with the message of its rule, the label of its field, and for how many days it is open."""

    row: FindingRow
    message: Text
    label: Text | None
    days: int


@dataclass(frozen=True)
class Worklist:
    """One page of the list; `number` counts from 1."""

    corrections: tuple[Correction, ...]
    total: int
    number: int
    pages: int


class Corrections:
    """Reads the findings of the current revisions; raise BoxLocked while the store is closed."""

    def __init__(self, handle: StoreHandle, catalogue: Catalogue, now: Clock) -> None:
        self._handle = handle
        self._catalogue = catalogue
        self._now = now
        self._wording = cache(_wording)

    def page(self, wanted: Wanted, number: int) -> Worklist:
        """Return a page; a number beyond the last gives the last."""
        view = self._handle.store.findings
        total = view.count(wanted)
        pages = max(1, -(-total // PAGE_SIZE))
        shown = min(max(1, number), pages)
        rows = view.rows(wanted, offset=(shown - 1) * PAGE_SIZE, limit=PAGE_SIZE)
        return Worklist(self._say(rows), total, shown, pages)

    def all(self, wanted: Wanted) -> tuple[Correction, ...]:
        """Return the whole list, LARGEST_TABLE at most."""
        return self._say(self._handle.store.findings.rows(wanted, offset=0, limit=LARGEST_TABLE))

    def count(self) -> int:
        """Return how many open findings hold a record back."""
        return self._handle.store.findings.count(Wanted())

    def moment_before(self, days: int) -> datetime:
        """Return the moment so many days ago."""
        return self._now() - timedelta(days=days)

    def rules(self, *, confirmed: bool) -> dict[str, int]:
        """Return the rules that have findings, with their number."""
        return self._handle.store.findings.rules(confirmed=confirmed)

    def one(self, finding_id: int) -> Correction:
        """Return one finding, also one that no longer holds; raise FindingUnknown."""
        row = self._handle.store.findings.one(finding_id)
        if row is None:
            raise FindingUnknown
        return self._say([row])[0]

    def of_import(self, import_id: str, references: Sequence[str]) -> list[FindingRow]:
        """Return what is still open of these patients (by own reference) of an import's program."""
        return self._handle.store.findings.open_of_import(import_id, references)

    def _say(self, rows: Sequence[FindingRow]) -> tuple[Correction, ...]:
        now = self._now()
        return tuple(self._correction(row, now) for row in rows)

    def _correction(self, row: FindingRow, now: datetime) -> Correction:
        release = self._catalogue.releases.get(row.release, self._catalogue.current)
        known = release.fields.get(row.field) if row.field else None
        end = row.superseded_at or row.confirmed_at or now
        message = self._message(release, row.rule, row.field)
        return Correction(row, message, known.label if known else None, max(0, (end - row.open_since).days))

    def _message(self, release: Release, rule: str, field: str | None) -> Text:
        if rule in release.rules:
            return release.rules[rule].message
        if rule in release.assurances:
            return release.assurances[rule].message
        check = release.checks.get(rule)
        if check is None:
            return Text(rule, rule)
        wording = self._wording(release)
        if field is not None and field in release.fields:
            return wording.at_field(check.kind, Place(""), release.fields[field]).message
        return wording.general(check.kind, Place(""), name=field).message


def _wording(release: Release) -> Findings:
    return Findings(release.definition)
