"""Who the box is for the outside: the identity the server gave it, and the draft of a setup. Values only."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class EnrolmentStatus:
    """The box's certificate in short."""

    centre_no: int
    box_id: str
    certificate_expires: datetime


@dataclass(frozen=True)
class SetupDraft:
    """What the setup pages have gathered so far; lives in memory only."""

    centre_no: int | None = None
    administrator_name: str | None = None
    administrator_hash: str | None = field(default=None, repr=False)
