"""The database file: its key, its schema, its one writer and its readers."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlcipher3

from artbox.box.adapters.store import Store, migrations
from artbox.box.adapters.store.database import OLDEST_SQLITE, Database
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.errors import BoxLocked, StoreUnreadable

KEY = bytes(range(32))
ENTRY = AuditEntry(AuditTag.TOKEN_CREATED, "test")
Change = Callable[[Path], None]


def now() -> datetime:
    return datetime.now(UTC)


def writer_of(store: Store) -> "sqlcipher3.Connection":
    return store._database._writer


def raw(path: Path) -> "sqlcipher3.Connection":
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    return connection


def test_the_library_is_new_enough() -> None:
    assert sqlcipher3.sqlite_version_info >= OLDEST_SQLITE


def test_nothing_of_it_can_be_read_without_the_key(open_store: Store) -> None:
    open_store.tokens.add("Erkennbarer Name", "0" * 64, ENTRY)
    content = b"".join(path.read_bytes() for path in open_store.path.parent.iterdir())
    assert b"SQLite format" not in content
    assert b"Erkennbarer" not in content
    assert b"CREATE TABLE" not in content


@pytest.mark.parametrize("key", [bytes(32), KEY[::-1]])
def test_a_wrong_key_is_refused_and_changes_nothing(open_store: Store, key: bytes) -> None:
    open_store.close()
    before = open_store.path.read_bytes()
    with pytest.raises(StoreUnreadable) as refused:
        Store.open(open_store.path, key, now)
    assert refused.value.fields["reason"] == "key"
    assert open_store.path.read_bytes() == before


def test_a_missing_file_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreadable) as refused:
        Store.open(tmp_path / "artbox.db", KEY, now)
    assert refused.value.fields["reason"] == "missing"
    assert not (tmp_path / "artbox.db").exists()


def test_a_store_that_was_never_set_up_does_not_open(tmp_path: Path) -> None:
    Store.create(tmp_path / "artbox.db", KEY, now).close()
    with pytest.raises(StoreUnreadable) as refused:
        Store.open(tmp_path / "artbox.db", KEY, now)
    assert refused.value.fields["reason"] == "not-set-up"


def test_a_newer_schema_is_refused(open_store: Store) -> None:
    open_store.close()
    connection = raw(open_store.path)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    with pytest.raises(StoreUnreadable) as refused:
        Store.open(open_store.path, KEY, now)
    assert refused.value.fields["reason"] == "newer"


def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = migrations.steps()[0]
    broken = "CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE half (id INTEGER) STRICT;"
    monkeypatch.setattr(migrations, "steps", lambda: [first, broken])
    path = tmp_path / "artbox.db"
    with pytest.raises(sqlcipher3.OperationalError):
        Database.create(path, KEY, now)
    connection = raw(path)
    assert migrations.version(connection) == 1
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert "half" not in tables
    assert "audit" in tables


def test_findings_of_the_first_schema_are_open_since_they_were_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, all_steps = tmp_path / "artbox.db", migrations.steps()
    with monkeypatch.context() as older:
        older.setattr(migrations, "steps", lambda: all_steps[:1])
        Database.create(path, KEY, now).close()
    connection = raw(path)
    connection.execute(
        "INSERT INTO findings (patient_id, import_id, rule, severity, registers, found_at)"
        " VALUES (1, 'i', 'R1', 'hart', '[]', '2026-01-02T03:04:05+00:00')"
    )
    connection.close()
    Database.create(path, KEY, now).close()
    connection = raw(path)
    assert connection.execute("SELECT found_at = open_since FROM findings").fetchall() == [(1,)]
    connection.close()


def test_durability_is_what_it_should_be(open_store: Store) -> None:
    writer = writer_of(open_store)
    assert writer.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert writer.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert writer.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert writer.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_reader_cannot_write(open_store: Store) -> None:
    with (
        open_store._database.read() as connection,
        pytest.raises(sqlcipher3.OperationalError, match="readonly"),
    ):
        connection.execute("DELETE FROM tokens")


def test_a_failed_change_logs_nothing(open_store: Store) -> None:
    before = len(open_store.audit.recent(100))

    def fail() -> None:
        with open_store._database.write(ENTRY) as writing:
            writing.execute("INSERT INTO tokens (product, secret_hash, created_at) VALUES ('a', 'b', 'c')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert open_store.tokens.all() == []
    assert len(open_store.audit.recent(100)) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "UPDATE cycle_revisions SET body = '{}'",
        "UPDATE patient_revisions SET body = '{}'",
        "UPDATE cycles SET first_received_at = '2020-01-01'",
        "UPDATE patients SET first_received_at = '2020-01-01'",
    ],
)
def test_what_stays_cannot_be_changed(open_store: Store, statement: str) -> None:
    fill = """
    INSERT INTO tokens VALUES (1, 'p', 'h', 't', NULL);
    INSERT INTO imports VALUES ('i', 1, 't', 1, 'p', 'r', 'h', NULL, 1, '{}', 'finished');
    INSERT INTO patients VALUES (1, 'u', 's', 'r', 1, 'h', 't');
    INSERT INTO patient_revisions VALUES (1, 1, 'i', 't', 'r', 'h', '{}');
    INSERT INTO cycles VALUES (1, 1, 'r', 1, 'rel', 'h', 't');
    INSERT INTO cycle_revisions VALUES (1, 1, 'i', 't', 'rel', 'h', '{}');
    """
    writer_of(open_store).executescript(fill)
    with pytest.raises(sqlcipher3.IntegrityError), open_store._database.write(ENTRY) as writing:
        writing.execute(statement)


def test_the_chain_of_the_log_holds_over_a_reopening(open_store: Store) -> None:
    for number in range(5):
        open_store.audit.append(AuditEntry(AuditTag.SIGN_IN_FAILED, "unknown", {"number": number}))
    open_store.close()
    again = Store.open(open_store.path, KEY, now)
    again.audit.append(ENTRY)
    assert again.audit.first_broken() is None
    assert [row.sequence for row in again.audit.recent(2)] == [7, 6]
    again.close()


def test_a_log_changed_past_the_store_is_found(open_store: Store) -> None:
    for _ in range(3):
        open_store.audit.append(ENTRY)
    writer_of(open_store).executescript(
        "DROP TRIGGER audit_is_never_changed; UPDATE audit SET actor = 'nobody' WHERE sequence = 2;"
    )
    assert open_store.audit.first_broken() == 2


def test_a_closed_store_says_locked(open_store: Store) -> None:
    open_store.close()
    open_store.close()
    with pytest.raises(BoxLocked):
        open_store.tokens.all()
    with pytest.raises(BoxLocked):
        open_store.audit.append(ENTRY)


def test_many_threads_write_and_read_at_once(open_store: Store) -> None:
    failures: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for number in range(10):
                open_store.tokens.add(f"{name}-{number}", f"{name}-{number}", ENTRY)
                open_store.tokens.all()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(open_store.tokens.all()) == 40
    assert open_store.audit.first_broken() is None


def test_an_interrupted_creation_is_completed(tmp_path: Path) -> None:
    path = tmp_path / "artbox.db"
    Store.create(path, KEY, now).close()
    store = Store.create(path, KEY, now)
    store.set_up(123, "Erste", "hash", ENTRY)
    key = store.box().pseudonym_key
    store.set_up(123, "Zweite", "hash", ENTRY)
    assert store.accounts.named("Erste") is None
    assert store.accounts.named("zweite") is not None
    assert store.box().pseudonym_key == key
    store.close()
