"""The server's database: enrolment codes, boxes and received packages, in portable SQL.

SQLite is the embedded default; the statements and types also hold on PostgreSQL. Files lie outside, by hash.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    create_engine,
    event,
)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time on every database, also where the database keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

codes = Table(
    "codes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("centre_no", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("box_id", String(20), ForeignKey("boxes.box_id")),
)

boxes = Table(
    "boxes",
    metadata,
    Column("box_id", String(20), primary_key=True),
    Column("centre_no", Integer, nullable=False),
    Column("key_identity", String(64), nullable=False, unique=True),
    Column("certificate", Text, nullable=False),
    Column("certificate_expires", UtcTime, nullable=False),
    Column("enrolled_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

packages = Table(
    "packages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("centre_no", Integer, nullable=False),
    Column("register", String(20), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("catalogue_version", String(20), nullable=False),
    Column("count", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("box_id", String(20), ForeignKey("boxes.box_id"), nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Column("receipt_signature", LargeBinary, nullable=False),
    UniqueConstraint("centre_no", "register", "sequence", name="one_package_per_sequence"),
)


def open_database(url: str) -> Engine:
    """Connect, and create what tables are missing."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _harden_sqlite)
    metadata.create_all(engine)
    return engine


def _harden_sqlite(connection: Any, _record: object) -> None:
    """Make SQLite keep what PostgreSQL keeps by itself: foreign keys, and commits that survive power loss."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
