"""Synthetic records in any number: sound patients made by the catalogue, told apart by their references.

Making a patient costs more than importing one, so each stands for many that differ in their references.
"""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any, cast

from artbox.catalogue import Release
from artbox.catalogue.synthetic import documents

MADE = 600
"""Different patients that are made."""


class Records:
    """Patients without end, none twice."""

    def __init__(self, release: Release, centre_no: int) -> None:
        made = list(documents(release, centre_no=centre_no, patients=MADE, seed=1))
        self._patients = [patient for document in made for patient in _patients(document)]
        self.header = json.dumps(
            {name: part for name, part in made[0].items() if name != "patients"}
        ).encode()
        self._numbers = count()

    def lines(self, cycles: int) -> Iterator[bytes]:
        """Give patients, one line each, until they have so many cycles together."""
        given = 0
        while given < cycles:
            number = next(self._numbers)
            patient = self._patients[number % len(self._patients)]
            wanted = patient["cycles"][: cycles - given]
            told = [{**cycle, "cycle_ref": f"Z{number}-{place}"} for place, cycle in enumerate(wanted)]
            given += len(told)
            yield json.dumps(
                {**patient, "patient_ref": f"P{number}", "cycles": told}, ensure_ascii=False
            ).encode()


def _patients(document: dict[str, object]) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", document["patients"])
