"""After the catalogue changed: the whole stock is judged again, once, in steps, and what is new says so."""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artbox.box.adapters.store.rechecks import RechecksTable
from artbox.box.application import Application
from artbox.box.domain.rechecks import RecheckState
from artbox.box.domain.worklist import Wanted
from artbox.box.services import rechecking
from artbox.catalogue import load
from artbox.catalogue.loading import SHIPPED
from tests.box.browsing import Browser, words
from tests.box.real_parts import Box
from tests.box.services.test_dying import start
from tests.box.single_cycle import begun, hand_over
from tests.box.web.test_tables import rows_of

RULE = """
  T50:
    severity: weich
    field: infertility_duration
    require: infertility_duration < {limit}
    message: {{de: Der Kinderwunsch besteht ungewöhnlich lange., en: The duration is unusually long.}}
    source: P
    examples:
      sound: {{infertility_duration: 3}}
      faulty: {{infertility_duration: 200}}
      missing: {{}}
"""
Reopen = Callable[[Path | None], Application]


@pytest.fixture
def definitions(tmp_path: Path) -> Callable[[int | None], Path]:
    """Give the shipped definitions with the rule T50 and its limit; without a limit, without the rule."""

    def copy(limit: int | None) -> Path:
        folder = tmp_path / f"definitions-{limit}"
        if not folder.exists():
            shutil.copytree(SHIPPED, folder)
            rules = folder / "2026.1" / "rules.yml"
            added = RULE.format(limit=limit) if limit is not None else "\n"
            rules.write_text(rules.read_text().replace("\nrules:\n", f"\nrules:{added}", 1))
        return folder

    return copy


@pytest.fixture
def reopen(box: Box) -> Reopen:
    """Open the box again with the definitions of a folder, as after an update."""

    def again(folder: Path | None) -> Application:
        box.application.close()
        catalogue = load(folder) if folder else None
        box.application = Application(
            box.settings, now=box.clock, read_clock=box.clock.state, catalogue=catalogue
        )
        box.application.lifecycle.open(box.keys)
        return box.application

    return again


@pytest.fixture
def stock(box: Box) -> int:
    """The number of stored patients that the new rule will object to; one more it will not."""
    box.application.upkeep.run()
    cycle = {**begun(box, 3), "ind_tubal": True}
    for number in range(6):
        hand_over(box, {**cycle, "infertility_duration": 24}, {"patient_ref": f"P{number}"})
    hand_over(box, {**cycle, "infertility_duration": 2}, {"patient_ref": "R1"})
    return 6


def findings(box: Box) -> list[tuple[str, bool, bool]]:
    return [
        (row[0], bool(row[1]), bool(row[2]))
        for row in box.query(
            "SELECT rule, recheck IS NOT NULL, confirmed_at IS NOT NULL FROM findings"
            " WHERE superseded_at IS NULL ORDER BY id"
        )
    ]


def test_without_a_change_nothing_is_judged_again(box: Box, stock: int, reopen: Reopen) -> None:
    entries = len(box.query("SELECT sequence FROM audit WHERE tag LIKE 'intake:recheck%'"))
    reopen(None).upkeep.run()
    assert len(box.query("SELECT sequence FROM audit WHERE tag LIKE 'intake:recheck%'")) == entries == 1
    assert not findings(box)


def test_a_new_rule_is_applied_to_the_stock_and_its_findings_say_so(
    box: Box, stock: int, reopen: Reopen, definitions: Callable[[int | None], Path]
) -> None:
    application = reopen(definitions(12))
    application.upkeep.run()
    assert findings(box) == [("T50", True, False)] * stock
    recheck = application.rechecking.latest()
    assert recheck is not None
    assert (recheck.state, recheck.judged, recheck.patients) == (RecheckState.FINISHED, stock + 1, stock + 1)
    assert recheck.fresh_findings == stock
    found = application.corrections.page(Wanted(by_new_rules=True), 1)
    assert found.total == stock
    assert found.corrections[0].message.de == "Der Kinderwunsch besteht ungewöhnlich lange."
    assert found.corrections[0].row.release == "2026.1"


def test_a_confirmation_outlives_a_recheck(
    box: Box, stock: int, reopen: Reopen, definitions: Callable[[int | None], Path]
) -> None:
    reopen(definitions(12)).upkeep.run()
    ((first,), *_) = box.query("SELECT id FROM findings WHERE superseded_at IS NULL ORDER BY id")
    box.application.intake.confirm(first, actor="Dr. Muster", reason="stimmt so")
    fields = definitions(12) / "2026.1" / "fields.yml"
    fields.write_text(fields.read_text().replace("label: {de: Körpergröße,", "label: {de: Größe,", 1))
    reopen(definitions(12)).upkeep.run()
    assert len(box.query("SELECT * FROM rechecks")) == 3
    assert findings(box).count(("T50", True, True)) == 1
    assert len(findings(box)) == stock


