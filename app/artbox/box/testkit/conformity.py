"""A conformity report: what was to be shown, and what was seen of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from artbox.catalogue import Text


class Verdict(StrEnum):
    """What became of one item; `failed` means something was seen that must not be."""

    SHOWN = "shown"
    PARTLY = "partly"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True)
class Item:
    """One thing to be shown. `remedy` says how, or what was expected; `detail` what was seen."""

    id: str
    group: Text
    title: Text
    verdict: Verdict
    required: bool = True
    detail: Text | None = None
    remedy: Text | None = None

    @property
    def stands(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.verdict is Verdict.SHOWN or (self.verdict is Verdict.MISSING and not self.required)


@dataclass(frozen=True)
class ConformityReport:
    """Everything judged at one time. `subject` is whose work was judged, e.g. a product and its version."""

    title: Text
    subject: str
    release: str
    release_status: str
    made_at: datetime
    items: Sequence[Item]

    @property
    def conforms(self) -> bool:
        """Whether every required item was shown and nothing failed."""
        return all(item.stands for item in self.items)

    def groups(self) -> list[tuple[Text, list[Item]]]:
        """Return the items by group, both in their order."""
        found: dict[str, tuple[Text, list[Item]]] = {}
        for item in self.items:
            found.setdefault(item.group.de, (item.group, []))[1].append(item)
        return list(found.values())

    def counted(self, verdict: Verdict) -> int:
        """Return how many items have this verdict."""
        return sum(item.verdict is verdict for item in self.items)
