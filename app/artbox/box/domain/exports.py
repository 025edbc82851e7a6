"""What has to leave the box for one register: which records, in which form, and which to take back.

A record travels in the kind that consent demands; its current revisions are delivered once. What lies at the
register in another kind, or no longer belongs there, is withdrawn, always in a package of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from artbox.box.domain.consent import DECISION_TABLE, ConsentStatus, demanded
from artbox.box.domain.deliveries import Kind

MAX_RECORDS = 10_000
"""The largest number of records in one package."""
Rare = tuple[str, str]
"""A field and the text of a value that may single a record out."""


@dataclass(frozen=True)
class LiveRecord:
    """A record at the register (or on its way): its key, its kind, and the revisions last delivered."""

    record_key_id: int
    kind: Kind
    cycle_revision: int
    patient_revision: int


@dataclass(frozen=True)
class Candidate:
    """A cycle that counts for the register (`assigned`), or has a record there; `held` by open findings."""

    cycle_id: int
    patient_id: int
    release: str
    cycle_revision: int
    patient_revision: int
    assigned: bool
    held: bool
    live: tuple[LiveRecord, ...]


@dataclass(frozen=True)
class Shared:
    """How an anonymised record fits in: steps taken, its group then, rare values kept, fields dropped."""

    steps: int
    group: str
    rare: tuple[Rare, ...] = ()
    suppressed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One record of a package to be: an export, or the withdrawal of the record with this key."""

    cycle_id: int
    kind: Kind
    release: str
    cycle_revision: int
    patient_revision: int
    withdrawn_key_id: int | None = None
    patient_id: int = 0
    shared: Shared | None = None


@dataclass(frozen=True)
class Batch:
    """The content of one package to be."""

    kind: Kind
    release: str
    items: tuple[Item, ...]


def items(candidates: Iterable[Candidate], status: Callable[[int], ConsentStatus | None]) -> Iterator[Item]:
    """Yield what must travel; `status` tells the consent in force for a patient's id."""
    for candidate in candidates:
        stated = status(candidate.patient_id)
        for record in candidate.live:
            if DECISION_TABLE[stated, record.kind].withdraw or not candidate.assigned:
                yield _item(candidate, Kind.WITHDRAWAL, record.record_key_id)
        kind = demanded(stated)
        if candidate.assigned and not candidate.held and not _delivered(candidate, kind):
            yield _item(candidate, kind, None)


def batches(waiting: Iterable[Item], current_release: str) -> list[Batch]:
    """Split into packages of one kind and release each; withdrawals come first, as of `current_release`."""

    def group(item: Item) -> tuple[bool, str, str]:
        withdrawal = item.kind is Kind.WITHDRAWAL
        return not withdrawal, item.kind.value, current_release if withdrawal else item.release

    result = []
    for (_, kind, release), members in groupby(sorted(waiting, key=group), key=group):
        pending = list(members)
        for start in range(0, len(pending), MAX_RECORDS):
            result.append(Batch(Kind(kind), release, tuple(pending[start : start + MAX_RECORDS])))
    return result


def _delivered(candidate: Candidate, kind: Kind) -> bool:
    current = (candidate.cycle_revision, candidate.patient_revision)
    return any(
        record.kind is kind and (record.cycle_revision, record.patient_revision) == current
        for record in candidate.live
    )


def _item(candidate: Candidate, kind: Kind, withdrawn_key_id: int | None) -> Item:
    return Item(
        candidate.cycle_id,
        kind,
        candidate.release,
        candidate.cycle_revision,
        candidate.patient_revision,
        withdrawn_key_id,
        candidate.patient_id,
    )
