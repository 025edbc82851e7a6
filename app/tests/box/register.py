"""A register's own view: it opens each package the server has, in order, and applies it to its records."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artbox.box.domain.deliveries import Kind, PackageState
from tests.box.real_parts import Box, opened


@dataclass(frozen=True)
class Record:
    """What the register holds under a key."""

    kind: Kind
    version: int
    pseudonym: str | None
    cycle: dict[str, Any]


class AtRegister:
    """The D·I·R with its key: `records` by key as they hold now, `withdrawn` keys, and each package read."""

    def __init__(self, box: Box, recipients: Path, directory: Path) -> None:
        self.box, self.recipients, self.directory = box, recipients, directory
        self.records: dict[str, Record] = {}
        self.withdrawn: list[str] = []
        self.packages: list[tuple[Kind, list[dict[str, Any]]]] = []

    def read(self) -> dict[str, Record]:
        """Apply the receipted packages that are new, by their sequence; return the records that hold."""
        rows = sorted(self.box.application.delivery.packages(), key=lambda row: row.sequence)
        done = [row for row in rows if row.register == "DIR" and row.state is PackageState.RECEIPTED]
        assert [row.sequence for row in done] == list(range(1, len(done) + 1))
        for row in done[len(self.packages) :]:
            path = self.box.application.delivery.package_file(row.id)
            lines = opened(path, self.recipients, self.directory)
            self.packages.append((row.kind, lines))
            for line in lines:
                self._apply(row.kind, line)
        return self.records

    def text(self) -> str:
        """Return everything the register has ever read, as text."""
        return json.dumps(self.packages)

    def _apply(self, kind: Kind, line: dict[str, Any]) -> None:
        key = line["record_key"]
        if kind is Kind.WITHDRAWAL:
            del self.records[key]
            self.withdrawn.append(key)
            return
        assert key not in self.withdrawn, "a withdrawn key never comes again"
        assert line["version"] == (self.records[key].version + 1 if key in self.records else 1)
        assert ("pseudonym" in line) == (kind is Kind.PSEUDONYMISED)
        self.records[key] = Record(kind, line["version"], line.get("pseudonym"), line["cycle"])
