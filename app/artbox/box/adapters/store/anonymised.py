"""What has left anonymised: the groups at each register, the pasts of cycles, and the bodies to judge."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from artbox.box.adapters.store.database import Connection, Database, Writing
from artbox.box.domain.anonymity import Present
from artbox.box.domain.exports import Item, Rare, Shared

_NEWEST = """
SELECT a.*, c.patient_id, k.cycle_id FROM record_keys k JOIN cycles c ON c.id = k.cycle_id
JOIN anonymised_items a ON a.record_key_id = k.id
WHERE k.register = ? AND k.kind = 'anonymised' AND k.retired_at IS NULL
AND a.package_id = (SELECT max(package_id) FROM package_items WHERE record_key_id = k.id)
"""
_WITHDRAWN = """
SELECT k.cycle_id, min(p.receipted_at IS NOT NULL) AS confirmed, max(p.receipted_at) AS at
FROM packages p JOIN package_items i ON i.package_id = p.id JOIN record_keys k ON k.id = i.record_key_id
WHERE p.register = ? AND p.kind = 'withdrawal' AND k.kind = 'pseudonymised' GROUP BY k.cycle_id
"""
_BODIES = """
SELECT pr.body AS patient, cr.body AS cycle
FROM json_each(?) wanted
JOIN cycle_revisions cr ON cr.cycle_id = wanted.value ->> 0 AND cr.revision = wanted.value ->> 1
JOIN cycles c ON c.id = cr.cycle_id
JOIN patient_revisions pr ON pr.patient_id = c.patient_id AND pr.revision = wanted.value ->> 2
ORDER BY wanted.key
"""


class AnonymisedView:
    """Reads what the choice of anonymised records and its report need. Writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, register: str) -> list[tuple[int, Shared]]:
        """Return patient and disguise of every record that lies at a register anonymised, as it last left."""
        with self._database.read() as connection:
            return [(row["patient_id"], _shared(row)) for row in connection.execute(_NEWEST, (register,))]

    def present(self, register: str) -> Present:
        """Return whose records lie at the register, by group and by rare value."""
        groups: dict[str, set[int]] = defaultdict(set)
        rare: dict[Rare, set[int]] = defaultdict(set)
        for patient_id, shared in self.rows(register):
            groups[shared.group].add(patient_id)
            for value in shared.rare:
                rare[value].add(patient_id)
        return Present(groups, rare)

    def cycles(self, register: str) -> set[int]:
        """Return the cycles that have an anonymised record at the register."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT cycle_id FROM record_keys WHERE register = ? AND kind = 'anonymised'"
                " AND retired_at IS NULL",
                (register,),
            )
            return {row["cycle_id"] for row in rows}

    def withdrawn(self, register: str) -> dict[int, datetime | None]:
        """Return when the register confirmed a withdrawal, by cycle that was pseudonymised; None: not yet."""
        with self._database.read() as connection:
            return {
                row["cycle_id"]: datetime.fromisoformat(row["at"]) if row["confirmed"] else None
                for row in connection.execute(_WITHDRAWN, (register,))
            }

    def bodies(self, items: Sequence[Item]) -> list[tuple[str, str]]:
        """Return the patient's and the cycle's JSON for each item, in order."""
        wanted = [[item.cycle_id, item.cycle_revision, item.patient_revision] for item in items]
        with self._database.read() as connection:
            return [
                (row["patient"], row["cycle"]) for row in connection.execute(_BODIES, (json.dumps(wanted),))
            ]


def note(writing: Writing, package_id: int, record_key_id: int, shared: Shared) -> None:
    """Keep with a package's record the group it leaves in and what it loses for that."""
    writing.execute(
        "INSERT INTO anonymised_items (package_id, record_key_id, steps, shared, rare, suppressed)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            package_id,
            record_key_id,
            shared.steps,
            shared.group,
            json.dumps(shared.rare),
            json.dumps(shared.suppressed),
        ),
    )


def _shared(row: Connection) -> Shared:
    rare = tuple((field, value) for field, value in json.loads(row["rare"]))
    return Shared(row["steps"], row["shared"], rare, tuple(json.loads(row["suppressed"])))
