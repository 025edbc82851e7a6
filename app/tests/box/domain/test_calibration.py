"""How much a key shall cost: as much memory as the time allows, then passes; later more, never less."""

from collections.abc import Callable

import pytest

from artbox.box.domain.calibration import (
    LEAST_ITERATIONS,
    LEAST_MEMORY_KIB,
    MOST_ITERATIONS,
    Bounds,
    calibrated,
    raised,
    strongest,
)
from artbox.box.domain.keys import Cost

QUARTER = 256 * 1024
BOUNDS = Bounds(memory_kib=QUARTER, iterations=3, lanes=4, target_seconds=1.0)


def box_of(passes_per_second: float) -> Callable[[Cost], float]:
    """A box that fills so many times 256 MiB in a second."""
    return lambda cost: cost.iterations * (cost.memory_kib / QUARTER) / passes_per_second


@pytest.mark.parametrize(
    ("speed", "memory_kib", "iterations"),
    [
        (3.0, QUARTER, 3),
        (6.0, QUARTER, 6),
        (1.5, QUARTER // 2, 3),
        (0.75, QUARTER // 4, 3),
        (0.1, LEAST_MEMORY_KIB, LEAST_ITERATIONS),
        (10_000.0, QUARTER, MOST_ITERATIONS),
    ],
)
def test_a_box_pays_what_it_can_in_the_time(speed: float, memory_kib: int, iterations: int) -> None:
    assert calibrated(BOUNDS, box_of(speed)) == Cost(memory_kib, iterations, 4)


def test_without_a_time_the_figures_are_taken_as_they_are() -> None:
    def never(_cost: Cost) -> float:
        raise AssertionError("nothing to measure")

    exact = Bounds(QUARTER, 5, 2)
    assert calibrated(exact, never) == Cost(QUARTER, 5, 2)
    assert raised(Cost(QUARTER, 5, 2), exact, 9.0, never) == Cost(QUARTER, 5, 2)
    assert raised(Cost(QUARTER // 2, 3, 2), exact, 9.0, never) == Cost(QUARTER, 5, 2)


def test_a_keyring_that_takes_its_time_is_left_alone() -> None:
    present = Cost(QUARTER // 2, 3, 4)
    assert raised(present, BOUNDS, 0.6, box_of(100.0)) is present


def test_a_keyring_that_opens_too_fast_is_raised() -> None:
    assert raised(Cost(LEAST_MEMORY_KIB, 3, 4), BOUNDS, 0.1, box_of(6.0)) == Cost(QUARTER, 6, 4)


def test_more_passes_in_the_settings_are_taken_over() -> None:
    more = Bounds(QUARTER, 8, 4, target_seconds=1.0)
    assert raised(Cost(QUARTER, 3, 4), more, 1.0, box_of(3.0)).iterations == 8


def test_nothing_is_ever_lowered() -> None:
    present = Cost(2 * QUARTER, 9, 4)
    assert raised(present, BOUNDS, 0.1, box_of(1.0)) is present
    assert strongest(Cost(QUARTER, 9, 4), Cost(2 * QUARTER, 3, 4)) == Cost(2 * QUARTER, 9, 4)


def test_the_most_passes_end_the_raising() -> None:
    present = Cost(QUARTER, MOST_ITERATIONS, 4)
    assert raised(present, BOUNDS, 0.001, box_of(10_000.0)) is present
