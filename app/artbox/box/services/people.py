"""Administering accounts: the box makes initial passwords, so that nobody knows another's own one."""

from artbox.box.adapters.store import StoreHandle
from artbox.box.domain.accounts import Account, Role
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.codes import initial_password
from artbox.box.domain.names import account_name
from artbox.box.domain.passwords import hash_password
from artbox.box.errors import AccountUnknown, AdministratorUnknown


class People:
    """Every change ends the sessions of the account it concerns."""

    def __init__(self, handle: StoreHandle) -> None:
        self._handle = handle

    def all(self) -> list[Account]:
        """Return every account by name."""
        return self._handle.store.accounts.all()

    def one(self, account_id: int) -> Account:
        """Return an account; raise AccountUnknown."""
        account = self._handle.store.accounts.one(account_id)
        if account is None:
            raise AccountUnknown
        return account

    def create(self, name: str, role: Role, *, actor: str) -> tuple[int, str]:
        """Return id and initial password of a new account; raise AccountNameInvalid or AccountNameTaken."""
        written, password = account_name(name), initial_password()
        entry = AuditEntry(AuditTag.ACCOUNT_CREATED, actor, {"account": written, "role": role.value})
        return self._handle.store.accounts.add(written, role, hash_password(password), entry), password

    def change_role(self, account_id: int, role: Role, *, actor: str) -> None:
        """Give an account another role; raise AccountUnknown or LastAdministrator."""
        entry = self._entry(AuditTag.ROLE_CHANGED, account_id, actor, role=role.value)
        self._handle.store.accounts.change_role(account_id, role, entry)

    def reset_password(self, account_id: int, *, actor: str) -> str:
        """Return a new initial password of the account; raise AccountUnknown."""
        password = initial_password()
        entry = self._entry(AuditTag.PASSWORD_RESET, account_id, actor)
        accounts = self._handle.store.accounts
        accounts.change_password(account_id, hash_password(password), entry, initial=True)
        return password

    def lock(self, account_id: int, *, actor: str) -> None:
        """Let an account sign in no more; raise AccountUnknown or LastAdministrator."""
        self._handle.store.accounts.lock(account_id, self._entry(AuditTag.ACCOUNT_LOCKED, account_id, actor))

    def release(self, account_id: int, *, actor: str) -> None:
        """Let a locked account sign in again; raise AccountUnknown."""
        entry = self._entry(AuditTag.ACCOUNT_RELEASED, account_id, actor)
        self._handle.store.accounts.release(account_id, entry)

    def remove(self, account_id: int, *, actor: str) -> None:
        """Remove an account; raise AccountUnknown or LastAdministrator."""
        entry = self._entry(AuditTag.ACCOUNT_REMOVED, account_id, actor)
        self._handle.store.accounts.remove(account_id, entry)

    def recover(self, name: str, password_hash: str) -> None:
        """Give an administrator a new password on the strength of the master password.

        Raise AdministratorUnknown(names), which says whose accounts there are.
        """
        accounts = self._handle.store.accounts
        account = accounts.named(name.strip())
        if account is None or account.role is not Role.ADMINISTRATOR:
            known = [one.name for one in accounts.all() if one.role is Role.ADMINISTRATOR]
            raise AdministratorUnknown(names=", ".join(known))
        entry = AuditEntry(AuditTag.PASSWORD_RECOVERED, "master-password", {"account": account.name})
        accounts.recover(account.id, password_hash, entry)

    def _entry(self, tag: AuditTag, account_id: int, actor: str, **detail: str) -> AuditEntry:
        return AuditEntry(tag, actor, {"account": self.one(account_id).name, **detail})
