"""Accounts and sessions in the store. Passwords, sessions and recovery codes arrive here as hashes only."""

from collections.abc import Sequence
from datetime import datetime

from artbox.box.adapters.store.database import Connection, Database, Writing
from artbox.box.domain.accounts import Account, Factor, Role
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.errors import AccountNameTaken, AccountUnknown, LastAdministrator

_LAST_SIGN_IN = "(SELECT max(at) FROM audit WHERE actor = a.name AND tag = ?)"


class AccountsTable:
    """People who may sign in. However it changes, one administrator who is not locked stays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def named(self, name: str) -> Account | None:
        """Return the account of this name, upper and lower case alike."""
        with self._database.read() as connection:
            return account_of(connection.execute("SELECT * FROM accounts WHERE name = ?", (name,)).fetchone())

    def one(self, account_id: int) -> Account | None:
        """Return the account with this id."""
        with self._database.read() as connection:
            return account_of(
                connection.execute("SELECT * FROM accounts WHERE id = ?", (account_id,)).fetchone()
            )

    def all(self) -> list[Account]:
        """Return every account by name, with its last sign-in."""
        question = f"SELECT a.*, {_LAST_SIGN_IN} AS signed_in_at FROM accounts a ORDER BY a.name"  # noqa: S608
        with self._database.read() as connection:
            rows = connection.execute(question, (AuditTag.SIGN_IN.value,)).fetchall()
        return [account for account in map(account_of, rows) if account]

    def add(self, name: str, role: Role, password_hash: str, entry: AuditEntry) -> int:
        """Add an account with an initial password and return its id; raise AccountNameTaken."""
        with self._database.write(entry) as writing:
            if writing.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone():
                raise AccountNameTaken
            cursor = writing.execute(
                "INSERT INTO accounts (name, role, password_hash, created_at, initial_password)"
                " VALUES (?, ?, ?, ?, 1)",
                (name, role.value, password_hash, writing.at),
            )
            return int(cursor.lastrowid)

    def change_password(
        self, account_id: int, password_hash: str, entry: AuditEntry, *, initial: bool = False
    ) -> None:
        """Set a new password hash and end every session of the account; raise AccountUnknown."""
        with self._database.write(entry) as writing:
            _change(
                writing,
                account_id,
                "password_hash = ?, initial_password = ?",
                password_hash,
                int(initial),
            )

    def change_role(self, account_id: int, role: Role, entry: AuditEntry) -> None:
        """Set another role and end the account's sessions; raise AccountUnknown or LastAdministrator."""
        with self._database.write(entry) as writing:
            _change(writing, account_id, "role = ?", role.value)
            _keep_an_administrator(writing)

    def lock(self, account_id: int, entry: AuditEntry) -> None:
        """Let the account sign in no more; raise AccountUnknown or LastAdministrator."""
        with self._database.write(entry) as writing:
            _change(writing, account_id, "locked_at = ?", writing.at)
            _keep_an_administrator(writing)

    def release(self, account_id: int, entry: AuditEntry) -> None:
        """Let a locked account sign in again; raise AccountUnknown."""
        with self._database.write(entry) as writing:
            _change(writing, account_id, "locked_at = NULL")

    def remove(self, account_id: int, entry: AuditEntry) -> None:
        """Remove the account with its sessions and codes; raise AccountUnknown or LastAdministrator."""
        with self._database.write(entry) as writing:
            if not writing.execute("DELETE FROM accounts WHERE id = ?", (account_id,)).rowcount:
                raise AccountUnknown
            _keep_an_administrator(writing)

    def recover(self, account_id: int, password_hash: str, entry: AuditEntry) -> None:
        """Give an account back to its owner: new password, not locked, no second factor, no sessions."""
        with self._database.write(entry) as writing:
            _change(
                writing,
                account_id,
                "password_hash = ?, initial_password = 0, locked_at = NULL, factor_secret = NULL",
                password_hash,
            )
            writing.execute("DELETE FROM recovery_codes WHERE account_id = ?", (account_id,))

    def set_factor(
        self, account_id: int, factor: Factor | None, codes: Sequence[str], entry: AuditEntry
    ) -> None:
        """Set or (with None) remove the second factor, with the hashes of its recovery codes."""
        with self._database.write(entry) as writing:
            writing.execute(
                "UPDATE accounts SET factor_secret = ?, factor_step = ? WHERE id = ?",
                (factor.secret if factor else None, factor.step if factor else 0, account_id),
            )
            writing.execute("DELETE FROM recovery_codes WHERE account_id = ?", (account_id,))
            for code in codes:
                writing.execute("INSERT INTO recovery_codes VALUES (?, ?)", (account_id, code))

    def use_step(self, account_id: int, step: int, entry: AuditEntry) -> bool:
        """Remember the time step of an accepted code; False when it, or a later one, was used before."""
        with self._database.write(entry) as writing:
            cursor = writing.execute(
                "UPDATE accounts SET factor_step = ? WHERE id = ? AND factor_step < ?",
                (step, account_id, step),
            )
            return bool(cursor.rowcount)

    def use_recovery_code(self, account_id: int, code_hash: str, entry: AuditEntry) -> bool:
        """Use up a recovery code; False when the account has no such code (any more)."""
        with self._database.write(entry) as writing:
            cursor = writing.execute(
                "DELETE FROM recovery_codes WHERE account_id = ? AND hash = ?", (account_id, code_hash)
            )
            return bool(cursor.rowcount)

    def has_recovery_code(self, account_id: int, code_hash: str) -> bool:
        """Say whether this is an unused recovery code of the account."""
        question = "SELECT 1 FROM recovery_codes WHERE account_id = ? AND hash = ?"
        with self._database.read() as connection:
            return connection.execute(question, (account_id, code_hash)).fetchone() is not None

    def recovery_codes_left(self, account_id: int) -> int:
        """Return how many recovery codes have not been used."""
        question = "SELECT count(*) FROM recovery_codes WHERE account_id = ?"
        with self._database.read() as connection:
            return int(connection.execute(question, (account_id,)).fetchone()[0])


