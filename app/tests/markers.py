"""Strings of an invented patient that nobody may read outside the open database, and the hunt for them."""

import base64
import copy
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from artbox.catalogue import load
from artbox.catalogue.synthetic import documents
from tests.centre import MASTER_PASSWORD, PASSWORD

PATIENT_REF = "Zwergkaninchen-7731-Patientin"
CYCLE_REF = "Zwergkaninchen-7731-Zyklus"
BIRTH_DATE = "1986-02-28"
SECRETS = (MASTER_PASSWORD, PASSWORD)


def marked_document(centre_no: int, *, consent: str = "given") -> dict[str, Any]:
    """Return a sound import document of one patient whose references and birth date are markers."""
    catalogue = load()
    document: dict[str, Any] = copy.deepcopy(
        next(iter(documents(catalogue.current, centre_no=centre_no, patients=1, seed=7731)))
    )
    patient = document["patients"][0]
    patient["patient_ref"] = PATIENT_REF
    patient["female_birth_date"] = BIRTH_DATE
    for number, cycle in enumerate(patient["cycles"]):
        cycle["cycle_ref"] = f"{CYCLE_REF}-{number}"
    registers = catalogue.current.registers
    patient["consents"] = [{"register": name, "status": consent, "date": "2026-01-02"} for name in registers]
    return document


def patterns(token: str) -> list[str]:
    """Return everything to hunt for: the references, both passwords and the token, plain and as base64."""
    plain = [PATIENT_REF, CYCLE_REF, *SECRETS, token]
    return plain + [base64.b64encode(text.encode()).decode().rstrip("=")[:-2] for text in plain]


def hunt_in_files(roots: Iterable[Path], wanted: Iterable[str]) -> list[str]:
    """Return the files under `roots` that hold one of the wanted strings."""
    command = ["grep", "-rlaF", "-f", "-", *map(str, roots)]
    done = subprocess.run(command, input="\n".join(wanted), capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def forget(document: Mapping[str, Any]) -> set[str]:
    """Return the dates of the marked patient that may never leave the box for any register."""
    return {str(patient["female_birth_date"]) for patient in document["patients"]}
