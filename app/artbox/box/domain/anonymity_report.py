"""What can be said about anonymity at one register: what fields lost, and how small the smallest group is."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from artbox.box.domain.anonymity import Reason
from artbox.box.domain.exports import Shared

WORTH_A_LOOK = 10
"""Groups below this many patients are counted; common thresholds for health data lie between 5 and 11."""


@dataclass(frozen=True)
class RegisterAnonymity:
    """One register. `levels`: how each assigned field leaves. Groups and `patients` count patients.

    `by_steps`: records by number of further steps. `suppressed`: records by field that lost a rare value.
    `retained`: records that stay in the box, by reason. `smallest_group` is None without records.
    """

    register: str
    levels: Mapping[str, str]
    records: int
    patients: int
    groups: int
    smallest_group: int | None
    small_groups: int
    by_steps: Mapping[int, int]
    suppressed: Mapping[str, int]
    retained: Mapping[Reason, int]


def report(
    register: str,
    levels: Mapping[str, str],
    rows: Iterable[tuple[int, Shared]],
    retained: Mapping[Reason, int],
) -> RegisterAnonymity:
    """Put together what lies at a register: `rows` are patient and disguise of each anonymised record."""
    groups: dict[str, set[int]] = defaultdict(set)
    steps: Counter[int] = Counter()
    suppressed: Counter[str] = Counter()
    for patient_id, shared in rows:
        groups[shared.group].add(patient_id)
        steps[shared.steps] += 1
        suppressed.update(shared.suppressed)
    sizes = [len(patients) for patients in groups.values()]
    return RegisterAnonymity(
        register=register,
        levels=levels,
        records=sum(steps.values()),
        patients=len(set[int]().union(*groups.values())),
        groups=len(sizes),
        smallest_group=min(sizes, default=None),
        small_groups=sum(size < WORTH_A_LOOK for size in sizes),
        by_steps=dict(sorted(steps.items())),
        suppressed=dict(sorted(suppressed.items())),
        retained=retained,
    )
