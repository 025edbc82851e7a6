"""How fast records come in, and how much memory and time they cost as the store grows.

`python -m benchmarks.intake [--cycles N] [--stored N] [--rounds N] [--repeats N]`; ends with one line of JSON.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from artbox.catalogue import load
from benchmarks import floor, service
from benchmarks.records import Records

SMALL = 100
"""Cycles of the small import that is compared on an empty and a full store."""
LARGEST_RATIO = 2.5
LARGEST_PEAK_BYTES = 250 * 1024 * 1024
LARGEST_GROWTH = 1.3


def main(arguments: list[str]) -> int:
    """Measure, print the figures, and return 0 when they are within the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--cycles", type=int, default=20_000, help="of the import that is set against the floor"
    )
    parser.add_argument("--stored", type=int, default=200_000, help="of the store a small import comes into")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=15, help="of the small import")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="artbox-benchmark-") as directory:
        figures = {
            **bulk(Path(directory), options.cycles, options.rounds),
            **growth(Path(directory), options.stored, options.repeats),
        }
    within = (
        figures["ratio"] <= LARGEST_RATIO
        and figures["peak_bytes"] <= LARGEST_PEAK_BYTES
        and figures["growth"] <= LARGEST_GROWTH
    )
    sys.stdout.write(json.dumps({**figures, "within_limits": within}) + "\n")
    return 0 if within else 1


def bulk(directory: Path, cycles: int, rounds: int) -> dict[str, float]:
    """Set the import of `cycles` into an empty store against the floor; the median of the rounds counts."""
    records = Records(load().current, service.CENTRE_NO)
    lines = list(records.lines(cycles))
    floors, taken, peaks = [], [], []
    for number in range(rounds):
        floors.append(floor.seconds(lines, load().current, directory))
        with service.running(directory / f"bulk-{number}") as box:
            seconds, summary = box.hand_over(line + b"\n" for line in [records.header, *lines])
            if summary["created"] != cycles:
                raise RuntimeError("not every cycle was created")
            taken.append(seconds)
            peaks.append(box.peak_bytes())
    pairs = zip(taken, floors, strict=True)
    return {
        "cycles": cycles,
        "bytes": sum(map(len, lines)),
        "floor_seconds": round(statistics.median(floors), 3),
        "seconds": round(statistics.median(taken), 3),
        "ratio": round(statistics.median(seconds / least for seconds, least in pairs), 2),
        "cycles_per_second": round(cycles / statistics.median(taken)),
        "peak_bytes": max(peaks),
    }


def growth(directory: Path, stored: int, repeats: int) -> dict[str, float]:
    """Set a small import into a store of `stored` cycles against the same into an empty one."""
    records = Records(load().current, service.CENTRE_NO)
    with service.running(directory / "empty") as box:
        empty = _small(box, records, repeats)
    with service.running(directory / "full") as box:
        filling, _ = box.hand_over(
            line + b"\n" for lines in ([records.header], records.lines(stored)) for line in lines
        )
        full = _small(box, records, repeats)
        peak = box.peak_bytes()
    return {
        "stored_cycles": stored,
        "filling_seconds": round(filling, 3),
        "filling_peak_bytes": peak,
        "small_into_empty_seconds": round(empty, 4),
        "small_into_full_seconds": round(full, 4),
        "growth": round(full / empty, 2),
    }


def _small(box: service.Service, records: Records, repeats: int) -> float:
    """Return the median seconds of an import of SMALL new cycles; the first one only warms up."""
    taken = []
    for _ in range(repeats + 1):
        body = b"\n".join([records.header, *records.lines(SMALL)])
        taken.append(box.hand_over([body])[0])
    return statistics.median(taken[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
