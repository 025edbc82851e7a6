"""The work list of findings: what is on it, in which order, and what takes a finding off it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from artbox.box.domain.worklist import Order, Wanted
from artbox.box.errors import FindingUnknown
from artbox.catalogue.synthetic import faulty
from tests.box.real_parts import Box

Document = dict[str, Any]


def broken(box: Box, severity: str, register: str = "DIR") -> Document:
    """Return a document that breaks a rule of this severity and goes to a register."""
    release = box.application.catalogue.current
    for made in faulty(release, centre_no=box.centre_no, seed=3):
        rule = release.rules.get(made.rule)
        if rule is not None and rule.severity.value == severity and register in rule.registers:
            return json.loads(json.dumps(made.document))  # type: ignore[no-any-return]
    raise AssertionError(f"no rule of severity {severity}")


def named(document: Document, name: str) -> Document:
    """Return the document with every patient under another reference."""
    for number, patient in enumerate(document["patients"]):
        patient["patient_ref"] = f"{name}-{number}"
    return document


def receive(box: Box, document: Document) -> Document:
    return box.application.intake.receive(json.dumps(document).encode(), token=box.token())


def test_an_empty_list_has_one_empty_page(box: Box) -> None:
    found = box.application.corrections.page(Wanted(), 7)
    assert (found.corrections, found.total, found.number, found.pages) == ((), 0, 1, 1)


def test_a_finding_is_told_with_references_words_and_registers(box: Box) -> None:
    document = broken(box, "weich")
    receive(box, document)
    box.clock.advance(timedelta(days=3))
    found = box.application.corrections.page(Wanted(), 1).corrections[0]
    rule = box.application.catalogue.current.rules[found.row.rule]
    assert found.message == rule.message
    assert found.label == box.application.catalogue.current.fields[rule.field].label
    assert found.row.patient_ref == document["patients"][0]["patient_ref"]
    assert found.row.cycle_ref in {cycle["cycle_ref"] for cycle in document["patients"][0]["cycles"]}
    assert "DIR" in found.row.registers
    assert found.days == 3


def test_hard_comes_before_soft_and_old_before_new(box: Box) -> None:
    for severity, name in (("weich", "A"), ("hart", "B"), ("weich", "C"), ("hart", "D")):
        receive(box, named(broken(box, severity), name))
        box.clock.advance(timedelta(hours=1))
    urgent = box.application.corrections.all(Wanted())
    severities = [found.row.severity for found in urgent]
    assert severities == sorted(severities)
    for severity in ("hart", "weich"):
        since = [found.row.open_since for found in urgent if found.row.severity == severity]
        assert since == sorted(since)
    newest = box.application.corrections.all(Wanted(order=Order.NEWEST))
    oldest = box.application.corrections.all(Wanted(order=Order.OLDEST))
    assert [found.row.id for found in newest] == [found.row.id for found in reversed(oldest)]


def test_the_list_is_narrowed_by_severity_rule_and_fields(box: Box) -> None:
    receive(box, named(broken(box, "weich"), "A"))
    receive(box, named(broken(box, "hart"), "B"))
    corrections = box.application.corrections
    assert {found.row.severity for found in corrections.all(Wanted(severity="hart"))} == {"hart"}
    one = corrections.all(Wanted())[0].row
    assert {found.row.rule for found in corrections.all(Wanted(rule=one.rule))} == {one.rule}
    assert one.field is not None
    assert {found.row.field for found in corrections.all(Wanted(fields=(one.field,)))} == {one.field}
    assert corrections.all(Wanted(fields=())) == ()
    assert corrections.rules(confirmed=False)[one.rule] >= 1


def test_a_page_holds_fifty(box: Box) -> None:
    document = broken(box, "weich")
    patient = document["patients"][0]
    document["patients"] = [{**patient, "patient_ref": f"P-{number}"} for number in range(60)]
    receive(box, document)
    first, last = (box.application.corrections.page(Wanted(), number) for number in (1, 999))
    assert len(first.corrections) == 50
    assert (last.number, last.pages) == (first.pages, -(-first.total // 50))
    everyone = box.application.corrections.all(Wanted())
    assert len(everyone) == first.total == last.total
    assert everyone[:50] == first.corrections


def test_a_finding_stays_open_since_its_first_day_while_the_record_changes(box: Box) -> None:
    document = broken(box, "weich")
    receive(box, document)
    before = box.application.corrections.all(Wanted())
    box.clock.advance(timedelta(days=2))
    for cycle in document["patients"][0]["cycles"]:
        cycle["bmi"] = 24.4
    receive(box, document)
    after = box.application.corrections.all(Wanted())
    assert [found.row.open_since for found in after] == [found.row.open_since for found in before]
    assert {found.row.id for found in after}.isdisjoint({found.row.id for found in before})
    old = box.application.corrections.one(before[0].row.id)
    assert old.row.superseded_at is not None
    assert old.row.registers == ()


def test_a_confirmed_finding_is_listed_apart_and_the_cycle_is_sent(box: Box) -> None:
    receive(box, broken(box, "weich"))
    corrections, delivery = box.application.corrections, box.application.delivery
    held = delivery.held()["DIR"]
    waiting = delivery.waiting()["DIR"]
    assert held >= 1
    for found in corrections.all(Wanted()):
        box.application.intake.confirm(found.row.id, actor="Dr. Muster", reason="mit der Akte verglichen")
    assert corrections.count() == 0
    confirmed = corrections.all(Wanted(confirmed=True))
    assert {(found.row.confirmed_by, found.row.reason) for found in confirmed} == {
        ("Dr. Muster", "mit der Akte verglichen")
    }
    assert {found.row.registers for found in confirmed} == {()}
    assert delivery.waiting()["DIR"] == waiting + held
    assert sum(package.count for package in delivery.deliver("DIR")) == waiting + held


def test_an_import_knows_what_is_still_open_also_from_before(box: Box) -> None:
    document = broken(box, "weich")
    receive(box, document)
    again = receive(box, document)
    references = [result["patient_ref"] for result in again["results"]]
    rows = box.application.corrections.of_import(again["id"], references)
    assert {row.id for row in rows} == {found.row.id for found in box.application.corrections.all(Wanted())}
    assert box.application.corrections.of_import(again["id"], []) == []
    other = box.application.intake.receive(
        json.dumps(named(document, "Z")).encode(), token=box.token("Anderes Programm")
    )
    assert box.application.corrections.of_import(other["id"], references) == []


@pytest.mark.parametrize("finding_id", [0, 4711, 2**63, 10**30])
def test_an_unknown_finding_is_refused(box: Box, finding_id: int) -> None:
    with pytest.raises(FindingUnknown):
        box.application.corrections.one(finding_id)


def test_only_what_has_been_open_for_long_if_asked(box: Box) -> None:
    receive(box, named(broken(box, "weich"), "A"))
    box.clock.advance(timedelta(days=8))
    receive(box, named(broken(box, "weich"), "B"))
    corrections = box.application.corrections
    old = corrections.page(Wanted(open_before=corrections.moment_before(7)), 1)
    assert {found.row.patient_ref[0] for found in old.corrections} == {"A"}
    assert corrections.page(Wanted(open_before=corrections.moment_before(30)), 1).total == 0
