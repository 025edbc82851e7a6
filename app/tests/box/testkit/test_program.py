"""A capture program is judged by what it sent: each capability is missing first and shown afterwards."""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import yaml

from artbox.box.testkit.conformity import Verdict
from artbox.box.testkit.program import CAPABILITIES, JUDGES
from tests.box.testkit.conftest import Kit

pytestmark = pytest.mark.slow

KEYED = {"Idempotency-Key": "k-1"}


def with_first_cycle(document: dict[str, Any], **values: object) -> dict[str, Any]:
    document["patients"][0]["cycles"][0].update(values)
    return document


def send_lines(kit: Kit) -> None:
    document = kit.document()
    patients = document.pop("patients")
    kit.interface.hand_over_bytes("\n".join(json.dumps(part) for part in (document, *patients)).encode())


def send_statuses(kit: Kit) -> None:
    document = kit.document(patients=1)
    for status in ("given", "refused", "objected", "not_documented"):
        dated = {} if status == "not_documented" else {"date": "2026-01-02"}
        document["patients"][0]["consents"] = [{"register": "DIR", "status": status, **dated}]
        kit.interface.hand_over(document)


def send_correction(kit: Kit) -> None:
    for value in (21, 22):
        kit.interface.hand_over(with_first_cycle(kit.document(), infertility_duration=value))


def send_unknown(kit: Kit) -> None:
    kit.interface.hand_over(with_first_cycle(kit.document(), infertility_duration={"unknown": "not_asked"}))


def send_births(kit: Kit) -> None:
    kit.interface.hand_over(kit.document(patients=30))


def mend_a_rejection(kit: Kit) -> None:
    kit.interface.hand_over(with_first_cycle(kit.document(), shoe_size=38))
    kit.interface.hand_over(kit.document())


def fetch_the_report(kit: Kit) -> None:
    answer = kit.interface.hand_over(kit.document(), Prefer="respond-async")
    kit.interface.report_of(answer)


SHOWING: dict[str, Callable[[Kit], object]] = {
    "report_read": fetch_the_report,
    "idempotency_key": lambda kit: kit.interface.hand_over(kit.document(), **KEYED),
    "sound_document": lambda kit: kit.interface.hand_over(kit.document()),
    "treatment_types": lambda kit: kit.interface.hand_over(kit.document(patients=30)),
    "consents": send_statuses,
    "children": send_births,
    "unknown_values": send_unknown,
    "correction": send_correction,
    "unchanged_repeat": lambda kit: [kit.interface.hand_over(kit.document()) for _ in range(2)],
    "no_master_data": lambda kit: kit.interface.hand_over(kit.document()),
    "rejection_mended": mend_a_rejection,
    "token_refused": lambda kit: [
        kit.interface.get("/schema", {"Authorization": "Bearer x"}),
        kit.interface.get("/schema"),
    ],
    "catalogue_read": lambda kit: kit.interface.get("/catalogue"),
    "dry_run": lambda kit: kit.interface.hand_over(kit.document(), "?dry_run=true"),
    "bulk": send_lines,
    "state_asked": lambda kit: kit.interface.get("/status"),
}


def test_every_capability_of_the_table_is_judged_and_none_besides() -> None:
    table = yaml.safe_load(CAPABILITIES.read_text(encoding="utf-8"))
    assert list(table["capabilities"]) == list(JUDGES)
    assert {row["group"] for row in table["capabilities"].values()} == set(table["groups"])


def test_a_program_that_did_nothing_has_shown_nothing(kit: Kit) -> None:
    report = kit.report()
    assert {item.verdict for item in report.items} == {Verdict.MISSING}
    assert not report.conforms


@pytest.mark.parametrize("capability", SHOWING)
def test_a_capability_is_shown_by_using_it(kit: Kit, capability: str) -> None:
    SHOWING[capability](kit)
    assert kit.verdict(capability) is Verdict.SHOWN


@pytest.mark.slow
def test_a_program_that_shows_everything_required_conforms(closing_kit: Kit) -> None:
    kit, key = closing_kit, "Idempotency-Key"
    kit.interface.get("/schema", {"Authorization": "Bearer x"})
    for document in (
        kit.document(patients=30),
        with_first_cycle(kit.document(patients=30), infertility_duration=21),
        with_first_cycle(kit.document(patients=30), infertility_duration={"unknown": "refused"}),
        with_first_cycle(kit.document(), shoe_size=38),
        kit.document(),
    ):
        own = {key: str(uuid4())}
        while kit.interface.hand_over(document, **own).status_code == 503:
            time.sleep(1)
    for consent in ("given", "refused", "objected", "not_documented"):
        document = kit.document(patients=1)
        dated = {} if consent == "not_documented" else {"date": "2026-01-02"}
        document["patients"][0]["consents"] = [{"register": "DIR", "status": consent, **dated}]
        kit.interface.hand_over(document, **{key: str(uuid4())})
    report = kit.report()
    assert [item.id for item in report.items if not item.stands] == []
    assert report.conforms
    assert report.subject.startswith("ARTbox Testdaten")


def test_a_program_that_comes_again_too_early_has_failed(closing_kit: Kit) -> None:
    statuses = [closing_kit.interface.hand_over(closing_kit.document()).status_code for _ in range(3)]
    assert statuses == [200, 503, 503]
    assert closing_kit.verdict("retry_after") is Verdict.FAILED


def test_a_program_that_gives_up_after_503_has_shown_half(closing_kit: Kit) -> None:
    for _ in range(2):
        closing_kit.interface.hand_over(closing_kit.document())
    assert closing_kit.verdict("retry_after") is Verdict.PARTLY


def test_an_import_whose_report_nobody_reads_is_told(kit: Kit) -> None:
    kit.interface.hand_over(kit.document())
    kit.interface.hand_over(kit.document(), Prefer="respond-async")
    (item,) = (item for item in kit.report().items if item.id == "report_read")
    assert item.verdict is Verdict.PARTLY
    assert item.detail is not None
    assert "1 von 2" in item.detail.de


def test_one_key_for_two_documents_fails(kit: Kit) -> None:
    kit.interface.hand_over(kit.document(), **KEYED)
    kit.interface.hand_over(kit.document(patients=1), **KEYED)
    assert kit.verdict("idempotency_key") is Verdict.FAILED


def test_asking_on_and_on_with_a_wrong_token_fails(kit: Kit) -> None:
    for _ in range(4):
        kit.interface.get("/schema", {"Authorization": "Bearer x"})
    assert kit.verdict("token_refused") is Verdict.FAILED


def test_master_data_fail_and_are_not_told(kit: Kit) -> None:
    document = kit.document()
    document["patients"][0]["last_name"] = "Zwergkaninchen"
    kit.interface.hand_over(document)
    assert kit.verdict("no_master_data") is Verdict.FAILED
    assert "Zwergkaninchen" not in repr(kit.report())


def test_treatments_not_seen_are_named(kit: Kit) -> None:
    kit.interface.hand_over(kit.document(patients=30))
    report = kit.report("icsi", "freeze_all")
    (item,) = (item for item in report.items if item.id == "treatment_types")
    assert (item.verdict, item.detail and item.detail.en) == (Verdict.PARTLY, "Not seen: freeze_all.")
