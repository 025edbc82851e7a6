"""Documents of one patient with one cycle, relative to today, and handing them over as a program does."""

import json
from datetime import timedelta
from typing import Any

from artbox.box.domain.assessments import german_day
from tests.box.real_parts import Box

UNKNOWN_FIELD = {"last_name": "x"}
"""What makes the door turn a record away."""


def ago(box: Box, days: int) -> str:
    """Return the German day so many days before the box's now."""
    return german_day(box.clock() - timedelta(days=days)).isoformat()


def hand_over(box: Box, cycle: dict[str, Any], patient: dict[str, Any] | None = None) -> bool:
    """Hand over one cycle of one patient and let the box work; say whether it was accepted."""
    document = {
        "schema_version": box.application.catalogue.current.version,
        "centre_no": box.centre_no,
        "source_system": {"product": "Testprogramm", "version": "1"},
        "patients": [
            {
                "patient_ref": "P1",
                "female_birth_date": "1992-05-04",
                "consents": [],
                "cycles": [{"cycle_ref": "Z1", **cycle}],
                **(patient or {}),
            }
        ],
    }
    report = box.application.intake.receive(json.dumps(document).encode(), token=box.token())
    box.application.upkeep.run()
    return bool(report["complete"])


def begun(box: Box, days: int) -> dict[str, Any]:
    """A stimulated cycle that began so many days ago."""
    return {"treatment_type": "icsi", "cycle_start_date": ago(box, days), "stim_start_date": ago(box, days)}


def pregnant(box: Box, transfer: int, **further: Any) -> dict[str, Any]:
    """A thaw cycle with a pregnancy after a transfer so many days ago."""
    return {
        "treatment_type": "thaw",
        "cycle_start_date": ago(box, transfer + 12),
        "et_date": ago(box, transfer),
        "clinical_pregnancy": "yes",
        **further,
    }
