"""What a centre should look after: overdue outcomes, receipts that become late, anchor dates that moved."""

from datetime import timedelta

from artbox.box.domain.cases import Span
from tests.box.real_parts import Box
from tests.box.single_cycle import UNKNOWN_FIELD, ago, begun, hand_over, pregnant


def test_an_outcome_becomes_overdue_by_time_alone(box: Box) -> None:
    assert hand_over(box, pregnant(box, 300))
    assert box.application.cases.overdue(None, 1).total == 0
    box.clock.advance(timedelta(days=1))
    (row,) = box.application.cases.overdue(None, 1).rows
    assert (row.patient_ref, row.cycle_ref, row.rule) == ("P1", "Z1", "O08")
    assert row.due_on == box.application.cases.today
    assert box.application.cases.overdue_rules() == {"O08": 1}
    assert box.application.cases.overdue("O02", 1).total == 0


def test_the_outcome_ends_it(box: Box) -> None:
    hand_over(box, pregnant(box, 310))
    assert box.application.cases.overdue(None, 1).total == 1
    hand_over(box, pregnant(box, 310, pregnancy_outcome="live_birth"))
    assert box.application.cases.overdue(None, 1).total == 0


def test_who_confirmed_it_with_a_reason_is_not_asked_again(box: Box) -> None:
    hand_over(box, pregnant(box, 310))
    ((finding,),) = box.query("SELECT id FROM findings WHERE rule = 'O08'")
    box.application.intake.confirm(finding, actor="Dr. Muster", reason="Patientin verzogen")
    assert box.application.cases.overdue(None, 1).total == 0


def test_a_rejected_cycle_is_listed_until_it_is_accepted(box: Box) -> None:
    assert not hand_over(box, {**begun(box, 7), **UNKNOWN_FIELD})
    (row,) = box.application.cases.late(Span.TOMORROW, 1).rows
    assert (row.patient_ref, row.cycle_ref, row.program) == ("P1", "Z1", "Testprogramm")
    assert row.last_day == box.application.cases.today + timedelta(days=1)
    assert row.import_id
    assert box.application.intake.report(row.import_id)
    assert hand_over(box, begun(box, 7))
    assert box.application.cases.late(Span.TOMORROW, 1).total == 0


def test_the_spans(box: Box) -> None:
    hand_over(box, {**begun(box, 3), **UNKNOWN_FIELD})
    totals = {span: box.application.cases.late(span, 1).total for span in Span}
    assert totals == {Span.TOMORROW: 0, Span.STILL_IN_TIME: 1, Span.PAST: 0}
    box.clock.advance(timedelta(days=5))
    assert box.application.cases.late(Span.TOMORROW, 1).total == 1
    box.clock.advance(timedelta(days=1))
    totals = {span: box.application.cases.late(span, 1).total for span in Span}
    assert totals == {Span.TOMORROW: 0, Span.STILL_IN_TIME: 0, Span.PAST: 1}


def test_what_is_already_too_late_is_not_noted(box: Box) -> None:
    hand_over(box, {**begun(box, 9), **UNKNOWN_FIELD})
    assert not box.query("SELECT * FROM rejected_cycles")


def test_a_reference_that_may_be_a_name_is_not_kept(box: Box) -> None:
    for reference in ("A123456780", "Erika Muster"):
        hand_over(box, {**begun(box, 7), **UNKNOWN_FIELD}, {"patient_ref": reference})
    assert not box.query("SELECT * FROM rejected_cycles")


def test_a_receipt_no_clock_has_proven_is_listed_too(box: Box) -> None:
    box.clock.synchronised = False
    assert hand_over(box, begun(box, 7))
    (row,) = box.application.cases.late(Span.TOMORROW, 1).rows
    assert (row.cycle_ref, row.rejected_at) == ("Z1", None)
    box.clock.synchronised = True
    box.application.upkeep.run()
    assert box.application.cases.late(Span.TOMORROW, 1).total == 0


def test_moved_dates_are_listed(box: Box) -> None:
    hand_over(box, begun(box, 9))
    hand_over(box, {**begun(box, 9), "stim_start_date": ago(box, 2)})
    rows = box.application.cases.moved(1).rows
    assert {row.register for row in rows} == {"DIR", "QSReproMed"}
    today = box.application.cases.today
    moved = {(row.anchor_on, row.moved_to) for row in rows}
    assert moved == {(today - timedelta(days=9), today - timedelta(days=2))}


def test_pages_of_a_list(box: Box) -> None:
    for number in range(3):
        hand_over(box, pregnant(box, 310 + number), {"patient_ref": f"P{number}"})
    whole = box.application.cases.overdue(None, None)
    assert [row.patient_ref for row in whole.rows] == ["P2", "P1", "P0"]
    beyond = box.application.cases.overdue(None, 99)
    assert (beyond.number, beyond.pages, beyond.total) == (1, 1, 3)
