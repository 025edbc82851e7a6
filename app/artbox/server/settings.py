"""The server's settings file, `/etc/artbox-server/server.yml` unless ARTBOX_SERVER_SETTINGS names another."""

import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from artbox.server.errors import SettingsInvalid

DEFAULT_PATH = Path("/etc/artbox-server/server.yml")
VARIABLE = "ARTBOX_SERVER_SETTINGS"


@dataclass(frozen=True)
class Settings:
    """Where the server keeps its files and its database (a SQLAlchemy URL)."""

    data_dir: Path
    database_url: str

    @classmethod
    def load(cls, path: Path | None = None) -> "Settings":
        """Read the settings file. Errors: SettingsInvalid."""
        chosen = path or Path(os.environ.get(VARIABLE, str(DEFAULT_PATH)))
        try:
            document = yaml.safe_load(chosen.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise SettingsInvalid(f"{chosen} cannot be read") from error
        match document:
            case {"data_dir": str(data_dir), "database_url": str(database_url), **others} if not others:
                return cls(Path(data_dir), database_url)
        raise SettingsInvalid(f"{chosen} must hold data_dir and database_url, and nothing else")

    @property
    def authority_dir(self) -> Path:
        """The ARTbox CA: ca.key and ca.crt."""
        return self.data_dir / "ca"

    @property
    def receipts_dir(self) -> Path:
        """The key receipts are signed with: receipts.key and receipts.crt."""
        return self.data_dir / "receipts"

    @property
    def packages_dir(self) -> Path:
        """Stored packages, unopened: <centre>/<register>/<name>.<sha256>.tgz."""
        return self.data_dir / "packages"

    @property
    def incoming_dir(self) -> Path:
        """Packages on their way in; whatever is left here after a crash is dropped."""
        return self.data_dir / "incoming"
