"""Whether this machine's clock follows a time server, as the kernel tells it: one system call, no process.

chrony and other time services report to the kernel (adjtimex(2)) how far the clock may be wrong. Without
reports that figure grows to 16 seconds, which systemd's timedated, too, reads as "not synchronised". A
container sees the clock of its host.
"""

import ctypes
from collections.abc import Callable

from artbox.box.domain.assessments import ClockState

UNSYNCHRONISED_MICROSECONDS = 16_000_000
"""The kernel's bound of a possible error (NTP_PHASE_LIMIT)."""

ReadClock = Callable[[], ClockState]


class _Timex(ctypes.Structure):
    """The head of `struct timex`; the rest is only filled by the kernel."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_byte * 512),
    )


def kernel_clock() -> ClockState:
    """Ask the kernel; `UNKNOWN` where the question does not exist or is forbidden."""
    try:
        ask = ctypes.CDLL(None, use_errno=True).adjtimex
    except (AttributeError, OSError):
        return ClockState.UNKNOWN
    answer = _Timex()
    if ask(ctypes.byref(answer)) == -1:
        return ClockState.UNKNOWN
    if answer.maxerror < UNSYNCHRONISED_MICROSECONDS:
        return ClockState.SYNCHRONISED
    return ClockState.NOT_SYNCHRONISED
