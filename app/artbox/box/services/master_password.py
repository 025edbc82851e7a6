"""The service's part in changing the master password: who may, and what the log says. It never sees one."""

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.accounts import Role, Session
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.errors import MasterPasswordChangeRefused
from artbox.box.services.accounts import Accounts


class MasterPasswordRights:
    """Asked by the unlocking process over the control socket, before and after it does its work."""

    def __init__(self, handle: StoreHandle, accounts: Accounts) -> None:
        self._handle = handle
        self._accounts = accounts

    def begin_change(self, session_id: str) -> Session:
        """Return whose session this is and log that a change begins; raise MasterPasswordChangeRefused."""
        session = self._accounts.session(session_id)
        if session is None:
            raise MasterPasswordChangeRefused(reason="session")
        if session.role is not Role.ADMINISTRATOR or session.initial_password:
            raise MasterPasswordChangeRefused(reason="role")
        if not session.fresh:
            raise MasterPasswordChangeRefused(reason="stale")
        self._log(AuditTag.MASTER_CHANGE_BEGUN, session.name)
        return session

    def changed(self, actor: str) -> None:
        """Log that the new master password opens the box."""
        self._log(AuditTag.MASTER_CHANGED, actor)

    def refused(self) -> None:
        """Log that somebody gave a wrong master password while the box was open."""
        self._log(AuditTag.MASTER_REFUSED, "unknown")

    def _log(self, tag: AuditTag, actor: str) -> None:
        self._handle.store.audit.append(AuditEntry(tag, actor))
