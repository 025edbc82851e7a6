"""Judging which anonymised records may leave now: the catalogue tells their groups, the domain chooses."""

import json
import threading
from collections.abc import Collection, Mapping, Sequence
from random import SystemRandom

from artbox.box.adapters.store import Store
from artbox.box.domain.anonymity import Limits, Selection, Wish, select
from artbox.box.domain.exports import Item
from artbox.box.services.clock import Clock
from artbox.catalogue import Catalogue, Kind, Traits

REMEMBERED = 50_000
"""Traits kept in memory, a few hundred bytes each, so that a page does not form every record anew."""
CHUNK = 500
Name = tuple[str, str, int, int, int]
"""Register, release, cycle, and the revisions of cycle and patient."""


class Anonymising:
    """Knows the box's limits; remembers by what each revision could be singled out."""

    def __init__(self, catalogue: Catalogue, limits: Limits, now: Clock) -> None:
        self._catalogue = catalogue
        self._limits = limits
        self._now = now
        self._remembering = threading.Lock()
        self._traits: dict[Name, Traits] = {}

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
        remembered = self._traits
        missing = {name: item for name, item in zip(names, part, strict=True) if name not in remembered}
        formed = self._formed(store, register, missing) if missing else {}
        return [formed[name] if name in formed else remembered[name] for name in names]

    def _formed(self, store: Store, register: str, missing: Mapping[Name, Item]) -> dict[Name, Traits]:
        formed = {}
        bodies = store.anonymised.bodies(list(missing.values()))
        for (name, item), (patient, cycle) in zip(missing.items(), bodies, strict=True):
            projection = self._catalogue.release(item.release).projection(register, Kind.ANONYMISED)
            formed[name] = projection.traits(json.loads(patient), json.loads(cycle))
        with self._remembering:
            # a new mapping: who reads the earlier one at this moment goes on with it
            self._traits = dict(list((self._traits | formed).items())[-REMEMBERED:])
        return formed
