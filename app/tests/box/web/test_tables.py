"""Tables to carry away: their form, and that no cell acts as a formula."""

import csv
import io
from datetime import date

import httpx
import pytest

from artbox.box.web import tables
from tests.box.browsing import Browser
from tests.box.real_parts import Box


def rows_of(answer: httpx.Response) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_a_text_never_becomes_a_formula(start: str) -> None:
    assert tables.text(f"{start}1+1", "de") == f"'{start}1+1"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (2.5, "2,5"),
        (-2.5, "-2,5"),
        (3.0, "3"),
        (12000, "12000"),
        (date(2026, 3, 1), "01.03.2026"),
        (None, ""),
        ("a-b", "a-b"),
    ],
)
def test_cells_are_written_as_german_spreadsheets_read_them(cell: tables.Cell, written: str) -> None:
    assert tables.text(cell, "de") == written


def test_the_field_list_holds_every_field(administrator: Browser, box: Box) -> None:
    header, *rows = rows_of(administrator.get("/info/felder.csv"))
    fields = box.application.catalogue.current.fields
    assert header[:2] == ["Feld", "Name"]
    assert [row[1] for row in rows] == list(fields)
    assert {len(row) for row in rows} == {len(header)}


def test_the_table_follows_the_search_of_its_page(administrator: Browser) -> None:
    page = administrator.get("/info/felder?suche=cycle_start_date")
    assert 'href="/info/felder.csv?suche=cycle_start_date"' in page.text
    rows = rows_of(administrator.get("/info/felder.csv?suche=cycle_start_date"))
    assert [row[1] for row in rows[1:]] == ["cycle_start_date"]


def test_choice_lists_and_rules_are_whole(administrator: Browser, box: Box) -> None:
    release = box.application.catalogue.current
    choices = rows_of(administrator.get("/info/auswahllisten.csv"))
    assert len(choices) == 1 + sum(len(listed.choices) for listed in release.choice_lists.values())
    rules = rows_of(administrator.get("/info/plausibilitaeten.csv"))
    assert [row[0] for row in rules[1:]] == [
        *release.rules,
        *release.assurances,
        *release.checks,
        *release.prospectivity,
    ]
    assert {len(row) for row in rules} == {len(rules[0])}
    assert all(row[3] and row[-2] and row[-1] == release.version for row in rules[1:])


def test_the_tables_speak_english(administrator: Browser) -> None:
    administrator.client.cookies.set("__Host-artbox-language", "en")
    assert rows_of(administrator.get("/info/felder.csv"))[0][:2] == ["Field", "Name"]
    assert rows_of(administrator.get("/eingang/befunde.csv"))[0][0] == "Patient"
