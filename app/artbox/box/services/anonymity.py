"""The report that says how anonymous the anonymised records are."""

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.anonymity import Limits
from artbox.box.domain.anonymity_report import RegisterAnonymity, report
from artbox.box.services.delivery import Delivery
from artbox.catalogue import Catalogue, Kind


class AnonymityReport:
    """Reads what left and what stays; changes nothing."""

    def __init__(self, handle: StoreHandle, catalogue: Catalogue, delivery: Delivery, limits: Limits) -> None:
        self._handle = handle
        self._catalogue = catalogue
        self._delivery = delivery
        self.limits = limits

    @property
    def group(self) -> tuple[str, ...]:
        """The fields a record shares with the others of its group."""
        return self._catalogue.current.definition.anonymity.group

    def registers(self) -> list[RegisterAnonymity]:
        """Return one report for each register; raise BoxLocked."""
        store, retained = self._handle.store, self._delivery.retained()
        return [
            report(name, self._levels(name), store.anonymised.rows(name), retained[name])
            for name in self._catalogue.current.registers
        ]

    def _levels(self, register: str) -> dict[str, str]:
        """Return how each assigned field leaves, those that are dropped included."""
        release = self._catalogue.current
        leaving = release.projection(register, Kind.ANONYMISED).fields
        kept = {one.field.name: one.coarsening.value for one in leaving}
        return {field.name: kept.get(field.name, "drop") for field in release.received_by(register)}
