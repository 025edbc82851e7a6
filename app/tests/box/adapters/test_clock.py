"""What the kernel says of the clock."""

import ctypes
from collections.abc import Callable
from typing import Any

import pytest

from artbox.box.adapters.clock import kernel_clock
from artbox.box.domain.assessments import ClockState


def kernel(answer: int, maximum_error: int) -> Callable[..., Any]:
    """A C library whose kernel gives this answer."""

    class Library:
        @staticmethod
        def adjtimex(reference: Any) -> int:
            reference._obj.maxerror = maximum_error
            return answer

    return lambda *_, **__: Library


def test_this_machine_gives_an_answer() -> None:
    assert kernel_clock() in set(ClockState)


@pytest.mark.parametrize(
    ("answer", "maximum_error", "state"),
    [
        (0, 350_000, ClockState.SYNCHRONISED),
        (5, 350_000, ClockState.SYNCHRONISED),
        (5, 16_000_000, ClockState.NOT_SYNCHRONISED),
        (-1, 0, ClockState.UNKNOWN),
    ],
)
def test_states(monkeypatch: pytest.MonkeyPatch, answer: int, maximum_error: int, state: ClockState) -> None:
    monkeypatch.setattr(ctypes, "CDLL", kernel(answer, maximum_error))
    assert kernel_clock() is state


def test_a_system_without_the_question_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    assert kernel_clock() is ClockState.UNKNOWN
