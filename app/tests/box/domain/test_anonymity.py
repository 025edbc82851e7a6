"""Who may leave anonymised, and what somebody who sees both streams can make of it."""

import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from artbox.box.domain.anonymity import Leaving, Limits, Present, Reason, Wish, select
from artbox.box.domain.deliveries import Kind
from artbox.box.domain.exports import Item

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LIMITS = Limits(group_size=3, minimum_delay=7 * DAY, minimum_batch=3)
NOBODY = Present()


def wish(cycle: int, patient: int, *groups: str, **facts: object) -> Wish:
    item = Item(cycle, Kind.ANONYMISED, "2026.1", 1, 1, patient_id=patient)
    return Wish(item, patient, groups or ("young", "any"), facts.pop("rare", ()), **facts)  # type: ignore[arg-type]


def past(cycle: int, patient: int, *groups: str, at: datetime | None = NOW - 8 * DAY) -> Wish:
    return wish(cycle, patient, *groups, withdrawn=True, withdrawn_at=at)


def cycles(leaving: tuple[Leaving, ...]) -> list[int]:
    return sorted(one.item.cycle_id for one in leaving)


def test_a_group_of_enough_patients_leaves_as_it_is() -> None:
    found = select([wish(n, n) for n in (1, 2, 3)], NOBODY, LIMITS, NOW)
    assert cycles(found.leaving) == [1, 2, 3]
    assert {one.shared.steps for one in found.leaving} == {0}
    assert found.retained == {}


def test_cycles_of_one_patient_are_no_group() -> None:
    found = select([wish(n, 1) for n in (1, 2, 3, 4)], NOBODY, LIMITS, NOW)
    assert found.leaving == ()
    assert found.retained == {Reason.GROUP: 4}


def test_a_small_group_coarsens_and_a_large_one_stays_fine() -> None:
    young = [wish(n, n, "young", "any") for n in (1, 2, 3)]
    few = [wish(n, n, age, "other") for n, age in ((4, "35-37"), (5, "38-39"), (6, "40-42"))]
    found = select([*young, *few], NOBODY, LIMITS, NOW)
    assert Counter((one.shared.steps, one.shared.group) for one in found.leaving) == {
        (0, "young"): 3,
        (1, "other"): 3,
    }


def test_what_stays_alone_is_held_back_until_its_group_fills() -> None:
    alone = wish(9, 9, "old", "very old")
    enough = [wish(n, n) for n in (1, 2, 3)]
    assert select([*enough, alone], NOBODY, LIMITS, NOW).retained == {Reason.GROUP: 1}
    there = Present({"old": {20, 21}})
    assert cycles(select([*enough, alone], there, LIMITS, NOW).leaving) == [1, 2, 3, 9]


def test_the_same_patient_at_the_register_does_not_fill_her_own_group() -> None:
    own = Present({"young": {1, 2}})
    found = select([wish(5, 1), wish(6, 2)], own, LIMITS, NOW)
    assert found.retained == {Reason.GROUP: 2}


def test_too_few_patients_make_no_package() -> None:
    there = Present({"young": {20, 21, 22}})
    assert select([wish(1, 1), wish(2, 2)], there, LIMITS, NOW).retained == {Reason.BATCH: 2}


def test_a_correction_needs_no_company_in_the_package() -> None:
    there = Present({"young": {1, 21, 22}})
    found = select([wish(1, 1, present=True), wish(2, 2)], there, LIMITS, NOW)
    assert cycles(found.leaving) == [1]
    assert found.retained == {Reason.BATCH: 1}


@pytest.mark.parametrize(
    ("at", "leaves"), [(None, False), (NOW - 6 * DAY, False), (NOW - 7 * DAY, True), (NOW - 30 * DAY, True)]
)
def test_after_a_withdrawal_time_has_to_pass(at: datetime | None, leaves: bool) -> None:
    found = select([past(1, 1, at=at), *(wish(n, n) for n in (2, 3, 4))], NOBODY, LIMITS, NOW)
    assert (1 in cycles(found.leaving)) is leaves
    assert found.retained == ({} if leaves else {Reason.DELAY: 1})


def test_a_record_with_a_past_hides_among_its_package_alone() -> None:
    there = Present({"young": {20, 21, 22, 23}})
    crowd = [wish(n, n, "crowd") for n in (5, 6, 7)]
    found = select([past(1, 1), *crowd], there, LIMITS, NOW)
    assert found.retained == {Reason.GROUP: 1}
    found = select([past(1, 1), wish(2, 2), wish(3, 3), *crowd], there, LIMITS, NOW)
    assert 1 in cycles(found.leaving)


