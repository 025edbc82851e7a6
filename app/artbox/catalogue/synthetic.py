"""Import documents made up from the catalogue's own data: sound ones, and ones that break one rule each.

All values are invented; equal arguments give equal documents.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from artbox.catalogue.faults import FaultMaker, Faulty
from artbox.catalogue.release import Release
from artbox.catalogue.telling import Teller

__all__ = ["Faulty", "documents", "faulty"]

PER_DOCUMENT = 50
STARTING_POINTS = 5
PRODUCT = "ARTbox Testdaten"


def documents(
    release: Release,
    *,
    centre_no: int,
    patients: int,
    seed: int,
    until: date | None = None,
) -> Iterator[dict[str, object]]:
    """Make sound import documents holding `patients` patients together, each passing `check` without finding.

    `until` is the last day any date may fall on (default: today, UTC).
    """
    teller = Teller(release, centre_no, until or _today(), seed)
    for first in range(0, patients, PER_DOCUMENT):
        numbers = range(first, min(patients, first + PER_DOCUMENT))
        yield _document(release, centre_no, [teller.patient(number) for number in numbers])


def faulty(release: Release, *, centre_no: int, seed: int, until: date | None = None) -> Iterator[Faulty]:
    """Make one document for each check and rule of the release, breaking exactly that one."""
    last = until or _today()
    teller = Teller(release, centre_no, last, seed)
    sound = [_document(release, centre_no, [teller.patient(number)]) for number in range(STARTING_POINTS)]
    yield from FaultMaker(release, sound, last).all()


def _document(release: Release, centre_no: int, patients: list[dict[str, object]]) -> dict[str, object]:
    return {
        "schema_version": release.version,
        "centre_no": centre_no,
        "source_system": {"product": PRODUCT, "version": release.version},
        "patients": patients,
    }


def _today() -> date:
    return datetime.now(tz=UTC).date()
