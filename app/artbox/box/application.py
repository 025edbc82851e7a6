"""The composition root of the running service: builds adapters and services from the settings, once."""

from datetime import timedelta

from artbox import __version__
from artbox.box.adapters.clock import ReadClock, kernel_clock
from artbox.box.adapters.identity import Identity
from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.adapters.run_record import RunRecord
from artbox.box.adapters.server_client import ServerClient
from artbox.box.adapters.store import StoreHandle
from artbox.box.adapters.timestamp_client import TimestampClient
from artbox.box.adapters.vault import vault_from
from artbox.box.domain.anonymity import Limits
from artbox.box.services.accounts import Accounts
from artbox.box.services.anonymising import Anonymising
from artbox.box.services.anonymity import AnonymityReport
from artbox.box.services.assessing import Assessing
from artbox.box.services.audit import Audit
from artbox.box.services.cases import Cases
from artbox.box.services.clock import Clock, utc_now
from artbox.box.services.corrections import Corrections
from artbox.box.services.delivery import Delivery
from artbox.box.services.demo import Demo
from artbox.box.services.due import Demand
from artbox.box.services.enrolment import Enrolment
from artbox.box.services.intake import Intake
from artbox.box.services.ledger import Ledger
from artbox.box.services.lifecycle import Ground, Lifecycle
from artbox.box.services.master_password import MasterPasswordRights
from artbox.box.services.packing import Packing
from artbox.box.services.people import People
from artbox.box.services.rechecking import Rechecking
from artbox.box.services.rounds import Rounds
from artbox.box.services.sending import Sending
from artbox.box.services.setup import Setup
from artbox.box.services.status import Status, Watch
from artbox.box.services.tokens import Tokens
from artbox.box.services.upkeep import Upkeep
from artbox.box.settings import AnonymitySettings, Settings
from artbox.catalogue import Catalogue, load


class Application:
    """Everything the edges may call; services that need the open store raise BoxLocked while it is closed."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Clock = utc_now,
        read_clock: ReadClock = kernel_clock,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.settings = settings
        self.catalogue: Catalogue = catalogue or load()
        self._handle = handle = StoreHandle()
        identity = Identity(settings.identity_dir)
        client = ServerClient(settings.services, settings.ca_certificate)
        keyring = KeyringFile(settings.keyring_path, settings.pending_keyring_path)
        vault = vault_from(settings.vault)
        run = RunRecord(settings.run_record_path, settings.boot_mark_path, __version__)
        self.enrolment = Enrolment(identity, client, settings.ca_certificate)
        self.setup = Setup(keyring, self.enrolment)
        self.lifecycle = Lifecycle(
            Ground(keyring, vault, settings.database_path, run), handle, self.setup, now
        )
        self.accounts = Accounts(handle, now)
        self.people = People(handle)
        self.master_password = MasterPasswordRights(handle, self.accounts)
        self.tokens = Tokens(handle)
        self.audit = Audit(handle, now)
        self.intake = Intake(handle, self.catalogue, now)
        self.corrections = Corrections(handle, self.catalogue, now)
        self.cases = Cases(handle, now)
        self.assessing = Assessing(handle, self.catalogue, now, read_clock)
        self.rechecking = Rechecking(handle, self.catalogue, now)
        self.upkeep = Upkeep(handle, now, self.rechecking, self.assessing)
        packing = Packing(
            self.catalogue, self.assessing, identity, settings.recipients_dir, settings.packages_dir
        )
        sending = Sending(client, identity, settings.ca_certificate)
        limits = _limits(settings.anonymity)
        anonymising = Anonymising(self.catalogue, limits, now)
        self.delivery = Delivery(handle, self.catalogue, Demand(anonymising, now), packing, sending)
        self.anonymity = AnonymityReport(handle, self.catalogue, self.delivery, limits)
        self.ledger = Ledger(handle, TimestampClient(), settings.timestamp_authorities, now)
        self.rounds = Rounds(self.delivery, self.ledger)
        self.status = Status(handle, self.enrolment, self.delivery, vault, Watch(now, self.cases, read_clock))
        self.demo = Demo(handle, self.catalogue, self.tokens, self.intake, self.delivery)

    def close(self) -> None:
        """Close the store without locking the vault; for the end of the process."""
        self.lifecycle.stop()


def _limits(settings: AnonymitySettings) -> Limits:
    delay = timedelta(days=settings.minimum_delay_days)
    return Limits(settings.group_size, delay, settings.minimum_batch)
