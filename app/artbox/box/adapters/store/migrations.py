"""Numbered steps from one schema to the next, each in one transaction with its number.

A step is a file `schema/NNNN.sql`; `PRAGMA user_version` says which was the last. A newer schema is refused.
"""

from importlib import resources
from typing import Any

from artbox.box.errors import StoreUnreadable


def steps() -> list[str]:
    """Return the scripts in order; the first one has number 1."""
    folder = resources.files(__package__) / "schema"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    if names != [f"{number:04d}.sql" for number in range(1, len(names) + 1)]:
        raise StoreUnreadable(reason="schema-incomplete")
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def version(connection: Any) -> int:
    """Return the number of the last step taken; 0 for an empty database."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: Any) -> None:
    """Take the steps that are missing; raise StoreUnreadable for a schema newer than this program."""
    scripts, reached = steps(), version(connection)
    if reached > len(scripts):
        raise StoreUnreadable(reason="newer")
    for number, script in enumerate(scripts[reached:], start=reached + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
