"""Assesses the prospectivity of cycles after they came in, on the evidence of a synchronised clock.

A cycle whose receipt no synchronised clock has proven stays "not assessable" and is looked at again as soon
as the clock is one: what the box holds at that moment, it demonstrably held then.
"""

import threading
from dataclasses import replace
from datetime import datetime

from artbox.box.adapters.clock import ReadClock
from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.assessments import (
    AssessedCycle,
    ClockState,
    CycleToAssess,
    KeptAssessment,
    german_day,
)
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.services.clock import Clock
from artbox.catalogue import Catalogue, Release

ACTOR = "assessing"
BATCH = 50
"""Cycles per transaction: some hundredths of a second, the longest an import has to wait for it."""


class Assessing:
    """Works off the cycles that changed; a crash loses nothing, the next run goes on."""

    def __init__(self, handle: StoreHandle, catalogue: Catalogue, now: Clock, read_clock: ReadClock) -> None:
        self._handle = handle
        self._catalogue = catalogue
        self._now = now
        self._read_clock = read_clock
        self._running = threading.Lock()
        self._synchronised_since: datetime | None = None

    def look_at_clock(self) -> ClockState:
        """Read the clock's state and remember since when it has been synchronised without a break."""
        state = self._read_clock()
        if state is not ClockState.SYNCHRONISED:
            self._synchronised_since = None
        elif self._synchronised_since is None:
            self._synchronised_since = self._now()
        return state

    def step(self) -> bool:
        """Assess some of the cycles that changed; False when there were none. Raise BoxLocked."""
        with self._running:
            proves = self.look_at_clock() is ClockState.SYNCHRONISED
            cycles = self._handle.store.assessments.pending(BATCH, clock_proves=proves)
            if not cycles:
                return False
            found = [self._assess(cycle) for cycle in cycles]
            entry = AuditEntry(AuditTag.CYCLES_ASSESSED, ACTOR, {"count": len(found)})
            self._handle.store.assessments.keep(found, entry)
            return True

    def run(self) -> None:
        """Assess every cycle that changed; raise BoxLocked."""
        while self.step():
            pass

    def _assess(self, cycle: CycleToAssess) -> AssessedCycle:
        current = cycle.revisions[0]
        release = self._catalogue.for_cycle(current)
        proven_at = cycle.proven_at or self._proof(cycle)
        assessments = (self._of_register(release, cycle, register, proven_at) for register in cycle.registers)
        deadlines = release.deadlines(dict(cycle.patient), dict(current), german_day(self._now()))
        return AssessedCycle(
            cycle.cycle_id,
            cycle.changes,
            proven_at,
            tuple(assessments),
            {item.rule: item.on for item in deadlines},
            release.last_day(current),
        )

    def _proof(self, cycle: CycleToAssess) -> datetime | None:
        """Return the earliest moment at which a synchronised clock proves that the box holds the cycle."""
        since = self._synchronised_since
        if since is None:
            return None
        return cycle.first_received_at if since <= cycle.first_received_at else self._now()

    def _of_register(
        self, release: Release, cycle: CycleToAssess, register: str, proven_at: datetime | None
    ) -> KeptAssessment:
        kept = cycle.kept.get(register)
        if kept is not None and kept.is_final:
            return self._followed(kept, cycle)
        recorded_on = german_day(proven_at) if proven_at else None
        found = release.assess(register, cycle.revisions[0], recorded_on, cycle.revisions[1:])
        return KeptAssessment(
            register=register,
            result=found.result,
            reason=found.reason,
            rule=found.rule,
            anchor_on=found.anchor_on,
            lag_days=found.lag_days,
            release=release.version,
        )

    def _followed(self, kept: KeptAssessment, cycle: CycleToAssess) -> KeptAssessment:
        """Mark a final assessment whose anchor date was moved since; the result stays."""
        release = self._catalogue.releases.get(kept.release)
        if release is None or kept.rule is None:
            return kept
        stated = release.anchor(kept.rule, cycle.revisions[0])
        if stated == kept.anchor_on and not kept.moved:
            return kept
        return replace(kept, moved=True, moved_to=stated)
