"""The first setup: gathers centre and administrator in memory until the keys of the new vault arrive."""

import threading
from dataclasses import replace

from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.domain.enrolled import SetupDraft
from artbox.box.domain.names import account_name
from artbox.box.domain.passwords import NewPassword, acceptable, hash_password
from artbox.box.errors import SetupAlreadyDone
from artbox.box.services.enrolment import Enrolment


class Setup:
    """The draft of the first setup; each step may be repeated."""

    def __init__(self, keyring: KeyringFile, enrolment: Enrolment) -> None:
        self._keyring = keyring
        self._enrolment = enrolment
        self._administrator = SetupDraft()
        self._hashing = threading.Lock()

    @property
    def draft(self) -> SetupDraft:
        """What has been gathered so far; the centre number survives a restart, being part of the identity."""
        enrolled = self._enrolment.status()
        return replace(self._administrator, centre_no=enrolled.centre_no if enrolled else None)

    def set_centre(self, centre_no: int, code: str) -> None:
        """Enrol the box for this centre; raise EnrolmentRefused, CentreNumberInvalid or SetupAlreadyDone."""
        self._require_open()
        self._enrolment.enrol(code, centre_no)

    def set_administrator(self, name: str, password: str, repeat: str) -> None:
        """Remember the first administrator.

        Raise AccountNameInvalid, PasswordTooShort, PasswordTooLong, PasswordsDiffer, PasswordTooEasy or
        SetupAlreadyDone.
        """
        self._require_open()
        written = account_name(name)
        acceptable(NewPassword(password, repeat), words=(written, str(self.draft.centre_no or "")))
        with self._hashing:
            hashed = hash_password(password)
        self._administrator = SetupDraft(administrator_name=written, administrator_hash=hashed)

    def missing(self) -> list[str]:
        """Return the steps still to do before the master password: `centre`, `administrator`."""
        draft = self.draft
        steps = {"centre": draft.centre_no, "administrator": draft.administrator_hash}
        return [step for step, value in steps.items() if value is None]

    def forget(self) -> None:
        """Drop the administrator once the store has them."""
        self._administrator = SetupDraft()

    def _require_open(self) -> None:
        if self._keyring.exists:
            raise SetupAlreadyDone
