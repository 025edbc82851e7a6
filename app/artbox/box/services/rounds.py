"""A round: deliver, then have the ledger stamped. What timers, the command and the page start."""

from collections.abc import Callable

from artbox.box.domain.deliveries import Delivered
from artbox.box.errors import DeliveryFailed
from artbox.box.services.delivery import Delivery
from artbox.box.services.ledger import Ledger


class Rounds:
    """Every delivery is followed by a time stamp, and each day has one."""

    def __init__(self, delivery: Delivery, ledger: Ledger) -> None:
        self._delivery = delivery
        self._ledger = ledger

    def deliver(self, register: str | None = None) -> list[Delivered]:
        """Deliver as asked; raise what the delivery raises, after the time stamp."""
        return self._stamped(lambda: self._delivery.deliver(register))

    def deliver_due(self) -> list[Delivered]:
        """Deliver where the turn has come; raise what the delivery raises, after the time stamp."""
        return self._stamped(self._delivery.deliver_due)

    def _stamped(self, deliver: Callable[[], list[Delivered]]) -> list[Delivered]:
        try:
            delivered = deliver()
        except DeliveryFailed:
            self._ledger.stamp_if_due(delivered=False)
            raise
        self._ledger.stamp_if_due(delivered=bool(delivered))
        return delivered
