"""Which anonymised records may leave now, so that nobody can tell whose they are.

A record leaves when enough patients share its group. One whose pseudonymised forerunner was withdrawn leaves
later than the withdrawal, and hides among patients of the same package alone: its register knows the
withdrawn records and sees when packages come. Further patients at the register help only records without
such a past.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from artbox.box.domain.exports import Item, Rare, Shared


class Reason(StrEnum):
    """Why a record does not leave yet."""

    DELAY = "delay"
    GROUP = "group"
    BATCH = "batch"


@dataclass(frozen=True)
class Limits:
    """`group_size` and `minimum_batch` count patients; `minimum_delay` runs from the withdrawal's receipt."""

    group_size: int = 5
    minimum_delay: timedelta = timedelta(days=7)
    minimum_batch: int = 5


@dataclass(frozen=True)
class Wish:
    """A record that wants to leave anonymised.

    `groups`: its group before any further step and after each; `rare`: field and value of what may single it
    out. `present`: an earlier version of it lies at the register. `withdrawn`: its pseudonymised forerunner
    was taken back; `withdrawn_at`: when the register confirmed that, None before.
    """

    item: Item
    patient_id: int
    groups: Sequence[str]
    rare: Sequence[Rare]
    present: bool = False
    withdrawn: bool = False
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class Present:
    """Whose records already lie at the register anonymised: patients by group, and by rare value."""

    groups: Mapping[str, Collection[int]] = field(default_factory=dict)
    rare: Mapping[Rare, Collection[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Leaving:
    """A record that may leave now, and in which disguise."""

    wish: Wish
    shared: Shared

    @property
    def item(self) -> Item:
        """The record as it goes into its package."""
        return replace(self.wish.item, shared=self.shared)


@dataclass(frozen=True)
class Selection:
    """What leaves now, and how many records stay, by reason."""

    leaving: tuple[Leaving, ...]
    retained: Mapping[Reason, int]


def select(wishes: Iterable[Wish], present: Present, limits: Limits, now: datetime) -> Selection:
    """Choose what may leave; a record coarsens step by step until its group is large enough, or stays."""
    retained: Counter[Reason] = Counter()
    ready = []
    for wish in wishes:
        if _must_wait(wish, limits, now):
            retained[Reason.DELAY] += 1
        else:
            ready.append(wish)
    placed, left = _placed(ready, present, limits.group_size)
    fresh = [leaving for leaving in placed if not leaving.wish.present]
    if len({leaving.wish.patient_id for leaving in fresh}) < limits.minimum_batch:
        retained[Reason.BATCH] = len(fresh)
        corrections = [wish for wish in ready if wish.present]
        placed, _ = _placed(corrections, present, limits.group_size)
    retained[Reason.GROUP] = left
    leaving = tuple(_without_rare(placed, present, limits.group_size))
    return Selection(leaving, {reason: count for reason, count in retained.items() if count})


def _must_wait(wish: Wish, limits: Limits, now: datetime) -> bool:
    if not wish.withdrawn or wish.present:
        return False
    return wish.withdrawn_at is None or now - wish.withdrawn_at < limits.minimum_delay


def _placed(ready: Sequence[Wish], present: Present, size: int) -> tuple[list[Leaving], int]:
    """Return the records whose group is large enough after the fewest steps, and the number of the others."""
    placed: list[Leaving] = []
    remaining = list(ready)
    for steps in range(max((len(wish.groups) for wish in ready), default=0)):
        by_group: dict[str, list[Wish]] = defaultdict(list)
        for wish in remaining:
            by_group[wish.groups[min(steps, len(wish.groups) - 1)]].append(wish)
        remaining = []
        for group, members in by_group.items():
            fitting = _fitting(members, set(present.groups.get(group, ())), size)
            placed += [Leaving(wish, Shared(steps, group)) for wish in fitting]
            chosen = {id(wish) for wish in fitting}
            remaining += [wish for wish in members if id(wish) not in chosen]
    return placed, len(remaining)


def _fitting(members: Sequence[Wish], at_register: set[int], size: int) -> list[Wish]:
    """Return who of a group may leave in it.

    Of a patient with a past only one record leaves in a group at a time: more of them would make a guess at
    hers better than one among `size`.
    """
    seen: set[int] = set()
    hidden = []
    for wish in members:
        if not (_has_past(wish) and wish.patient_id in seen):
            hidden.append(wish)
            seen.add(wish.patient_id)
    if len({wish.patient_id for wish in hidden if not wish.present}) >= size:
        return hidden
    plain = [wish for wish in members if not _has_past(wish)]
    sharing = {wish.patient_id for wish in plain} | at_register
    return plain if len(sharing) >= size else []


def _has_past(wish: Wish) -> bool:
    return wish.withdrawn and not wish.present


def _without_rare(placed: Sequence[Leaving], present: Present, size: int) -> Iterator[Leaving]:
    """Drop values that too few patients share, by the same two measures as the groups."""
    patients: dict[Rare, set[int]] = defaultdict(set)
    for leaving in placed:
        for rare in leaving.wish.rare:
            patients[rare].add(leaving.wish.patient_id)
    here = {rare: len(sharing) for rare, sharing in patients.items()}
    in_all = {rare: len(sharing.union(present.rare.get(rare, ()))) for rare, sharing in patients.items()}
    for leaving in placed:
        sharing = here if _has_past(leaving.wish) else in_all
        dropped = {rare[0] for rare in leaving.wish.rare if sharing[rare] < size}
        kept = tuple(rare for rare in leaving.wish.rare if rare[0] not in dropped)
        shared = replace(leaving.shared, rare=kept, suppressed=tuple(sorted(dropped)))
        yield replace(leaving, shared=shared)
