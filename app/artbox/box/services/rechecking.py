"""Judges what is stored again when the catalogue is another than the one it was judged by.

Runs beside the daily work, a few patients at a time; the box stays usable, and a kill at any point only
means that the next start goes on. Who arrives meanwhile is judged at the door by the rules in force.
"""

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.assessments import german_day
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.rechecks import Demands, Recheck, RecheckState
from artbox.box.services.clock import Clock
from artbox.box.services.judging import Judge
from artbox.catalogue import Catalogue
from artbox.catalogue.fingerprints import fingerprint

ACTOR = "rechecking"
BATCH = 10
"""Patients per transaction: about a tenth of a second, the longest an import has to wait for it."""


class Rechecking:
    """Notices a changed catalogue and leads the recheck to its end."""

    def __init__(self, handle: StoreHandle, catalogue: Catalogue, now: Clock) -> None:
        self._handle = handle
        self._catalogue = catalogue
        self._now = now
        self._fingerprint = fingerprint(catalogue.parts)

    def latest(self) -> Recheck | None:
        """Return the last recheck with its progress; raise BoxLocked."""
        return self._handle.store.rechecks.latest()

    def step(self) -> bool:
        """Begin a recheck if one is due, or judge a few patients; False when there is nothing to do."""
        table, latest = self._handle.store.rechecks, self.latest()
        if latest is None or latest.fingerprint != self._fingerprint:
            release = self._catalogue.current.version
            entry = AuditEntry(AuditTag.RECHECK_BEGUN, ACTOR, {"release": release})
            table.begin(release, self._fingerprint, self._catalogue.parts, entry)
            return True
        if latest.state is not RecheckState.RUNNING:
            return False
        demands = Demands(table.parts_before(), self._catalogue.parts)
        entry = AuditEntry(AuditTag.RECHECK_CONTINUED, ACTOR, {"recheck": latest.number})
        centre_no, today = self._handle.store.box().centre_no, german_day(self._now())
        judge = Judge(self._catalogue, (), centre_no=centre_no, today=today)
        table.go_on(BATCH, judge.again, demands, entry)
        return True
