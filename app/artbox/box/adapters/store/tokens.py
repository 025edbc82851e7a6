"""Tokens of capture programs in the store. Secrets arrive here as hashes only."""

from datetime import datetime

from artbox.box.adapters.store.database import Connection, Database
from artbox.box.domain.accounts import Token
from artbox.box.domain.audit import AuditEntry


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
