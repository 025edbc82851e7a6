"""The pages of open findings: list, filters, confirming with a reason, and the table to carry away."""

import html
import re
from typing import Any

import pytest

from artbox.box.domain.worklist import Wanted
from tests.box.browsing import Browser, problem_of, words
from tests.box.real_parts import Box
from tests.box.services.test_corrections import broken, named, receive

LIST = "/eingang/befunde"


@pytest.fixture
def soft(box: Box) -> int:
    """The id of an open soft finding."""
    receive(box, broken(box, "weich"))
    return box.application.corrections.all(Wanted(severity="weich"))[0].row.id


@pytest.fixture
def hard(box: Box) -> int:
    """The id of an open hard finding."""
    receive(box, named(broken(box, "hart"), "H"))
    return box.application.corrections.all(Wanted(severity="hart"))[0].row.id


def listed(page: Any) -> set[int]:
    return {int(number) for number in re.findall(rf'href="{LIST}/(\d+)"', page.text)}


def test_an_empty_list_says_what_to_do(administrator: Browser) -> None:
    assert "Nichts zu korrigieren" in words(administrator.get(LIST))
    assert "Kein Befund passt" in words(administrator.get(f"{LIST}?schwere=hart"))


def test_open_findings_are_listed_in_words(administrator: Browser, box: Box, soft: int, hard: int) -> None:
    page = administrator.get(LIST)
    assert listed(page) >= {soft, hard}
    for found in box.application.corrections.all(Wanted()):
        assert found.message.de in words(page)
        assert found.row.patient_ref in words(page)
    assert page.text.index(f"{LIST}/{hard}") < page.text.index(f'{LIST}/{soft}"')


def test_filters_narrow_by_plain_get_and_by_script(
    administrator: Browser, box: Box, soft: int, hard: int
) -> None:
    assert soft not in listed(administrator.get(f"{LIST}?schwere=hart"))
    rule = box.application.corrections.one(soft).row.rule
    assert hard not in listed(administrator.get(f"{LIST}?regel={rule}"))
    field = box.application.corrections.one(hard).row.field or ""
    section = box.application.catalogue.current.fields[field].section
    assert hard in listed(administrator.get(f"{LIST}?abschnitt={section}&reihenfolge=neu"))
    part = administrator.get(f"{LIST}?schwere=weich", **{"HX-Request": "true"})
    assert soft in listed(part)
    assert "<html" not in part.text


@pytest.mark.parametrize(
    "query", ["seite=0", "seite=999999", "seite=x", "seite=²", "schwere=x", "regel=%00<x>"]
)
def test_odd_questions_are_answered(administrator: Browser, soft: int, query: str) -> None:
    assert administrator.get(f"{LIST}?{query}").status_code == 200


def test_a_soft_finding_is_confirmed_with_a_reason(administrator: Browser, box: Box, soft: int) -> None:
    held = box.application.delivery.held()["DIR"]
    answer = administrator.post(f"{LIST}/{soft}", begruendung="mit der Akte verglichen")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}?hinweis=bestaetigt")
    page = administrator.get(answer.headers["location"])
    assert "Der Befund ist bestätigt" in words(page)
    assert soft not in listed(page)
    assert soft in listed(administrator.get(f"{LIST}?zustand=bestaetigt"))
    detail = words(administrator.get(f"{LIST}/{soft}"))
    assert "Bestätigt von Dr. Muster" in detail
    assert "mit der Akte verglichen" in detail
    assert box.application.delivery.held()["DIR"] <= held
    assert administrator.post(f"{LIST}/{soft}", begruendung="noch einmal").status_code == 409


@pytest.mark.parametrize("reason", ["ab", "<b>" + "x" * 500])
def test_a_reason_of_the_wrong_length_is_kept_and_told(
    administrator: Browser, box: Box, soft: int, reason: str
) -> None:
    answer = administrator.post(f"{LIST}/{soft}", begruendung=reason)
    assert answer.status_code == 422
    assert "3 bis 500 Zeichen" in problem_of(answer, "begruendung")
    assert f">{html.escape(reason)}</textarea>" in answer.text
    assert box.application.corrections.one(soft).row.confirmed_at is None


def test_a_hard_finding_offers_no_way_but_correcting(administrator: Browser, box: Box, hard: int) -> None:
    page = administrator.get(f"{LIST}/{hard}")
    assert "Hier hilft nur ein korrigierter Datensatz" in words(page)
    assert "<textarea" not in page.text
    assert administrator.post(f"{LIST}/{hard}", begruendung="trotzdem senden").status_code == 409
    assert box.application.corrections.one(hard).row.confirmed_at is None


def test_an_unknown_finding_is_not_found(administrator: Browser) -> None:
    for number in ("4711", "9" * 40, "x"):
        assert administrator.get(f"{LIST}/{number}").status_code == 404
    assert administrator.post(f"{LIST}/4711", begruendung="gibt es nicht").status_code == 404


def test_a_settled_finding_says_so(administrator: Browser, box: Box, soft: int) -> None:
    document = broken(box, "weich")
    for cycle in document["patients"][0]["cycles"]:
        cycle["bmi"] = 24.4
    receive(box, document)
    assert "Dieser Befund besteht nicht mehr" in words(administrator.get(f"{LIST}/{soft}"))


def test_titles_and_addresses_name_no_patient(administrator: Browser, box: Box, soft: int) -> None:
    row = box.application.corrections.one(soft).row
    for page in (administrator.get(LIST), administrator.get(f"{LIST}/{soft}")):
        title = re.search(r"<title>(.*?)</title>", page.text)
        addresses = " ".join(re.findall(r'(?:href|action|hx-get)="([^"]*)"', page.text))
        assert title
        for reference in (row.patient_ref, row.cycle_ref):
            assert str(reference) not in title[1] + addresses


def test_the_report_of_an_import_leads_to_what_is_still_open(administrator: Browser, box: Box) -> None:
    report = receive(box, broken(box, "weich"))
    ids = {found.row.id for found in box.application.corrections.all(Wanted())}
    path = f"/eingang/{report['id']}"
    assert listed(administrator.get(path)) == ids
    for finding_id in ids:
        administrator.post(f"{LIST}/{finding_id}", begruendung="geprüft")
    assert listed(administrator.get(path)) == set()


def test_intake_and_status_lead_to_the_list(administrator: Browser, soft: int) -> None:
    for path in ("/eingang", "/status"):
        assert f'href="{LIST}"' in administrator.get(path).text


def test_the_pages_speak_english(administrator: Browser, soft: int, hard: int) -> None:
    administrator.client.cookies.set("__Host-artbox-language", "en")
    assert "Open findings" in words(administrator.get(LIST))
    assert "Confirm with a reason" in words(administrator.get(f"{LIST}/{soft}"))
    assert "Only a corrected record helps" in words(administrator.get(f"{LIST}/{hard}"))


def test_the_table_holds_the_list_and_no_formula(administrator: Browser, box: Box, soft: int) -> None:
    administrator.post(f"{LIST}/{soft}", begruendung="=HYPERLINK(1);2")
    text = administrator.get(f"{LIST}.csv?zustand=bestaetigt").content.decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0].startswith("Patientin;Zyklus;Kind;Regel")
    assert '"\'=HYPERLINK(1);2"' in lines[1]
    assert len(lines) == 2
