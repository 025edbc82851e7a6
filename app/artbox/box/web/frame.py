"""What stands around every page: state, centre, person, language, versions, fingerprint."""

import hashlib
import ssl
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from artbox import __version__
from artbox.box.domain.accounts import Role, Session
from artbox.box.domain.states import BoxState
from artbox.box.edge.texts import mark
from artbox.box.settings import SupportContact

SESSION_COOKIE = "__Host-artbox"
NO_CONTACT = SupportContact()
ROLE_ORDER = (Role.READ_ONLY, Role.USER, Role.ADMINISTRATOR)
STATE_NAMES = {
    BoxState.SETUP: mark("Einrichtung"),
    BoxState.LOCKED: mark("Gesperrt"),
    BoxState.READY: mark("Betriebsbereit"),
    BoxState.BUSY: mark("Beschäftigt"),
}
STATE_BADGES = {
    BoxState.SETUP: "info",
    BoxState.LOCKED: "warning",
    BoxState.READY: "success",
    BoxState.BUSY: "info",
}
OPEN_STATES = frozenset({BoxState.READY, BoxState.BUSY})
NAVIGATION = (
    ("/status", mark("Status")),
    ("/eingang", mark("Eingang")),
    ("/exporte", mark("Exporte")),
    ("/info", mark("Info")),
    ("/system", mark("System")),
)


@dataclass(frozen=True)
class Frame:
    """The surroundings of one page."""

    language: str
    path: str
    state: BoxState
    centre_no: int | None = None
    session: Session | None = None
    release: str | None = None
    fingerprint: str | None = None
    busy_with: str | None = None
    support: SupportContact = NO_CONTACT
    version: str = __version__

    @property
    def navigation(self) -> tuple[tuple[str, str], ...]:
        """The entries of the menu: none before somebody has signed in."""
        return NAVIGATION if self.session and self.state in OPEN_STATES else ()

    @property
    def state_name(self) -> str:
        """The state in German, as it stands on the badge."""
        return STATE_NAMES[self.state]

    @property
    def state_badge(self) -> str:
        """The kind of badge."""
        return STATE_BADGES[self.state]

    def may(self, role: Role) -> bool:
        """Say whether the signed-in person has at least this role."""
        return self.session is not None and at_least(self.session.role, role)


def at_least(role: Role, wanted: Role) -> bool:
    """Say whether `role` includes what `wanted` may do."""
    return ROLE_ORDER.index(role) >= ROLE_ORDER.index(wanted)


def fingerprint(certificate: Path) -> str | None:
    """Return the SHA-256 fingerprint of a PEM certificate in pairs of digits; None while there is none."""
    try:
        return _fingerprint(certificate, certificate.stat().st_mtime_ns)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=4)
def _fingerprint(certificate: Path, _modified: int) -> str:
    digest = (
        hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text(encoding="ascii"))).hexdigest().upper()
    )
    return ":".join(digest[index : index + 2] for index in range(0, len(digest), 2))
