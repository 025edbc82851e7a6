"""Accounts, sessions and tokens in the store. Secrets arrive here as hashes only."""

from datetime import datetime

from artbox.box.adapters.store.database import Connection, Database
from artbox.box.domain.accounts import Account, Role, Token
from artbox.box.domain.audit import AuditEntry


class AccountsTable:
    """People who may sign in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def named(self, name: str) -> Account | None:
        """Return the account of this name, upper and lower case alike."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM accounts WHERE name = ?", (name,)).fetchone()
        return Account(row["id"], row["name"], Role(row["role"]), row["password_hash"]) if row else None

    def change_password(self, account_id: int, password_hash: str, entry: AuditEntry) -> None:
        """Set a new password hash and end every session of the account."""
        with self._database.write(entry) as writing:
            writing.execute("UPDATE accounts SET password_hash = ? WHERE id = ?", (password_hash, account_id))
            writing.execute("DELETE FROM sessions WHERE account_id = ?", (account_id,))


class SessionsTable:
    """Signed-in people; a row is found by the hash of the session's id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, session_hash: str, account_id: int, entry: AuditEntry) -> None:
        """Add a session."""
        with self._database.write(entry) as writing:
            writing.execute(
                "INSERT INTO sessions (hash, account_id, created_at) VALUES (?, ?, ?)",
                (session_hash, account_id, writing.at),
            )

    def find(self, session_hash: str) -> tuple[Account, datetime] | None:
        """Return whose session it is and when it began."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT a.*, s.created_at AS began FROM sessions s JOIN accounts a ON a.id = s.account_id"
                " WHERE s.hash = ?",
                (session_hash,),
            ).fetchone()
        if row is None:
            return None
        account = Account(row["id"], row["name"], Role(row["role"]), row["password_hash"])
        return account, datetime.fromisoformat(row["began"])

    def end(self, session_hash: str, entry: AuditEntry) -> None:
        """Remove a session."""
        with self._database.write(entry) as writing:
            writing.execute("DELETE FROM sessions WHERE hash = ?", (session_hash,))

    def end_all(self, entry: AuditEntry) -> None:
        """Remove every session."""
        with self._database.write(entry) as writing:
            writing.execute("DELETE FROM sessions")


class TokensTable:
    """Capture programs that may hand over records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, product: str, secret_hash: str, entry: AuditEntry) -> int:
        """Add a token and return its id."""
        with self._database.write(entry) as writing:
            cursor = writing.execute(
                "INSERT INTO tokens (product, secret_hash, created_at) VALUES (?, ?, ?)",
                (product, secret_hash, writing.at),
            )
            return int(cursor.lastrowid)

    def revoke(self, token_id: int, entry: AuditEntry) -> bool:
        """End a token; False when there is no such token in use."""
        with self._database.write(entry) as writing:
            cursor = writing.execute(
                "UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (writing.at, token_id)
            )
            return bool(cursor.rowcount)

    def by_hash(self, secret_hash: str) -> Token | None:
        """Return the token with this hash, revoked or not."""
        with self._database.read() as connection:
            return next(iter(_tokens(connection, "WHERE secret_hash = ?", (secret_hash,))), None)

    def all(self) -> list[Token]:
        """Return every token, newest first."""
        with self._database.read() as connection:
            return _tokens(connection, "", ())


def _tokens(connection: Connection, condition: str, parameters: tuple[object, ...]) -> list[Token]:
    rows = connection.execute(
        "SELECT t.*, (SELECT max(received_at) FROM imports i WHERE i.token_id = t.id) AS used"  # noqa: S608
        f" FROM tokens t {condition} ORDER BY t.id DESC",
        parameters,
    )
    return [
        Token(
            row["id"],
            row["product"],
            datetime.fromisoformat(row["created_at"]),
            _moment(row["used"]),
            _moment(row["revoked_at"]),
        )
        for row in rows
    ]


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
