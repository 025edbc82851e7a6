"""What the master password is for: opening the box, changing it, recovering an administrator's account.

Runs in the short-lived unlocking process only, the one place that sees the master password.
"""

import logging
import secrets
import time
from dataclasses import dataclass

from artbox.box.adapters.control_client import ControlClient, Person
from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.adapters.throttle_file import ThrottleFile
from artbox.box.domain import keyring
from artbox.box.domain.calibration import Bounds, calibrated, raised, strongest
from artbox.box.domain.keyring import Keyring
from artbox.box.domain.keys import SALT_BYTES, Cost, ServiceKeys, key_encryption_key
from artbox.box.domain.passwords import NewPassword, acceptable, hash_password
from artbox.box.domain.strength import MASTER_GUESSES, require_strength
from artbox.box.errors import (
    ArtboxError,
    KeyringMissing,
    MasterPasswordsDiffer,
    MasterPasswordTooLong,
    MasterPasswordTooShort,
    SetupAlreadyDone,
    SetupIncomplete,
    Throttled,
    WrongMasterPassword,
)
from artbox.box.services.clock import Clock, utc_now
from artbox.box.settings import Settings

MINIMUM_CHARACTERS = 15
MAXIMUM_CHARACTERS = 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Opened:
    """A keyring the master password opened, how many seconds that took, and how many failures went before."""

    ring: Keyring
    root: bytes
    seconds: float
    failures: int


class Unlocking:
    """Every attempt counts, whatever it is for: they share one throttle, which survives a restart."""

    def __init__(self, settings: Settings, control: ControlClient, *, now: Clock = utc_now) -> None:
        self._control = control
        self._now = now
        self._file = KeyringFile(settings.keyring_path, settings.pending_keyring_path)
        self._throttle = ThrottleFile(settings.throttle_path)
        argon2 = settings.argon2
        self._bounds = Bounds(argon2.memory_kib, argon2.iterations, argon2.lanes, argon2.target_seconds)

    def set_up(self, password: str, repeat: str) -> None:
        """Make the keyring and hand its keys to the service, which then creates the store.

        Raise SetupAlreadyDone, SetupIncomplete, MasterPasswordTooShort, MasterPasswordTooLong,
        PasswordTooEasy, MasterPasswordsDiffer, KeyringDamaged, ServiceUnreachable, VaultRefused or
        StoreUnreadable.
        """
        if self._file.exists:
            raise SetupAlreadyDone
        _check(NewPassword(password, repeat))
        missing = self._control.setup_missing()
        if missing:
            raise SetupIncomplete(missing=missing)
        self._control.hand_over(ServiceKeys.derive(self._root_of_setup(password)), first=True)

    def unlock(self, password: str) -> None:
        """Open the keyring and hand its keys to the service; then raise the keyring's cost where asked for.

        Raise Throttled, WrongMasterPassword, KeyringDamaged, KeyringMissing, NotLocked, ServiceUnreachable,
        VaultRefused or StoreUnreadable.
        """
        opened = self._open(password)
        self._control.hand_over(ServiceKeys.derive(opened.root), first=False, failures=opened.failures)
        self._raise_cost(opened, password)

    def change(self, person: Person, old: str, new: NewPassword) -> None:
        """Let another master password open the box; `person` is who may, as the service says.

        Raise Throttled, WrongMasterPassword, MasterPasswordTooShort, MasterPasswordTooLong, PasswordTooEasy,
        MasterPasswordsDiffer, KeyringDamaged or KeyringMissing.
        """
        _check(new, person.name, str(person.centre_no or ""))
        opened = self._open(old)
        self._wrap_again(opened, new.text, strongest(opened.ring.cost, calibrated(self._bounds, _seconds_of)))
        self._control.master_password_changed(person.name)

    def recover(self, password: str, name: str, new: NewPassword) -> None:
        """Give the administrator of this name a new password on the strength of the master password.

        Raise what `change` raises, PasswordTooShort, PasswordTooLong, PasswordsDiffer, PasswordTooEasy,
        AdministratorUnknown, BoxLocked or ServiceUnreachable.
        """
        text = acceptable(new, words=(name,))
        self._open(password)
        self._control.recover_administrator(name, hash_password(text))

    def wait_seconds(self) -> int:
        """Return the seconds until the next attempt is judged; 0 when at once."""
        return self._throttle.wait_seconds(self._now())

    def _open(self, password: str) -> _Opened:
        """Judge the master password; one attempt at a time, over all processes."""
        ring = self._file.read()
        with self._throttle.alone():
            wait = self._throttle.wait_seconds(self._now())
            if wait:
                raise Throttled(wait_seconds=wait)
            failures = self._throttle.failures()
            # Counted before it is judged: an attempt that is cut short is a failed one.
            self._throttle.failed(self._now())
            if len(password) > MAXIMUM_CHARACTERS:
                raise WrongMasterPassword
            started = time.monotonic()
            try:
                root = ring.open(password)
            except WrongMasterPassword:
                self._throttle.judged(self._now())
                raise
            seconds = time.monotonic() - started
            self._throttle.clear()
        return _Opened(ring, root, seconds, failures)

    def _raise_cost(self, opened: _Opened, password: str) -> None:
        """Wrap the root key at a higher cost; the box is open already, so a failure here only waits."""
        present = opened.ring.cost
        cost = raised(present, self._bounds, opened.seconds, _seconds_of)
        if cost == present:
            return
        try:
            self._wrap_again(opened, password, cost)
        except OSError as error:
            log.warning("the keyring keeps its cost: %s", type(error).__name__)
        else:
            log.warning("the keyring now costs %d KiB and %d passes", cost.memory_kib, cost.iterations)

    def _wrap_again(self, opened: _Opened, password: str, cost: Cost) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        self._file.replace(opened.ring.with_password(opened.root, password, salt, cost))

    def _root_of_setup(self, password: str) -> bytes:
        """Return the root key of an interrupted setup when the password opens it, else of a new keyring."""
        try:
            return self._file.read_pending().open(password)
        except (KeyringMissing, WrongMasterPassword):
            cost = calibrated(self._bounds, _seconds_of)
            ring, root = keyring.create(password, secrets.token_bytes(SALT_BYTES), cost, self._now())
            self._file.write_pending(ring)
            return root


def note_refusal(control: ControlClient) -> None:
    """Tell the open service of a wrong master password; while it is locked there is no log to write to."""
    try:
        control.master_password_refused()
    except ArtboxError as error:
        log.warning("not in the audit log: %s", error)


def _check(new: NewPassword, *words: str) -> None:
    if len(new.text) < MINIMUM_CHARACTERS:
        raise MasterPasswordTooShort(minimum=MINIMUM_CHARACTERS)
    if len(new.text) > MAXIMUM_CHARACTERS:
        raise MasterPasswordTooLong(maximum=MAXIMUM_CHARACTERS)
    if new.text != new.repeat:
        raise MasterPasswordsDiffer
    require_strength(new.text, MASTER_GUESSES, words=words)


def _seconds_of(cost: Cost) -> float:
    started = time.monotonic()
    key_encryption_key("calibration", bytes(SALT_BYTES), cost)
    return time.monotonic() - started
