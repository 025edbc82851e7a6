"""Random histories of imports, consents and deliveries: what a register may hold, whatever happened before.

Nothing pseudonymised of a patient without consent is current at the register, and nothing of master data, no
reference and no birth date is in any package.
"""

import copy
import json
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from artbox.box.domain.deliveries import Kind
from tests.box.real_parts import Box, correct
from tests.box.register import AtRegister

pytestmark = pytest.mark.slow

PATIENTS, CYCLES = 3, 2
STATUSES = ["given", "refused", "not_documented", "objected", None]
IMPORT = st.tuples(
    st.just("import"),
    st.integers(0, PATIENTS - 1),
    st.sampled_from(STATUSES),
    st.integers(1, CYCLES),
    st.booleans(),
)
HISTORY = st.lists(
    st.one_of(IMPORT, st.tuples(st.just("deliver")), st.tuples(st.just("restart"))), max_size=8
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY)
@pytest.mark.timeout(900)
def test_the_register_holds_only_what_consent_allows(
    box: Box, recipients: Path, reopened: Any, history: list[tuple[Any, ...]]
) -> None:
    world = World(box, recipients, reopened)
    for step, *arguments in history:
        getattr(world, f"do_{step}")(*arguments)
    world.settle()
    world.check()


class World:
    """The patients of one history, and what they stated."""

    number = 0
    seen: ClassVar[set[str]] = set()
    """The records of earlier histories: the box lives on, and so does what it has at the register."""

    def __init__(self, box: Box, recipients: Path, reopened: Any) -> None:
        World.number += 1
        self.box, self.reopened = box, reopened
        self.register = AtRegister(box, recipients, Path(tempfile.mkdtemp()))
        self.document = copy.deepcopy(box.document(patients=PATIENTS, cycles=CYCLES, status="given"))
        self.birth_dates = {patient["female_birth_date"] for patient in self.document["patients"]}
        for patient in self.document["patients"]:
            patient["patient_ref"] = f"history{World.number}-{patient['patient_ref']}"
        self.stated: dict[int, tuple[str | None, int]] = {}

    def do_import(self, index: int, status: str | None, cycles: int, changed: bool) -> None:
        patient = self.document["patients"][index]
        if changed:
            correct(patient["cycles"][0])
        known = max(cycles, self.stated.get(index, (None, 0))[1])
        consents = [{"register": "DIR", "status": status, "date": "2026-02-01"}] if status else []
        sent = {**patient, "cycles": patient["cycles"][:cycles], "consents": consents}
        document = {**self.document, "patients": [sent]}
        report = self.box.application.intake.receive(json.dumps(document).encode(), token=self.box.token())
        assert report["complete"]
        self.stated[index] = (status, known)

    def do_deliver(self) -> None:
        self.box.application.delivery.deliver("DIR")

    def do_restart(self) -> None:
        self.reopened()

    def settle(self) -> None:
        while self.box.application.delivery.deliver("DIR"):
            pass

    def check(self) -> None:
        records = self.register.read()
        own = {key: record for key, record in records.items() if key not in World.seen}
        kinds = [record.kind for record in own.values()]
        given = [known for status, known in self.stated.values() if status == "given"]
        others = [known for status, known in self.stated.values() if status != "given"]
        assert kinds.count(Kind.PSEUDONYMISED) == sum(given)
        assert kinds.count(Kind.ANONYMISED) == sum(others)
        pseudonyms = {record.pseudonym for record in own.values() if record.kind is Kind.PSEUDONYMISED}
        assert len(pseudonyms) == len(given)
        World.seen |= set(records)
        text = self.register.text()
        for patient in self.document["patients"]:
            assert patient["patient_ref"] not in text
            assert all(cycle["cycle_ref"] not in text for cycle in patient["cycles"])
        assert not [day for day in self.birth_dates if day in text]
