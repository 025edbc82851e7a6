"""What has to leave the box for a register now, and what consent no longer lets leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from artbox.box.adapters.store import Store
from artbox.box.domain import consent, exports
from artbox.box.domain.anonymity import Reason
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.deliveries import Kind, PackageRow
from artbox.box.domain.schedule import is_due
from artbox.box.services.anonymising import Anonymising
from artbox.box.services.clock import Clock
from artbox.box.services.packing import ACTOR


@dataclass(frozen=True)
class Due:
    """What leaves now, and how many anonymised records stay, by reason."""

    items: tuple[exports.Item, ...]
    retained: Mapping[Reason, int]


class Demand:
    """Puts together consent, what lies at a register, and what anonymity asks for."""

    def __init__(self, anonymising: Anonymising, now: Clock) -> None:
        self._anonymising = anonymising
        self._now = now

    def due(self, store: Store, register: str) -> Due:
        """Return what leaves for a register now; anonymised records only as far as they can hide."""
        candidates, statements = store.candidates.for_register(register)
        today = self._now().date()
        items = list(
            exports.items(
                candidates,
                lambda patient_id: consent.current_status(statements.get(patient_id, ()), register, today),
            )
        )
        anonymised = [item for item in items if item.kind is Kind.ANONYMISED]
        taken_back = {item.cycle_id for item in items if item.kind is Kind.WITHDRAWAL}
        selection = self._anonymising.select(store, register, anonymised, taken_back)
        others = [item for item in items if item.kind is not Kind.ANONYMISED]
        leaving = [one.item for one in selection.leaving]
        return Due((*others, *leaving), selection.retained)

    def turns(self, store: Store, registers: Sequence[str]) -> list[str]:
        """Return the registers whose turn has come: daily, and after failures with growing pauses."""
        taken, now = store.turns.all(), self._now()
        return [register for register in registers if is_due(taken.get(register), now)]

    def mind_consent(self, store: Store, row: PackageRow) -> None:
        """Take out of a package that never left what consent no longer lets travel in this kind.

        Anonymised records hide among each other: when one goes, all of them go back and are chosen anew.
        """
        if row.kind is Kind.WITHDRAWAL or store.packages.attempted(row.id):
            return
        _, statements = store.candidates.for_register(row.register)
        today = self._now().date()
        records = store.packages.records(row.id)
        dropped = [
            record.record_key_id
            for record in records
            if consent.decide(statements.get(record.patient_id, ()), row.register, today) is not row.kind
        ]
        if dropped and row.kind is Kind.ANONYMISED:
            dropped = [record.record_key_id for record in records]
        if dropped:
            entry = AuditEntry(
                AuditTag.PACKAGE_REVISED, ACTOR, {"package_id": row.id, "dropped": len(dropped)}
            )
            store.packages.drop(row.id, dropped, entry)
