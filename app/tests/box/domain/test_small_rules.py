"""Names, passwords, throttling, the audit chain and the report: small rules, each in a few lines."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from artbox.box.domain import names, passwords, reports
from artbox.box.domain.audit import GENESIS, AuditEntry, AuditRow, AuditTag, chain_hash, first_broken
from artbox.box.domain.imports import CycleOutcome, Outcome, PatientOutcome, Result
from artbox.box.domain.states import Light, worst
from artbox.box.domain.throttling import LONGEST_SECONDS, delay_seconds
from artbox.box.errors import AccountNameInvalid, ProductNameInvalid

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def chain(length: int) -> list[AuditRow]:
    rows: list[AuditRow] = []
    for sequence in range(1, length + 1):
        entry = AuditEntry(AuditTag.SIGN_IN, "Dr. Muster", {"address": f"10.0.0.{sequence}"})
        previous = rows[-1].hash if rows else GENESIS
        digest = chain_hash(sequence, NOW, entry, previous)
        rows.append(AuditRow(sequence, NOW, entry.tag, entry.actor, entry.detail, previous, digest))
    return rows


def test_an_untouched_chain_holds() -> None:
    assert first_broken(chain(4)) is None
    assert first_broken([]) is None


@pytest.mark.parametrize(
    "change", [{"actor": "x"}, {"detail": {}}, {"tag": AuditTag.SIGN_OUT}, {"hash": "0" * 64}]
)
def test_a_changed_entry_breaks_the_chain(change: dict[str, object]) -> None:
    rows = chain(4)
    rows[1] = replace(rows[1], **change)  # type: ignore[arg-type]
    assert first_broken(rows) in {2, 3}


def test_a_missing_entry_breaks_the_chain() -> None:
    rows = chain(4)
    assert first_broken([rows[0], *rows[2:]]) == 3
    assert first_broken(rows[1:]) == 2


def test_tags_name_source_subject_and_action() -> None:
    assert all(len(tag.value.split(":")) == 3 for tag in AuditTag)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(-1, 0), (0, 0), (1, 1), (2, 2), (5, 16), (9, 256), (10, 300)]
)
def test_waiting_grows_and_ends(failures: int, seconds: int) -> None:
    assert delay_seconds(failures) == seconds
    assert delay_seconds(10**9) == LONGEST_SECONDS


def test_a_name_is_kept_in_one_spelling() -> None:
    assert names.account_name("  Dr.   Mu\u0308ller ") == "Dr. Müller"
    assert names.product_name("MedITEX") == "MedITEX"


@pytest.mark.parametrize("typed", ["", "ab", "x" * 65, "a\x00bc", "abc\u202edef"])
def test_an_odd_account_name_is_refused(typed: str) -> None:
    with pytest.raises(AccountNameInvalid):
        names.account_name(typed)


@pytest.mark.parametrize("typed", ["", "a", "x" * 81, "a\x1bb"])
def test_an_odd_product_name_is_refused(typed: str) -> None:
    with pytest.raises(ProductNameInvalid):
        names.product_name(typed)


def test_a_password_matches_its_hash_alone() -> None:
    hashed = passwords.hash_password("vier-gelbe-Lämpchen")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert passwords.matches("vier-gelbe-La\u0308mpchen", hashed)
    assert not passwords.matches("vier-gelbe-Lampen", hashed)


def test_the_worst_light_counts() -> None:
    assert worst([]) is Light.GREEN
    assert worst([Light.YELLOW, Light.RED, Light.GREEN]) is Light.RED


def test_a_result_says_what_became_of_a_patient_and_the_summary_counts_it() -> None:
    stored = PatientOutcome(1, "b", Outcome.CREATED, (CycleOutcome("c1", Outcome.CREATED, 1),))
    refused = reports.rejected(0, {"patient_ref": "a", "cycles": [{"cycle_ref": "c0"}, 5]})
    finding: dict[str, object] = {"cycle_ref": "c1", "rule": "D05"}
    results = [Result(refused, ()), Result(stored, (finding,))]
    assert [json.loads(reports.result_text(result)) for result in results] == [
        {
            "index": 0,
            "patient_ref": "a",
            "outcome": "rejected",
            "cycles": [
                {"cycle_ref": "c0", "outcome": "rejected", "revision": None},
                {"cycle_ref": None, "outcome": "rejected", "revision": None},
            ],
            "findings": [],
        },
        {
            "index": 1,
            "patient_ref": "b",
            "outcome": "created",
            "cycles": [{"cycle_ref": "c1", "outcome": "created", "revision": 1}],
            "findings": [finding],
        },
    ]
    assert [reports.urgency(result) for result in (*results, Result(stored, ()))] == [0, 1, 2]
    tally = reports.Tally().with_more(results[:1]).with_more(results[1:])
    assert tally.complete is False
    assert tally.summary == {
        "patients": 2,
        "cycles": 3,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 2,
        "with_findings": 1,
    }


@pytest.mark.parametrize(
    "patient", [None, 5, [], {}, {"patient_ref": 5, "cycles": "no"}, {"patient_ref": "x" * 999}]
)
def test_a_rejected_patient_may_be_anything(patient: object) -> None:
    assert reports.rejected(3, patient) == PatientOutcome(3, None, Outcome.REJECTED, ())
