"""The settings file `/etc/artbox/box.yml`, read once at the start into frozen values.

Unknown keys are an error: a misspelt setting must not pass silently.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from artbox.box.errors import SettingsInvalid

DEFAULT_PATH = Path("/etc/artbox/box.yml")
ENVIRONMENT = "ARTBOX_SETTINGS"
ARGON2_FLOOR_KIB = 65536
ARGON2_FLOOR_ITERATIONS = 3
ARGON2_LONGEST_SECONDS = 10


@dataclass(frozen=True)
class VaultSettings:
    """Where the vault lives: `plain` is a directory, `luks` the two sockets of the root scripts."""

    backend: str
    directory: Path
    open_socket: Path | None = None
    close_socket: Path | None = None


@dataclass(frozen=True)
class Argon2Settings:
    """Bounds for deriving a key from the master password: the most memory, the fewest passes, the lanes.

    Within them the box calibrates itself to `target_seconds`; with 0 it takes exactly these figures.
    """

    memory_kib: int = 262144
    iterations: int = 3
    lanes: int = 4
    target_seconds: float = 1.0


@dataclass(frozen=True)
class ServiceAddress:
    """A service of the ARTbox-Server: connect to `address` (or `host`), while TLS and Host say `host`."""

    host: str
    port: int
    address: str | None = None


@dataclass(frozen=True)
class Services:
    """The services the box speaks to."""

    enrolment: ServiceAddress
    provisioning: ServiceAddress
    intake: ServiceAddress


@dataclass(frozen=True)
class AnonymitySettings:
    """How anonymised records hide: patients per group and per package, days after a withdrawal."""

    group_size: int = 5
    minimum_delay_days: int = 7
    minimum_batch: int = 5


@dataclass(frozen=True)
class TimestampAuthority:
    """A time-stamp authority (RFC 3161): where it answers, and the file its tokens chain to."""

    name: str
    url: str
    chain: str


@dataclass(frozen=True)
class SupportContact:
    """Whom the centre calls."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything the box is told from outside; see the sample in `docs/`."""

    data_dir: Path
    run_dir: Path
    vault: VaultSettings
    argon2: Argon2Settings
    allowed_hosts: tuple[str, ...]
    web_certificate: Path
    ca_certificate: Path
    recipients_dir: Path
    services: Services
    support_contact: SupportContact
    anonymity: AnonymitySettings = AnonymitySettings()
    timestamp_authorities: tuple[TimestampAuthority, ...] = ()

    @classmethod
    def load(cls, path: Path | None = None) -> "Settings":
        """Read the file at `path`, else the environment's, else the default; raise SettingsInvalid."""
        chosen = path or Path(os.environ.get(ENVIRONMENT, DEFAULT_PATH))
        try:
            content = yaml.safe_load(chosen.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise SettingsInvalid(path=str(chosen), problem=type(error).__name__) from error
        try:
            return cls.from_mapping(content)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise SettingsInvalid(path=str(chosen), problem=str(error)) from error

    @classmethod
    def from_mapping(cls, content: Mapping[str, Any]) -> "Settings":
        """Build settings from the parsed file; raise KeyError, TypeError or ValueError."""
        values = dict(content)
        settings = cls(
            data_dir=Path(values.pop("data_dir")),
            run_dir=Path(values.pop("run_dir")),
            vault=_vault(values.pop("vault")),
            argon2=_argon2(values.pop("argon2", {})),
            allowed_hosts=tuple(str(host) for host in values.pop("allowed_hosts")),
            web_certificate=Path(values.pop("web_certificate")),
            ca_certificate=Path(values.pop("ca_certificate")),
            recipients_dir=Path(values.pop("recipients_dir")),
            services=_services(values.pop("services")),
            support_contact=SupportContact(**values.pop("support_contact", {})),
            anonymity=_anonymity(values.pop("anonymity", {})),
            timestamp_authorities=tuple(
                TimestampAuthority(**authority) for authority in values.pop("timestamp_authorities", [])
            ),
        )
        if values:
            raise ValueError(f"unknown settings: {', '.join(sorted(values))}")
        return settings

    @property
    def keyring_path(self) -> Path:
        """The wrapped root key; its presence means that the first setup is over."""
        return self.data_dir / "keyring.json"

    @property
    def pending_keyring_path(self) -> Path:
        """The keyring of a setup under way; becomes `keyring_path` once the store exists."""
        return self.data_dir / "keyring.pending.json"

    @property
    def identity_dir(self) -> Path:
        """The box's own key and certificate, outside the vault."""
        return self.data_dir / "identity"

    @property
    def throttle_path(self) -> Path:
        """Failures of unlocking, kept outside the vault so that a restart does not forget them."""
        return self.data_dir / "unlock-throttle.json"

    @property
    def run_record_path(self) -> Path:
        """What the last run noted of itself, outside the vault: why the box is locked."""
        return self.data_dir / "last-run.json"

    @property
    def boot_mark_path(self) -> Path:
        """A mark that the next boot does not find any more."""
        return self.run_dir / "boot"

    @property
    def database_path(self) -> Path:
        """The encrypted database, inside the vault."""
        return self.vault.directory / "artbox.db"

    @property
    def packages_dir(self) -> Path:
        """The encrypted packages, inside the vault."""
        return self.vault.directory / "packages"

    @property
    def control_socket(self) -> Path:
        """The service's control socket, for the service's user alone."""
        return self.run_dir / "control.sock"


def _vault(values: Mapping[str, Any]) -> VaultSettings:
    paths = {name: Path(value) for name, value in values.items() if name != "backend"}
    vault = VaultSettings(backend=str(values["backend"]), **paths)
    if vault.backend not in {"plain", "luks"}:
        raise ValueError(f"vault.backend is {vault.backend!r}")
    if vault.backend == "luks" and not (vault.open_socket and vault.close_socket):
        raise ValueError("vault.backend luks needs open_socket and close_socket")
    return vault


def _argon2(values: Mapping[str, Any]) -> Argon2Settings:
    argon2 = Argon2Settings(**values)
    if (
        argon2.memory_kib < ARGON2_FLOOR_KIB
        or argon2.iterations < ARGON2_FLOOR_ITERATIONS
        or argon2.lanes < 1
        or not 0 <= argon2.target_seconds <= ARGON2_LONGEST_SECONDS
    ):
        raise ValueError(
            f"argon2 below the floor of {ARGON2_FLOOR_KIB} KiB, {ARGON2_FLOOR_ITERATIONS} iterations,"
            f" or with a target beyond {ARGON2_LONGEST_SECONDS} s"
        )
    return argon2


def _anonymity(values: Mapping[str, Any]) -> AnonymitySettings:
    anonymity = AnonymitySettings(**values)
    if anonymity.group_size < 1 or anonymity.minimum_batch < 1 or anonymity.minimum_delay_days < 0:
        raise ValueError("anonymity needs group_size and minimum_batch of at least 1, and no negative delay")
    return anonymity


def _services(values: Mapping[str, Any]) -> Services:
    return Services(**{name: ServiceAddress(**service) for name, service in values.items()})
