"""Reading what may have to leave the box for a register. Writes nothing."""

from collections import defaultdict
from datetime import date

from artbox.box.adapters.store.database import Database
from artbox.box.domain.consent import ConsentStatus, Statement
from artbox.box.domain.deliveries import Kind
from artbox.box.domain.exports import Candidate, LiveRecord

_HELD = """
EXISTS (
    SELECT 1 FROM findings f
    WHERE f.patient_id = c.patient_id AND (f.cycle_id IS NULL OR f.cycle_id = c.id)
    AND f.superseded_at IS NULL AND (f.severity = 'hart' OR (f.severity = 'weich' AND f.confirmed_at IS NULL))
    AND (f.registers = '[]' OR EXISTS (SELECT 1 FROM json_each(f.registers) WHERE value = :register))
)"""
_CANDIDATES = f"""
SELECT c.id, c.patient_id, c.release, c.revision, p.revision AS patient_revision,
    a.cycle_id IS NOT NULL AS assigned, {_HELD} AS held
FROM cycles c JOIN patients p ON p.id = c.patient_id
LEFT JOIN assignments a ON a.cycle_id = c.id AND a.register = :register
WHERE a.cycle_id IS NOT NULL OR EXISTS (
    SELECT 1 FROM record_keys k WHERE k.cycle_id = c.id AND k.register = :register AND k.retired_at IS NULL
)
ORDER BY c.id
"""  # noqa: S608 - made of constants
_LIVE = """
SELECT k.id, k.cycle_id, k.kind, i.cycle_revision, i.patient_revision, max(i.package_id)
FROM record_keys k JOIN package_items i ON i.record_key_id = k.id
WHERE k.register = ? AND k.retired_at IS NULL
GROUP BY k.id
"""


class CandidatesView:
    """Cycles, their records at a register, and the patients' statements, on one snapshot each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def for_register(self, register: str) -> tuple[list[Candidate], dict[int, list[Statement]]]:
        """Return candidates, and the statements in force by patient id."""
        with self._database.read() as connection:
            live = defaultdict(list)
            for row in connection.execute(_LIVE, (register,)):
                record = LiveRecord(
                    row["id"], Kind(row["kind"]), row["cycle_revision"], row["patient_revision"]
                )
                live[row["cycle_id"]].append(record)
            statements = defaultdict(list)
            for row in connection.execute(
                "SELECT patient_id, status, stated_on FROM consents"
                " WHERE register = ? AND superseded_at IS NULL",
                (register,),
            ):
                on = date.fromisoformat(row["stated_on"]) if row["stated_on"] else None
                statements[row["patient_id"]].append(Statement(register, ConsentStatus(row["status"]), on))
            candidates = [
                Candidate(
                    row["id"],
                    row["patient_id"],
                    row["release"],
                    row["revision"],
                    row["patient_revision"],
                    bool(row["assigned"]),
                    bool(row["held"]),
                    tuple(live[row["id"]]),
                )
                for row in connection.execute(_CANDIDATES, {"register": register})
            ]
        return candidates, dict(statements)