class SessionsTable:
    """Signed-in people; a row is found by the hash of the session's id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, session_hash: str, account_id: int, address: str, oldest: datetime, entry: AuditEntry
    ) -> None:
        """Add a session; those that began before `oldest` have ended anyway and are dropped."""
        with self._database.write(entry) as writing:
            writing.execute("DELETE FROM sessions WHERE created_at < ?", (oldest.isoformat(),))
            writing.execute(
                "INSERT INTO sessions (hash, account_id, created_at, address) VALUES (?, ?, ?, ?)",
                (session_hash, account_id, writing.at, address),
            )

    def find(self, session_hash: str) -> tuple[Account, datetime] | None:
        """Return whose session it is and when it began."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT a.*, s.created_at AS began FROM sessions s JOIN accounts a ON a.id = s.account_id"
                " WHERE s.hash = ?",
                (session_hash,),
            ).fetchone()
        account = account_of(row)
        return (account, datetime.fromisoformat(row["began"])) if account else None

    def of_account(self, account_id: int) -> list[tuple[str, datetime, str]]:
        """Return hash, beginning and address of the account's sessions, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT hash, created_at, address FROM sessions WHERE account_id = ?"
                " ORDER BY created_at DESC",
                (account_id,),
            ).fetchall()
        return [(row["hash"], datetime.fromisoformat(row["created_at"]), row["address"]) for row in rows]

    def end(self, session_hash: str, entry: AuditEntry) -> None:
        """Remove a session."""
        with self._database.write(entry) as writing:
            writing.execute("DELETE FROM sessions WHERE hash = ?", (session_hash,))

    def end_of(self, account_id: int, entry: AuditEntry) -> None:
        """Remove every session of an account."""
        with self._database.write(entry) as writing:
            writing.execute("DELETE FROM sessions WHERE account_id = ?", (account_id,))

    def end_all(self, entry: AuditEntry) -> None:
        """Remove every session."""
        with self._database.write(entry) as writing:
            writing.execute("DELETE FROM sessions")


def account_of(row: Connection | None) -> Account | None:
    """Return the account a row holds."""
    if row is None:
        return None
    secret = row["factor_secret"]
    return Account(
        row["id"],
        row["name"],
        Role(row["role"]),
        row["password_hash"],
        datetime.fromisoformat(row["created_at"]),
        _moment(row["locked_at"]),
        bool(row["initial_password"]),
        Factor(bytes(secret), row["factor_step"]) if secret is not None else None,
        _moment(row["signed_in_at"]) if "signed_in_at" in row.keys() else None,  # noqa: SIM118 - the driver's row
    )


def _change(writing: Writing, account_id: int, columns: str, *values: object) -> None:
    """Change an account and end its sessions, for whoever holds one was let in under other terms."""
    cursor = writing.execute(f"UPDATE accounts SET {columns} WHERE id = ?", (*values, account_id))  # noqa: S608
    if not cursor.rowcount:
        raise AccountUnknown
    writing.execute("DELETE FROM sessions WHERE account_id = ?", (account_id,))


def _keep_an_administrator(writing: Writing) -> None:
    question = "SELECT 1 FROM accounts WHERE role = ? AND locked_at IS NULL"
    if writing.execute(question, (Role.ADMINISTRATOR.value,)).fetchone() is None:
        raise LastAdministrator


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
