"""A box without a machine: the real application over a real encrypted store in a directory of its own.

Set up without enrolment and with a password nobody knows, so it holds synthetic records and nothing else.
"""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.adapters.store import Store
from artbox.box.application import Application
from artbox.box.domain import keyring
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.keys import SALT_BYTES, Cost, ServiceKeys
from artbox.box.domain.passwords import hash_password
from artbox.box.domain.states import BoxState
from artbox.box.settings import ARGON2_FLOOR_ITERATIONS, ARGON2_FLOOR_KIB, Settings

ACTOR = "testkit"
NOWHERE = {"host": "testkit.invalid", "port": 443}


class Bench(Application):
    """An open box of the centre `centre_no` whose files all lie below `directory`."""

    def __init__(self, directory: Path, centre_no: int) -> None:
        super().__init__(_settings(directory))
        cost = Cost(ARGON2_FLOOR_KIB, ARGON2_FLOOR_ITERATIONS, lanes=4)
        ring, root = keyring.create(
            secrets.token_urlsafe(32), secrets.token_bytes(SALT_BYTES), cost, datetime.now(UTC)
        )
        self._keys = ServiceKeys.derive(root)
        self._set_up(ring, centre_no)
        self.unlock()

    def lock(self) -> None:
        """Lock as a centre does: the store is closed, the interface answers 503."""
        self.lifecycle.lock(actor=ACTOR)

    def unlock(self) -> None:
        """Open the box; an open one stays as it is."""
        if self.lifecycle.state is BoxState.LOCKED:
            self.lifecycle.open(self._keys)

    def _set_up(self, ring: keyring.Keyring, centre_no: int) -> None:
        file = KeyringFile(self.settings.keyring_path, self.settings.pending_keyring_path)
        file.write_pending(ring)
        store = Store.create(self.settings.database_path, self._keys.database, lambda: datetime.now(UTC))
        try:
            entry = AuditEntry(AuditTag.BOX_SET_UP, ACTOR, {"centre_no": centre_no})
            store.set_up(centre_no, ACTOR, hash_password(secrets.token_urlsafe(32)), entry)
        finally:
            store.close()
        file.settle()


def _settings(directory: Path) -> Settings:
    vault = directory / "vault"
    for needed in (directory, vault):
        needed.mkdir(mode=0o700, exist_ok=True)
    return Settings.from_mapping(
        {
            "data_dir": directory,
            "run_dir": directory,
            "vault": {"backend": "plain", "directory": vault},
            "allowed_hosts": ["localhost"],
            "web_certificate": directory / "none.crt",
            "ca_certificate": directory / "none.crt",
            "recipients_dir": directory,
            "services": dict.fromkeys(("enrolment", "provisioning", "intake"), NOWHERE),
        }
    )
