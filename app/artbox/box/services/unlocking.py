"""From the master password to the service's keys. Runs in the short-lived unlock process only."""

import secrets

from artbox.box.adapters.control_client import ControlClient
from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.adapters.throttle_file import ThrottleFile
from artbox.box.domain import keyring
from artbox.box.domain.keys import SALT_BYTES, Cost, ServiceKeys
from artbox.box.errors import (
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


class Unlocking:
    """The only place that sees the master password."""

    def __init__(self, settings: Settings, control: ControlClient, *, now: Clock = utc_now) -> None:
        self._control = control
        self._now = now
        self._file = KeyringFile(settings.keyring_path, settings.pending_keyring_path)
        self._throttle = ThrottleFile(settings.throttle_path)
        argon2 = settings.argon2
        self._cost = Cost(argon2.memory_kib, argon2.iterations, argon2.lanes)

    def set_up(self, password: str, repeat: str) -> None:
        """Make the keyring and hand its keys to the service, which then creates the store.

        Raise SetupAlreadyDone, SetupIncomplete, MasterPasswordTooShort, MasterPasswordTooLong,
        MasterPasswordsDiffer, KeyringDamaged, ServiceUnreachable, VaultRefused or StoreUnreadable.
        """
        if self._file.exists:
            raise SetupAlreadyDone
        if len(password) < MINIMUM_CHARACTERS:
            raise MasterPasswordTooShort(minimum=MINIMUM_CHARACTERS)
        if len(password) > MAXIMUM_CHARACTERS:
            raise MasterPasswordTooLong(maximum=MAXIMUM_CHARACTERS)
        if password != repeat:
            raise MasterPasswordsDiffer
        missing = self._control.setup_missing()
        if missing:
            raise SetupIncomplete(missing=missing)
        self._control.hand_over(ServiceKeys.derive(self._root_of_setup(password)), first=True)

    def unlock(self, password: str) -> None:
        """Open the keyring and hand its keys to the service.

        Raise Throttled, WrongMasterPassword, KeyringDamaged, KeyringMissing, NotLocked, ServiceUnreachable,
        VaultRefused or StoreUnreadable.
        """
        ring = self._file.read()
        with self._throttle.alone():
            wait = self._throttle.wait_seconds(self._now())
            if wait:
                raise Throttled(wait_seconds=wait)
            # Counted before it is judged: an attempt that is cut short is a failed one.
            self._throttle.failed(self._now())
            if len(password) > MAXIMUM_CHARACTERS:
                raise WrongMasterPassword
            root = ring.open(password)
            self._throttle.clear()
        self._control.hand_over(ServiceKeys.derive(root), first=False)

    def wait_seconds(self) -> int:
        """Return the seconds until the next attempt is judged; 0 when at once."""
        return self._throttle.wait_seconds(self._now())

    def _root_of_setup(self, password: str) -> bytes:
        """Return the root key of an interrupted setup when the password opens it, else of a new keyring."""
        try:
            return self._file.read_pending().open(password)
        except (KeyringMissing, WrongMasterPassword):
            ring, root = keyring.create(password, secrets.token_bytes(SALT_BYTES), self._cost, self._now())
            self._file.write_pending(ring)
            return root
