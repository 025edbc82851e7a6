"""Reading findings as a work list: those of the current revisions, filtered and paged. Writes nothing."""

import json
from collections.abc import Sequence
from datetime import datetime

from artbox.box.adapters.store.database import Connection, Database
from artbox.box.domain.worklist import HOLDING, FindingRow, Order, Wanted

_LARGEST_ID = 2**63 - 1
_WANTED = """
f.superseded_at IS NULL AND f.severity IN (SELECT value FROM json_each(:severities))
AND (f.confirmed_at IS NOT NULL) = :confirmed
AND (:rule IS NULL OR f.rule = :rule)
AND (:fields IS NULL OR f.field IN (SELECT value FROM json_each(:fields)))
"""
_ORDERS = {
    Order.URGENT: "CASE f.severity WHEN 'hart' THEN 0 WHEN 'weich' THEN 1 ELSE 2 END, f.open_since, f.id",
    Order.NEWEST: "f.open_since DESC, f.id DESC",
    Order.OLDEST: "f.open_since, f.id",
}
# Only cycles that count for a register can be kept from it.
_SHOWN = """
SELECT f.*, p.ref AS patient_ref, c.ref AS cycle_ref, coalesce(c.release, i.release) AS release, (
    SELECT json_group_array(DISTINCT a.register) FROM cycles o JOIN assignments a ON a.cycle_id = o.id
    WHERE o.patient_id = f.patient_id AND (f.cycle_id IS NULL OR o.id = f.cycle_id)
    AND (f.registers = '[]' OR a.register IN (SELECT value FROM json_each(f.registers)))
) AS kept_from
FROM findings f JOIN patients p ON p.id = f.patient_id JOIN imports i ON i.id = f.import_id
LEFT JOIN cycles c ON c.id = f.cycle_id
"""
_OF_IMPORT = f"""{_SHOWN}
WHERE f.superseded_at IS NULL AND f.confirmed_at IS NULL AND f.patient_id IN (
    SELECT k.id FROM patients k JOIN imports m ON m.product = k.source
    WHERE m.id = :id AND k.ref IN (SELECT value FROM json_each(:references))
)
"""  # noqa: S608 - made of constants


class FindingsView:
    """Findings with the centre's own references, each list in one question."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, wanted: Wanted) -> int:
        """Return how many findings are wanted."""
        with self._database.read() as connection:
            question = f"SELECT count(*) FROM findings f WHERE {_WANTED}"  # noqa: S608 - made of constants
            return int(connection.execute(question, _parameters(wanted)).fetchone()[0])

    def rows(self, wanted: Wanted, *, offset: int, limit: int) -> list[FindingRow]:
        """Return a stretch of the wanted findings in their order."""
        order = _ORDERS[wanted.order]
        question = (
            f"WITH f AS (SELECT * FROM findings f WHERE {_WANTED} ORDER BY {order}"  # noqa: S608 - made of constants
            f" LIMIT :limit OFFSET :offset) {_SHOWN.replace('findings f', 'f')} ORDER BY {order}"
        )
        stretch = {"limit": limit, "offset": offset}
        with self._database.read() as connection:
            return [_row(row) for row in connection.execute(question, {**_parameters(wanted), **stretch})]

    def rules(self, *, confirmed: bool) -> dict[str, int]:
        """Return how many findings of each rule there are, open or confirmed."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT rule, count(*) AS number FROM findings WHERE superseded_at IS NULL"
                " AND (confirmed_at IS NOT NULL) = ? GROUP BY rule ORDER BY rule",
                (confirmed,),
            )
            return {row["rule"]: row["number"] for row in rows}

    def one(self, finding_id: int) -> FindingRow | None:
        """Return one finding, also one that no longer holds; None when there is none of this id."""
        if finding_id > _LARGEST_ID:
            return None
        with self._database.read() as connection:
            row = connection.execute(f"{_SHOWN} WHERE f.id = ?", (finding_id,)).fetchone()
        return _row(row) if row else None

    def open_of_import(self, import_id: str, references: Sequence[str]) -> list[FindingRow]:
        """Return the open findings of these patients of the program that made the import."""
        with self._database.read() as connection:
            rows = connection.execute(
                _OF_IMPORT,
                {"id": import_id, "references": json.dumps(list(references))},
            )
            return [_row(row) for row in rows]


def _parameters(wanted: Wanted) -> dict[str, object]:
    severities = HOLDING if wanted.severity is None else (wanted.severity,)
    return {
        "severities": json.dumps(severities),
        "confirmed": wanted.confirmed,
        "rule": wanted.rule,
        "fields": None if wanted.fields is None else json.dumps(wanted.fields),
    }


def _row(row: Connection) -> FindingRow:
    holds = row["severity"] in HOLDING and row["confirmed_at"] is None and row["superseded_at"] is None
    return FindingRow(
        id=row["id"],
        patient_ref=row["patient_ref"],
        cycle_ref=row["cycle_ref"],
        child_no=row["child_no"],
        rule=row["rule"],
        severity=row["severity"],
        field=row["field"],
        registers=tuple(sorted(json.loads(row["kept_from"]))) if holds else (),
        release=row["release"],
        open_since=datetime.fromisoformat(row["open_since"]),
        superseded_at=_moment(row["superseded_at"]),
        confirmed_at=_moment(row["confirmed_at"]),
        confirmed_by=row["confirmed_by"],
        reason=row["reason"],
    )


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
