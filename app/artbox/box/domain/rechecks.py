"""Judging again what is stored, after the rules changed: how far it is, and which findings are new by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Parts = Mapping[str, Mapping[str, str]]
"""The hash of each demand (`rules/O08`, `fields/bmi`) by release, as the catalogue tells it."""


class RecheckState(StrEnum):
    """Running, done, or given up because the rules changed once more."""

    RUNNING = "running"
    FINISHED = "finished"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Recheck:
    """One check of the whole stock: `judged` of `patients`, and the findings that the new rules made."""

    number: int
    release: str
    fingerprint: str
    state: RecheckState
    patients: int
    judged: int
    fresh_findings: int
    started_at: datetime


@dataclass(frozen=True)
class Demands:
    """The demands in force and, if that is known, those by which the stock was judged before."""

    before: Parts | None
    now: Parts

    def is_new(self, release: str, rule: str, field: str | None) -> bool:
        """Say whether a rule, or the field it looks at by a general check, demands something new."""
        return any(self._differs(release, part) for part in _parts_of(self.now[release], rule, field))

    def has_changed(self, release: str, rule: str, field: str | None) -> bool:
        """Say whether it is known to have demanded something else before, so that a confirmation is void."""
        if self.before is None:
            return False
        known = set().union(*self.before.values())
        parts = _parts_of(self.now[release], rule, field)
        return any(part in known and self._differs(release, part) for part in parts)

    def _differs(self, release: str, part: str) -> bool:
        earlier = (self.before or {}).values()
        return all(parts.get(part) != self.now[release][part] for parts in earlier)


def _parts_of(known: Mapping[str, str], rule: str, field: str | None) -> list[str]:
    wanted = [f"rules/{rule}", f"checks/{rule}"]
    if f"checks/{rule}" in known and field is not None:
        wanted.append(f"fields/{field}")
    return [part for part in wanted if part in known]
