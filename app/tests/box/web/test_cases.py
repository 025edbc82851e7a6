"""The work lists beside the findings as a centre reads them."""

from datetime import timedelta

import pytest

from tests.box.browsing import Browser, words
from tests.box.real_parts import Box
from tests.box.single_cycle import UNKNOWN_FIELD, ago, begun, hand_over, pregnant
from tests.box.web.test_tables import rows_of

LISTS = ("ueberfaellig", "verspaetet", "verschoben")


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_so_and_leads_to_the_others(administrator: Browser, name: str) -> None:
    page = administrator.get(f"/eingang/{name}")
    assert page.status_code == 200
    assert 'class="empty"' in page.text
    for other in ("befunde", *LISTS):
        assert f'href="/eingang/{other}"' in page.text
    assert len(rows_of(administrator.get(f"/eingang/{name}.csv"))) == 1


def test_overdue_outcomes_name_the_cycle_and_what_is_missing(administrator: Browser, box: Box) -> None:
    hand_over(box, pregnant(box, 310))
    unanswered = {"treatment_type": "thaw", "cycle_start_date": ago(box, 70), "et_date": ago(box, 60)}
    hand_over(box, unanswered, {"patient_ref": "P2"})
    text = words(administrator.get("/eingang/ueberfaellig"))
    assert "2 Einträge" in text
    assert "P1 Z1 Der Ausgang der Schwangerschaft ist überfällig. Ausgang der Schwangerschaft" in text
    assert "1992" not in text
    one = words(administrator.get("/eingang/ueberfaellig?regel=O02"))
    assert "Ein Eintrag" in one
    assert "P2" in one
    table = rows_of(administrator.get("/eingang/ueberfaellig.csv?regel=O08"))
    assert [row[0] for row in table[1:]] == ["P1"]
    assert "2 Zyklen warten auf ihren Ausgang." in words(administrator.get("/status"))


def test_a_late_receipt_says_what_can_be_done(administrator: Browser, box: Box) -> None:
    hand_over(box, {**begun(box, 7), **UNKNOWN_FIELD})
    page = administrator.get("/eingang/verspaetet")
    assert "morgen beim Import abgelehnt" in words(page)
    ((import_id,),) = box.query("SELECT id FROM imports")
    assert f'href="/eingang/{import_id}"' in page.text
    assert len(rows_of(administrator.get("/eingang/verspaetet.csv"))) == 2
    assert "Ein Zyklus gilt als retrospektiv" in words(administrator.get("/status"))
    assert "Kein Zyklus passt" in words(administrator.get("/eingang/verspaetet?frist=vorbei"))
    assert administrator.get("/eingang/verspaetet?frist=unsinn").status_code == 200


def test_a_wrong_clock_is_said(administrator: Browser, box: Box) -> None:
    box.clock.synchronised = False
    hand_over(box, begun(box, 7))
    assert "nicht synchronisiert war" in words(administrator.get("/eingang/verspaetet"))
    assert "Die Uhr der ARTbox ist nicht synchronisiert" in words(administrator.get("/status"))


def test_a_moved_date_shows_both(administrator: Browser, box: Box) -> None:
    hand_over(box, begun(box, 9))
    hand_over(box, {**begun(box, 9), "stim_start_date": ago(box, 2)})
    text = words(administrator.get("/eingang/verschoben"))
    today = box.application.cases.today
    before, after = (f"{today - timedelta(days=days):%d.%m.%Y}" for days in (9, 2))
    assert f"P1 Z1 DIR Stimulationsbeginn {before} {after} retrospektiv" in text
    assert len(rows_of(administrator.get("/eingang/verschoben.csv"))) == 3