def test_a_confirmation_of_another_demand_is_void(
    box: Box, stock: int, reopen: Reopen, definitions: Callable[[int | None], Path]
) -> None:
    reopen(definitions(12)).upkeep.run()
    ((first,), *_) = box.query("SELECT id FROM findings WHERE superseded_at IS NULL ORDER BY id")
    box.application.intake.confirm(first, actor="Dr. Muster", reason="stimmt so")
    reopen(definitions(6)).upkeep.run()
    assert findings(box) == [("T50", True, False)] * stock
    recheck = box.application.rechecking.latest()
    assert recheck is not None
    assert recheck.fresh_findings == 1, "the others were open and stay"


def test_a_rule_that_is_gone_takes_its_findings_along(
    box: Box, stock: int, reopen: Reopen, definitions: Callable[[int | None], Path]
) -> None:
    reopen(definitions(12)).upkeep.run()
    reopen(definitions(None)).upkeep.run()
    assert not findings(box)


def test_a_recheck_goes_on_where_it_was_left(
    box: Box,
    stock: int,
    reopen: Reopen,
    definitions: Callable[[int | None], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rechecking, "BATCH", 2)
    application = reopen(definitions(12))
    assert application.rechecking.step()
    assert application.rechecking.step()
    assert len(findings(box)) == 2
    browser = Browser.of(application).sign_in()
    assert "2 von 7 Patientinnen sind geprüft" in words(browser.get("/eingang/befunde"))
    assert "2 von 7 Patientinnen" in words(browser.get("/status"))
    hand_over(box, {**begun(box, 3), "ind_tubal": True, "infertility_duration": 30}, {"patient_ref": "P9"})
    reopen(definitions(12)).upkeep.run()
    assert sorted(findings(box)) == [("T50", False, False)] + [("T50", True, False)] * stock
    assert len(box.query("SELECT * FROM rechecks")) == 2


def test_a_batch_that_fails_leaves_nothing_half_done(
    box: Box,
    stock: int,
    reopen: Reopen,
    definitions: Callable[[int | None], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    application = reopen(definitions(12))
    assert application.rechecking.step()
    go_on, done = RechecksTable.go_on, []

    def failing(table: RechecksTable, size: int, judge: Any, demands: Any, entry: Any) -> None:
        def once(patient: dict[str, Any]) -> Any:
            done.append(patient)
            if len(done) == 4:
                raise OSError
            return judge(patient)

        go_on(table, size, once, demands, entry)

    monkeypatch.setattr(RechecksTable, "go_on", failing)
    application.upkeep.run()
    assert done
    assert not findings(box)
    application.upkeep.run()
    assert findings(box) == [("T50", True, False)] * stock


def test_the_list_shows_and_filters_what_is_new(
    box: Box, stock: int, reopen: Reopen, definitions: Callable[[int | None], Path]
) -> None:
    application = reopen(definitions(12))
    application.upkeep.run()
    browser = Browser.of(application).sign_in()
    page = words(browser.get("/eingang/befunde"))
    assert "Neue Befunde durch Regelversion 2026.1" in page
    assert "neu durch Regelversion 2026.1" in words(browser.get("/eingang/befunde?zustand=neu"))
    table = rows_of(browser.get("/eingang/befunde.csv?zustand=neu"))
    assert [row[-1] for row in table[1:]] == ["2026.1"] * stock
    ((first,), *_) = box.query("SELECT id FROM findings ORDER BY id")
    assert "neu durch Regelversion 2026.1" in words(browser.get(f"/eingang/befunde/{first}"))


@pytest.mark.slow
def test_a_recheck_that_is_killed_again_and_again_ends_whole(
    box: Box, stock: int, reopen: Reopen, definitions: Callable[[int | None], Path]
) -> None:
    for number in range(120):
        cycle = {**begun(box, 3), "ind_tubal": True, "infertility_duration": 24}
        hand_over(box, cycle, {"patient_ref": f"Q{number}"})
    box.application.close()
    judged = []
    for milliseconds in (0, 30, 60, 90, 120, 200):
        process: subprocess.Popen[bytes] = start(box, "upkeep", catalogue=str(definitions(12)))
        assert process.stdout
        process.stdout.readline()
        time.sleep(milliseconds / 1000)
        process.kill()
        process.wait(timeout=60)
        process.stdout.close()
        latest = reopen(definitions(12)).rechecking.latest()
        assert latest is not None
        judged.append(latest.judged)
        assert findings(box) == [("T50", True, False)] * latest.fresh_findings
        box.application.close()
    assert judged == sorted(judged)
    assert any(number < stock + 121 for number in judged), "no kill came in the middle"
    reopen(definitions(12)).upkeep.run()
    assert findings(box) == [("T50", True, False)] * (stock + 120)
    assert box.query("SELECT judged = patients FROM rechecks ORDER BY number DESC LIMIT 1") == [(1,)]
    assert box.query("PRAGMA foreign_key_check") == []
    assert box.application.audit.verify() is None
