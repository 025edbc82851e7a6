"""The throttle: per address and altogether, forgetting in time, and bounded."""

import pytest

from artbox.server import throttle
from artbox.server.errors import TooManyAttempts
from artbox.server.throttle import Throttle


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_address_is_let_in_again_after_the_window() -> None:
    clock = Seconds()
    guard = Throttle(clock)
    for _ in range(throttle.PER_ADDRESS):
        guard.check("a")
        guard.failed("a")
    with pytest.raises(TooManyAttempts) as caught:
        guard.check("a")
    assert caught.value.wait_seconds == throttle.WINDOW_SECONDS + 1
    guard.check("b")
    clock.now = throttle.WINDOW_SECONDS
    guard.check("a")


def test_failures_altogether_are_limited() -> None:
    guard = Throttle(Seconds())
    for number in range(throttle.ALTOGETHER):
        guard.failed(str(number))
    with pytest.raises(TooManyAttempts):
        guard.check("new")


def test_the_memory_is_bounded() -> None:
    guard = Throttle(Seconds())
    for number in range(throttle.ADDRESSES + 100):
        guard.failed(str(number))
    assert len(guard._by_address) == throttle.ADDRESSES
