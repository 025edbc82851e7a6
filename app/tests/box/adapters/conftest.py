"""A store of its own for each test, without a box around it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from artbox.box.adapters.store import Store
from artbox.box.domain.audit import AuditEntry, AuditTag

KEY = bytes(range(32))


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Store]:
    store = Store.create(tmp_path / "artbox.db", KEY, now)
    store.set_up(123, "Dr. Muster", "$argon2id$", AuditEntry(AuditTag.BOX_SET_UP, "Dr. Muster"))
    yield store
    store.close()
