"""What deriving a key from the master password shall cost on this very box.

RFC 9106, section 4: as much memory as can be afforded, then as many passes as the time allows, never below
the floor. What a keyring costs is raised later, where settings or a faster box ask for it, and never lowered.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from artbox.box.domain.keys import Cost

LEAST_MEMORY_KIB = 64 * 1024
LEAST_ITERATIONS = 3
MOST_ITERATIONS = 48
TOO_FAST = 0.5
"""Below this part of the wanted time a keyring is calibrated anew."""


@dataclass(frozen=True)
class Bounds:
    """The most memory (KiB), the fewest passes, the lanes, and the time (s) aimed at; 0 s: just these."""

    memory_kib: int
    iterations: int
    lanes: int
    target_seconds: float = 0.0


def calibrated(bounds: Bounds, seconds_of: Callable[[Cost], float]) -> Cost:
    """Return the cost that takes about the time aimed at; `seconds_of` derives a key and times it."""
    cost = Cost(bounds.memory_kib, bounds.iterations, bounds.lanes)
    if bounds.target_seconds <= 0:
        return cost
    taken = seconds_of(cost)
    while taken > bounds.target_seconds and cost.memory_kib > LEAST_MEMORY_KIB:
        cost = replace(cost, memory_kib=max(LEAST_MEMORY_KIB, cost.memory_kib // 2))
        taken = seconds_of(cost)
    affordable = int(cost.iterations * bounds.target_seconds / max(taken, 0.001))
    return replace(cost, iterations=max(cost.iterations, min(MOST_ITERATIONS, affordable)))


def raised(present: Cost, bounds: Bounds, taken: float, seconds_of: Callable[[Cost], float]) -> Cost:
    """Return the cost a keyring shall have from now on, given how many seconds opening it took.

    It is `present` itself when nothing asks for more; memory and passes never become less.
    """
    if bounds.target_seconds <= 0:
        return strongest(present, calibrated(bounds, seconds_of))
    if taken < TOO_FAST * bounds.target_seconds and present.iterations < MOST_ITERATIONS:
        memory = max(present.memory_kib, bounds.memory_kib)
        return strongest(present, calibrated(replace(bounds, memory_kib=memory), seconds_of))
    return strongest(present, replace(present, iterations=bounds.iterations))


def strongest(present: Cost, wanted: Cost) -> Cost:
    """Return a cost with the larger memory and the more passes of two; `present` when it has both."""
    memory = max(present.memory_kib, wanted.memory_kib)
    iterations = max(present.iterations, wanted.iterations)
    if (memory, iterations) == (present.memory_kib, present.iterations):
        return present
    return Cost(memory, iterations, wanted.lanes)
