"""The server's composition root: which part gets which."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import artbox.catalogue
from artbox.server.boxes import Boxes
from artbox.server.ca import Authority
from artbox.server.enrolment import Enrolment
from artbox.server.intake import Intake
from artbox.server.settings import Settings
from artbox.server.store import open_database
from artbox.server.throttle import Throttle


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Application:
    """The services behind the HTTP interface and the commands."""

    authority: Authority
    boxes: Boxes
    enrolment: Enrolment
    intake: Intake
    throttle: Throttle

    @classmethod
    def build(
        cls,
        settings: Settings,
        *,
        registers: frozenset[str] | None = None,
        clock: Callable[[], datetime] = now,
    ) -> "Application":
        """Put the parts together; `registers` are the current catalogue's when None.

        Errors: AuthorityMissing.
        """
        authority = Authority.load(settings)
        engine = open_database(settings.database_url)
        served = frozenset(artbox.catalogue.load().current.registers) if registers is None else registers
        return cls(
            authority=authority,
            boxes=Boxes(engine, authority, clock),
            enrolment=Enrolment(engine, authority, clock),
            intake=Intake(settings, engine, authority, served, clock),
            throttle=Throttle(),
        )
