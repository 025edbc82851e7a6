"""The keyring on disk.

While a first setup is under way it is `keyring.pending.json`; its renaming to `keyring.json` is the moment
the setup is over, so that a crash before it leaves a setup to be completed.
"""

from pathlib import Path

from artbox.box.domain.keyring import MAX_BYTES, Keyring
from artbox.box.errors import KeyringDamaged, KeyringMissing
from artbox.wire.certificates import sync_directory, write_file


class KeyringFile:
    """The two places a keyring can be in."""

    def __init__(self, path: Path, pending: Path) -> None:
        self._path = path
        self._pending = pending

    @property
    def exists(self) -> bool:
        """Say whether the first setup is over."""
        return self._path.exists()

    @property
    def is_pending(self) -> bool:
        """Say whether a setup has got as far as its keyring."""
        return self._pending.exists()

    def read(self) -> Keyring:
        """Return the keyring; raise KeyringMissing or KeyringDamaged."""
        return _read(self._path)

    def read_pending(self) -> Keyring:
        """Return the keyring of the setup under way; raise KeyringMissing or KeyringDamaged."""
        return _read(self._pending)

    def write_pending(self, keyring: Keyring) -> None:
        """Keep the keyring of a setup under way."""
        write_file(self._pending, keyring.to_bytes(), mode=0o600)

    def replace(self, keyring: Keyring) -> None:
        """Put another keyring in the place of the box's own: after a power cut the old or the new one."""
        write_file(self._path, keyring.to_bytes(), mode=0o600)

    def settle(self) -> None:
        """Make the pending keyring the box's own."""
        self._pending.rename(self._path)
        sync_directory(self._path.parent)


def _read(path: Path) -> Keyring:
    try:
        with path.open("rb") as stream:
            return Keyring.from_bytes(stream.read(MAX_BYTES + 1))
    except FileNotFoundError as error:
        raise KeyringMissing from error
    except OSError as error:
        raise KeyringDamaged from error
