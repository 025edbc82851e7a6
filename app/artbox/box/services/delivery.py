"""The way of records to the registers: pack, send, verify the receipt."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from artbox.box.adapters.store import Store, StoreHandle
from artbox.box.domain import exports
from artbox.box.domain.anonymity import Reason
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.deliveries import Delivered, PackageRow, PackageState, ReceiptRow
from artbox.box.errors import DeliveryFailed, NotEnrolled, PackageUnknown
from artbox.box.services.due import Demand
from artbox.box.services.packing import ACTOR, Packing
from artbox.box.services.sending import Sending, note_failure
from artbox.catalogue import Catalogue
from artbox.wire.packages import file_sha256


@dataclass(frozen=True)
class Outlook:
    """How many records of one register leave next, and how many anonymised ones stay, by reason."""

    waiting: int
    retained: Mapping[Reason, int]


class Delivery:
    """Delivers per register and kind; a crash at any point is mended by the next run."""

    def __init__(
        self,
        handle: StoreHandle,
        catalogue: Catalogue,
        demand: Demand,
        packing: Packing,
        sending: Sending,
    ) -> None:
        self._handle = handle
        self._catalogue = catalogue
        self._demand = demand
        self._packing = packing
        self._sending = sending
        self._delivering = threading.Lock()

    def deliver(self, register: str | None = None) -> list[Delivered]:
        """Send unsent packages first, then pack and send what is waiting; return what got its receipt now.

        Without a register, all that have a recipient certificate are tried. Raise NotEnrolled, BoxLocked, or
        the first DeliveryFailed after having tried every one.
        """
        return self._take_turns(self._asked_for(register))

    def deliver_due(self) -> list[Delivered]:
        """Deliver for the registers whose turn has come: daily, and after failures with growing pauses."""
        return self._take_turns(self._demand.turns(self._handle.store, self.recipients()))

    def _take_turns(self, registers: list[str]) -> list[Delivered]:
        store = self._handle.store
        if not self._sending.is_possible:
            raise NotEnrolled
        delivered: list[Delivered] = []
        failures: list[DeliveryFailed] = []
        with self._delivering:
            for name in registers:
                try:
                    self._deliver(store, name, delivered)
                except DeliveryFailed as failure:
                    failures.append(failure)
                    store.turns.failed(name, AuditEntry(AuditTag.TURN_FAILED, ACTOR, {"register": name}))
                else:
                    store.turns.succeeded(name, AuditEntry(AuditTag.TURN_FINISHED, ACTOR, {"register": name}))
        if failures:
            failures[0].fields["delivered"] = len(delivered)
            raise failures[0]
        return delivered

    def packages(self) -> list[PackageRow]:
        """Return every package, newest first."""
        return self._handle.store.packages.all()

    def package(self, package_id: int) -> PackageRow:
        """Return one package; raise PackageUnknown."""
        row = self._handle.store.packages.one(package_id)
        if row is None:
            raise PackageUnknown
        return row

    def package_file(self, package_id: int) -> Path:
        """Return the path of the encrypted package; raise PackageUnknown when there is no finished file."""
        row = self.package(package_id)
        path = self._packing.path(row)
        if row.state is PackageState.RESERVED or not path.is_file():
            raise PackageUnknown
        return path

    def hand_out(self, package_id: int, actor: str) -> Path:
        """Return the file of a package to be carried by hand; from now on it counts as having left.

        One that never left is brought in line with consent first. Raise PackageUnknown or DeliveryFailed.
        """
        with self._delivering:
            store, row = self._handle.store, self.package(package_id)
            if row.state is not PackageState.RECEIPTED:
                self._demand.mind_consent(store, row)
                row = self._with_file(store, package_id)
                detail = {"package_id": row.id}
                store.packages.attempting(row.id, AuditEntry(AuditTag.PACKAGE_HANDED_OUT, actor, detail))
        return self.package_file(package_id)

    def take_receipt(self, package_id: int, answer: str, actor: str) -> None:
        """Keep a receipt that was carried by hand, verified like one from the network.

        `answer` is the server's JSON. One for a package that has its receipt changes nothing. Raise
        PackageUnknown, or DeliveryFailed for anything but this package's genuine receipt.
        """
        with self._delivering:
            row = self.package(package_id)
            if row.state is not PackageState.RECEIPTED:
                self._sending.take(self._handle.store, row, answer, actor)

    def receipt(self, package_id: int) -> ReceiptRow | None:
        """Return the verified receipt of a package; None while there is none."""
        return self._handle.store.packages.receipt(package_id)

    def outlook(self) -> dict[str, Outlook]:
        """Return for each register what leaves next, and what stays lest it be recognised."""
        store = self._handle.store
        found = {}
        for register in self._catalogue.current.registers:
            due = self._demand.due(store, register)
            unreceipted = sum(row.count for row in store.packages.open(register))
            found[register] = Outlook(len(due.items) + unreceipted, due.retained)
        return found

    def waiting(self) -> dict[str, int]:
        """Return how many records wait per register (withdrawals and unreceipted packages included)."""
        return {register: outlook.waiting for register, outlook in self.outlook().items()}

    def retained(self) -> dict[str, Mapping[Reason, int]]:
        """Return how many anonymised records stay per register lest they be recognised, by reason."""
        return {register: outlook.retained for register, outlook in self.outlook().items()}

    def recipients(self) -> list[str]:
        """Return the registers the box has a recipient certificate for."""
        known = self._catalogue.current.registers
        return [register for register in known if self._packing.recipient(register) is not None]

    def held(self) -> dict[str, int]:
        """Return how many records open findings keep from each register."""
        store = self._handle.store
        return {
            register: sum(
                candidate.held and candidate.assigned
                for candidate in store.candidates.for_register(register)[0]
            )
            for register in self._catalogue.current.registers
        }

    def _asked_for(self, register: str | None) -> list[str]:
        if register is None:
            return self.recipients()
        if register not in self._catalogue.current.registers:
            raise DeliveryFailed(reason="register-unknown")
        if self._packing.recipient(register) is None:
            raise DeliveryFailed(reason="recipient-missing", register=register)
        return [register]

    def _deliver(self, store: Store, register: str, delivered: list[Delivered]) -> None:
        for row in store.packages.open(register):
            self._demand.mind_consent(store, row)
            delivered.append(self._finish(store, row.id))
        centre_no = store.box().centre_no
        due = self._demand.due(store, register)
        for batch in exports.batches(due.items, self._catalogue.current.version):
            entry = AuditEntry(
                AuditTag.PACKAGE_RESERVED,
                ACTOR,
                {"register": register, "kind": batch.kind.value, "count": len(batch.items)},
            )
            package_id = store.packages.reserve(centre_no, register, batch, entry)
            delivered.append(self._finish(store, package_id))

    def _finish(self, store: Store, package_id: int) -> Delivered:
        """Bring one package from wherever it stands to its receipt; raise DeliveryFailed."""
        row = self._with_file(store, package_id)
        self._sending.send(store, row, self._packing.path(row))
        return Delivered(row.id, row.name, row.register, row.kind, row.count)

    def _with_file(self, store: Store, package_id: int) -> PackageRow:
        """Return a package whose file is there and whole, written now where it was not."""
        row = self.package(package_id)
        if row.state is PackageState.RESERVED or self._is_lost(store, row):
            try:
                self._packing.pack(store, row)
            except DeliveryFailed as failure:
                note_failure(store, row, failure)
                raise
            row = self.package(package_id)
        return row

    def _is_lost(self, store: Store, row: PackageRow) -> bool:
        """Say whether the file must be written again; one that may have left must not change any more."""
        path = self._packing.path(row)
        if path.is_file() and file_sha256(path) == row.sha256:
            return False
        if store.packages.attempted(row.id):
            failure = DeliveryFailed(reason="file-missing", register=row.register, package=row.name)
            note_failure(store, row, failure)
            raise failure
        return True
