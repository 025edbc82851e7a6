"""The registers a cycle counts for, asked at once and one by one."""

from itertools import pairwise
from typing import Any, cast

from artbox.catalogue import Kind, Release
from artbox.catalogue.synthetic import documents


def test_asked_at_once_the_registers_are_those_that_apply_one_by_one(release: Release) -> None:
    (document,) = documents(release, centre_no=1, patients=50, seed=3)
    patients = cast("list[dict[str, Any]]", document["patients"])
    cycles = [(patient, cycle) for patient in patients for cycle in patient["cycles"]]
    swapped = [(patient, cycle) for (patient, _), (_, cycle) in pairwise(cycles)]
    odd: list[dict[str, Any]] = [{}, {"treatment_type": {"unknown": "not_asked"}}, {"treatment_type": 7}]
    found = set()
    for patient, cycle in [*cycles, *swapped, *((patients[0], cycle) for cycle in odd)]:
        one_by_one = tuple(
            register
            for register in release.registers
            if release.projection(register, Kind.PSEUDONYMISED).applies(patient, cycle)
        )
        assert release.registers_for(patient, cycle) == one_by_one
        found.add(one_by_one)
    assert len(found) > 2
