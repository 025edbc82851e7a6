"""A stream holds one line and one portion, whatever the size of the body."""

import json
import tracemalloc

import pytest

from artbox.box.domain.imports import Handover
from artbox.box.services import importing
from artbox.box.services.streaming import Stream
from tests.box.real_parts import Box


def test_a_long_body_takes_no_more_memory_than_a_short_one(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PORTION", 20)
    document = box.document(patients=5, cycles=2, status="given")
    header = {name: value for name, value in document.items() if name != "patients"}
    lines = b"".join(json.dumps(patient).encode() + b"\n" for patient in document["patients"])
    handover = Handover(box.token())

    def peak(times: int) -> int:
        tracemalloc.reset_peak()
        stream = Stream(box.application.intake, handover)
        stream.take(json.dumps(header).encode() + b"\n")
        for _ in range(times):
            stream.take(lines)
        import_id, _ = stream.finish()
        head = box.application.intake.head(import_id)
        assert head is not None
        assert head.summary["patients"] == 5 * times
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        peak(5)
        assert peak(40) < 1.2 * peak(8)
    finally:
        tracemalloc.stop()
