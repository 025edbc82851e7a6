"""Every cell of the decision table, reached by a real history through store and delivery.

A cell is what is stated now × what lies at the register; old and new cycles of the patient follow it alike.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from artbox.box.domain.consent import DECISION_TABLE, ConsentStatus
from artbox.box.domain.deliveries import Kind
from tests.box.real_parts import Box
from tests.box.register import AtRegister

GIVEN, REFUSED, OBJECTED = "given", "refused", "objected"
LYING: dict[str, tuple[str, ...]] = {
    "never sent": (),
    "sent pseudonymised": (GIVEN,),
    "sent anonymised": (REFUSED,),
}
"""What was stated, each followed by a delivery, so that the record lies there in this form."""
STATED: dict[str, tuple[str | None, ...]] = {
    "given": (GIVEN,),
    "refused": (REFUSED,),
    "not documented": ("not_documented",),
    "nothing stated": (None,),
    "objected": (OBJECTED,),
    "given again": (OBJECTED, GIVEN),
}
"""What is stated then, without a delivery in between."""
KINDS = {"never sent": None, "sent pseudonymised": Kind.PSEUDONYMISED, "sent anonymised": Kind.ANONYMISED}


class Centre:
    """One patient's history at a centre, statement by statement; cycles come one by one."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.document = box.document(patients=1, cycles=3, status=GIVEN)
        self.cycles = self.document["patients"][0]["cycles"]
        self.day = 1

    def state(self, status: str | None, cycles: int) -> None:
        self.day += 1
        stated = [{"register": "DIR", "status": status, "date": f"2026-01-{self.day:02}"}]
        patient: dict[str, Any] = {
            **self.document["patients"][0],
            "consents": stated if status else [],
            "cycles": self.cycles[:cycles],
        }
        document = json.dumps({**self.document, "patients": [patient]}).encode()
        assert self.box.application.intake.receive(document, token=self.box.token())["complete"]

    def deliver(self) -> None:
        """Until nothing leaves any more: a withdrawal goes first, alone."""
        while self.box.application.delivery.deliver("DIR"):
            pass


@pytest.mark.parametrize("stated", STATED)
@pytest.mark.parametrize("lying", LYING)
def test_each_cell(box: Box, recipients: Path, tmp_path: Path, lying: str, stated: str) -> None:
    centre, register = Centre(box), AtRegister(box, recipients, tmp_path)
    for earlier in LYING[lying]:
        centre.state(earlier, cycles=2)
        centre.deliver()
    assert {record.kind for record in register.read().values()} == {KINDS[lying]} - {None}
    before = dict(register.records)
    for following in STATED[stated]:
        centre.state(following, cycles=3)
    centre.deliver()
    after = register.read()
    status = STATED[stated][-1]
    now = ConsentStatus(status) if status else None
    step = DECISION_TABLE[now, KINDS[lying]]
    kind = step.send or KINDS[lying]
    assert [record.kind for record in after.values()] == [kind] * 3
    assert (set(before) & set(after) == set()) if step.withdraw else (set(before) <= set(after))
    assert len(register.withdrawn) == (2 if step.withdraw else 0)
    assert box.application.delivery.waiting()["DIR"] == 0


def test_the_history_of_statements_is_kept(box: Box) -> None:
    centre = Centre(box)
    for status in (GIVEN, OBJECTED, GIVEN, REFUSED):
        centre.state(status, cycles=1)
    rows = box.query("SELECT status, superseded_at IS NULL FROM consents ORDER BY id")
    assert rows == [(GIVEN, 0), (OBJECTED, 0), (GIVEN, 0), (REFUSED, 1)]


def test_two_programs_have_two_patients_each_with_its_own_consent(
    box: Box, recipients: Path, tmp_path: Path
) -> None:
    """Even under the same reference: nothing says that two programs mean the same person by it."""
    document = box.document(patients=1, cycles=2, status=GIVEN)
    for product, status in (("Programm A", GIVEN), ("Programm B", REFUSED)):
        document["patients"][0]["consents"] = [{"register": "DIR", "status": status, "date": "2026-02-01"}]
        assert box.application.intake.receive(json.dumps(document).encode(), token=box.token(product))
    Centre(box).deliver()
    kinds = [record.kind for record in AtRegister(box, recipients, tmp_path).read().values()]
    assert sorted(kinds) == [Kind.ANONYMISED] * 2 + [Kind.PSEUDONYMISED] * 2
