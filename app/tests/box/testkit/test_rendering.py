"""The report as it is handed in: self-contained, in two languages, and as JUnit XML."""

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from artbox.box.testkit.conformity import ConformityReport, Item, Verdict
from artbox.box.testkit.rendering import as_html, as_junit, write
from artbox.catalogue import Text

GROUP, OTHER = Text("Gruppe", "Group"), Text("Andere", "Other")
ITEMS = (
    Item("a", GROUP, Text("Erster", "First"), Verdict.SHOWN, remedy=Text("So geht's.", "Like this.")),
    Item("b", GROUP, Text("Zweiter", "Second"), Verdict.FAILED, detail=Text("gesehen", "seen")),
    Item("c", OTHER, Text("Dritter", "Third"), Verdict.MISSING, required=False),
    Item("d", OTHER, Text("Vierter", "Fourth"), Verdict.MISSING, remedy=Text("Zu tun.", "To do.")),
)


def made(subject: str = "Programm 1", items: tuple[Item, ...] = ITEMS) -> ConformityReport:
    at = datetime(2026, 7, 1, 12, tzinfo=UTC)
    return ConformityReport(Text("Bericht", "Report"), subject, "2026.1", "Muster", at, items)


def test_optional_items_may_be_missing_and_others_not() -> None:
    assert not made().conforms
    assert made(items=(ITEMS[0], ITEMS[2])).conforms


def test_the_page_needs_nothing_from_outside() -> None:
    page = as_html(made())
    assert re.findall(r"(?:src|href|action)=|url\(|@import|<script", page) == []


def test_every_text_is_there_in_both_languages() -> None:
    page = as_html(made())
    for text in ("Erster", "First", "gesehen", "seen", "Zu tun.", "To do.", "abweichend", "deviating"):
        assert text in page
    assert page.count('lang="de"') == page.count('lang="en"') + 1, "the page itself is German"


def test_what_a_program_calls_itself_cannot_become_markup() -> None:
    page = as_html(made(subject="<script>alert(1)</script>"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_remedy_is_told_where_something_is_left_to_do() -> None:
    page = as_html(made())
    assert "Zu tun." in page
    assert "So geht" not in page


def test_junit_counts_what_is_left_to_do_as_failures() -> None:
    suites = ElementTree.fromstring(as_junit(made()))  # noqa: S314 - our own
    counts = [(s.get("name"), s.get("tests"), s.get("failures"), s.get("skipped")) for s in suites]
    assert counts == [("Group", "2", "1", "0"), ("Other", "2", "1", "1")]
    assert [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None] == [
        "b: Second",
        "d: Fourth",
    ]


def test_both_forms_are_written(tmp_path: Path) -> None:
    page, cases = write(made(), tmp_path / "new" / "folder")
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert ElementTree.parse(cases).getroot().tag == "testsuites"  # noqa: S314 - our own
