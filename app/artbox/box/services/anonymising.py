"""Judging which anonymised records may leave now: the catalogue tells their groups, the domain chooses."""

import json
from collections import OrderedDict
from collections.abc import Collection, Sequence
from random import SystemRandom

from artbox.box.adapters.store import Store
from artbox.box.domain.anonymity import Limits, Selection, Wish, select
from artbox.box.domain.exports import Item
from artbox.box.services.clock import Clock
from artbox.catalogue import Catalogue, Kind, Traits

REMEMBERED = 50_000
"""Traits kept in memory, a few hundred bytes each, so that a page does not form every record anew."""
CHUNK = 500


class Anonymising:
    """Knows the box's limits; remembers by what each revision could be singled out."""

    def __init__(self, catalogue: Catalogue, limits: Limits, now: Clock) -> None:
        self._catalogue = catalogue
        self._limits = limits
        self._now = now
        self._traits: OrderedDict[tuple[str, str, int, int, int], Traits] = OrderedDict()

    def select(
        self, store: Store, register: str, waiting: Sequence[Item], taken_back: Collection[int]
    ) -> Selection:
        """Return which of these anonymised records leave now, in random order, and how many stay and why.

        `taken_back` are the cycles whose pseudonymised record is to be withdrawn next.
        """
        present, lying = store.anonymised.present(register), store.anonymised.cycles(register)
        past = store.anonymised.withdrawn(register) | dict.fromkeys(taken_back)
        wishes = []
        for start in range(0, len(waiting), CHUNK):
            part = waiting[start : start + CHUNK]
            for item, traits in zip(part, self._traits_of(store, register, part), strict=True):
                wishes.append(
                    Wish(
                        item=item,
                        patient_id=item.patient_id,
                        groups=traits.groups,
                        rare=traits.rare,
                        present=item.cycle_id in lying,
                        withdrawn=item.cycle_id in past,
                        withdrawn_at=past.get(item.cycle_id),
                    )
                )
        SystemRandom().shuffle(wishes)
        return select(wishes, present, self._limits, self._now())

    def _traits_of(self, store: Store, register: str, part: Sequence[Item]) -> list[Traits]:
        names = [
            (register, item.release, item.cycle_id, item.cycle_revision, item.patient_revision)
            for item in part
        ]
        unknown = [item for name, item in zip(names, part, strict=True) if name not in self._traits]
        formed = {}
        for item, (patient, cycle) in zip(unknown, store.anonymised.bodies(unknown), strict=True):
            projection = self._catalogue.release(item.release).projection(register, Kind.ANONYMISED)
            name = (register, item.release, item.cycle_id, item.cycle_revision, item.patient_revision)
            formed[name] = projection.traits(json.loads(patient), json.loads(cycle))
        self._traits.update(formed)
        found = [self._traits[name] for name in names]
        while len(self._traits) > REMEMBERED:
            self._traits.popitem(last=False)
        return found
