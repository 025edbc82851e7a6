"""What has to travel to a register, and what has to be taken back."""

from dataclasses import replace

import pytest

from artbox.box.domain.consent import ConsentStatus
from artbox.box.domain.deliveries import Kind
from artbox.box.domain.exports import MAX_RECORDS, Candidate, Item, LiveRecord, batches, items

PSEUDONYMISED, ANONYMISED, WITHDRAWAL = Kind.PSEUDONYMISED, Kind.ANONYMISED, Kind.WITHDRAWAL
STATUS = {PSEUDONYMISED: ConsentStatus.GIVEN, ANONYMISED: ConsentStatus.OBJECTED}
NEW = Candidate(1, 1, "2026.1", 2, 3, assigned=True, held=False, live=())
DELIVERED = replace(NEW, live=(LiveRecord(7, PSEUDONYMISED, 2, 3),))
OUTDATED = replace(NEW, live=(LiveRecord(7, PSEUDONYMISED, 1, 3),))
OTHER_PATIENT_DATA = replace(NEW, live=(LiveRecord(7, PSEUDONYMISED, 2, 2),))


@pytest.mark.parametrize(
    ("candidate", "demanded", "expected"),
    [
        (NEW, PSEUDONYMISED, [PSEUDONYMISED]),
        (NEW, ANONYMISED, [ANONYMISED]),
        (replace(NEW, held=True), PSEUDONYMISED, []),
        (replace(NEW, assigned=False), PSEUDONYMISED, []),
        (DELIVERED, PSEUDONYMISED, []),
        (OUTDATED, PSEUDONYMISED, [PSEUDONYMISED]),
        (OTHER_PATIENT_DATA, PSEUDONYMISED, [PSEUDONYMISED]),
        (replace(OUTDATED, held=True), PSEUDONYMISED, []),
        (DELIVERED, ANONYMISED, [WITHDRAWAL, ANONYMISED]),
        (replace(DELIVERED, held=True), ANONYMISED, [WITHDRAWAL]),
        (replace(DELIVERED, assigned=False), PSEUDONYMISED, [WITHDRAWAL]),
        (replace(NEW, live=(LiveRecord(7, ANONYMISED, 2, 3),)), PSEUDONYMISED, [WITHDRAWAL, PSEUDONYMISED]),
    ],
)
def test_what_travels(candidate: Candidate, demanded: Kind, expected: list[Kind]) -> None:
    found = list(items([candidate], lambda _: STATUS[demanded]))
    assert [item.kind for item in found] == expected
    assert all((item.withdrawn_key_id == 7) == (item.kind is WITHDRAWAL) for item in found)


def test_a_package_holds_one_kind_and_release_and_withdrawals_go_first() -> None:
    waiting = [
        Item(1, PSEUDONYMISED, "2026.1", 1, 1),
        Item(2, ANONYMISED, "2026.1", 1, 1),
        Item(3, WITHDRAWAL, "2025.1", 1, 1, 9),
        Item(4, PSEUDONYMISED, "2025.1", 1, 1),
        Item(5, WITHDRAWAL, "2026.1", 1, 1, 8),
    ]
    found = batches(waiting, "2026.1")
    assert [(batch.kind, batch.release, len(batch.items)) for batch in found] == [
        (WITHDRAWAL, "2026.1", 2),
        (ANONYMISED, "2026.1", 1),
        (PSEUDONYMISED, "2025.1", 1),
        (PSEUDONYMISED, "2026.1", 1),
    ]


def test_a_package_has_a_largest_size() -> None:
    waiting = [Item(number, PSEUDONYMISED, "2026.1", 1, 1) for number in range(MAX_RECORDS + 1)]
    assert [len(batch.items) for batch in batches(waiting, "2026.1")] == [MAX_RECORDS, 1]


def test_nothing_waiting_is_no_package() -> None:
    assert batches([], "2026.1") == []