def test_of_a_patient_with_a_past_one_record_leaves_in_a_group_at_a_time() -> None:
    found = select([past(1, 1), past(2, 1), wish(3, 3), wish(4, 4)], NOBODY, LIMITS, NOW)
    assert len(found.leaving) == 3
    assert found.retained == {Reason.GROUP: 1}


def test_a_rare_value_is_dropped_and_a_shared_one_stays() -> None:
    shared, rare = ("ohss", '"no"'), ("ohss", '"grade_3"')
    found = select(
        [*(wish(n, n, rare=(shared,)) for n in (1, 2, 3)), wish(4, 4, rare=(rare,))], NOBODY, LIMITS, NOW
    )
    lost = {one.item.cycle_id: one.shared for one in found.leaving}
    assert lost[4].suppressed == ("ohss",)
    assert lost[4].rare == ()
    assert (lost[1].suppressed, lost[1].rare) == ((), (shared,))


def test_a_rare_value_known_at_the_register_hides_nobody_with_a_past() -> None:
    rare = ("ohss", '"grade_3"')
    there = Present({}, {rare: {20, 21, 22}})
    members = [wish(n, n) for n in (2, 3)]
    fresh = select([wish(1, 1, rare=(rare,)), *members], there, LIMITS, NOW)
    switched = select([wish(1, 1, rare=(rare,), withdrawn=True, withdrawn_at=NOW - 9 * DAY), *members],
                      there, LIMITS, NOW)  # fmt: skip
    assert [one.shared.suppressed for one in fresh.leaving if one.item.cycle_id == 1] == [()]
    assert [one.shared.suppressed for one in switched.leaving if one.item.cycle_id == 1] == [("ohss",)]


def test_seeing_both_streams_is_no_better_than_guessing_within_the_package() -> None:
    """An attacker knows each withdrawn cycle with its group, sees every withdrawal and package with its day
    and order, and how many records came. Best rules: the first package late enough; in it the records of the
    group known; of these the first, the last, or any. None finds more than one in `group_size`."""
    chance = random.Random(7)  # noqa: S311 - no secret
    limits = Limits(group_size=5, minimum_delay=7 * DAY, minimum_batch=5)
    hits, tries = Counter[str](), 0
    for _ in range(60):
        tries += _attack(chance, limits, hits)
    assert tries > 400, "many withdrawn cycles came again"
    expected = tries / limits.group_size
    for rule, found in hits.items():
        assert found <= expected + 3 * (expected * 0.8) ** 0.5, (rule, found, tries)


def _attack(chance: random.Random, limits: Limits, hits: "Counter[str]") -> int:
    """Run a year of one centre; count for each rule how often it found a withdrawn cycle's new record."""
    present: dict[str, set[int]] = defaultdict(set)
    waiting: list[Wish] = []
    tries, number = 0, 0
    guessed: set[int] = set()
    for day in range(0, 365, 5):
        now = NOW + day * DAY
        for _ in range(chance.randint(0, 4)):
            patient = number = number + 1
            withdrawn = chance.random() < 0.3
            group = chance.choice(["young", "old"])
            for _ in range(chance.randint(1, 3)):
                number += 1
                facts = {"withdrawn": True, "withdrawn_at": now} if withdrawn else {}
                waiting.append(wish(number, patient, group, "any", **facts))
        chance.shuffle(waiting)
        found = select(waiting, Present(present), limits, now)
        package = [(one.shared.group, one.item.cycle_id) for one in found.leaving]
        for one in found.leaving:
            present[one.shared.group].add(one.wish.patient_id)
            waiting.remove(one.wish)
        late = [
            wish_
            for wish_ in [*waiting, *(one.wish for one in found.leaving)]
            if wish_.withdrawn and wish_.withdrawn_at is not None
            and now - wish_.withdrawn_at >= limits.minimum_delay and wish_.item.cycle_id not in guessed
        ]  # fmt: skip
        for victim in late:
            fitting = [cycle for group, cycle in package if group in victim.groups]
            if not fitting:
                continue
            guessed.add(victim.item.cycle_id)
            tries += 1
            rules = {"first": fitting[0], "last": fitting[-1], "any": chance.choice(fitting)}
            for rule, guess in rules.items():
                hits[rule] += guess == victim.item.cycle_id
    return tries
