"""The test kit's report in a browser: readable in both languages and widths, without scripts or a network."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from artbox.box.serving import public_app
from artbox.box.testkit import program
from artbox.box.testkit.bench import Bench
from artbox.box.testkit.conformity import ConformityReport, Item, Verdict
from artbox.box.testkit.door import Door
from artbox.box.testkit.running import running
from artbox.catalogue import Text

pytestmark = pytest.mark.journey


def with_every_verdict(bench: Bench) -> ConformityReport:
    """Return the report about a program that did nothing, and one item for each other verdict."""
    nothing = program.judged(program.History((), bench.intake.report, bench.catalogue.current, ("icsi",)))
    group, seen = nothing.items[0].group, Text("So war es.", "So it was.")
    others = [
        Item(verdict, group, Text("Ein Nachweis", "A proof"), verdict, detail=seen) for verdict in Verdict
    ]
    items = [*others, *nothing.items]
    return ConformityReport(nothing.title, "Programm 1.0", "2026.1", "Muster", datetime.now(UTC), items)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    bench = Bench(tmp_path / "bench", 9999)
    with running(Door(public_app(bench), lambda: with_every_verdict(bench))) as url:
        yield url.replace("127.0.0.1", "localhost") + "/testkit/conformity.html"
    bench.close()


def test_the_report_is_read_in_german_and_switched_to_english_by_keyboard(
    page: Page, look: Callable[[str], None], address: str
) -> None:
    page.goto(address)
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_accessible_name("Konformitätsbericht eines Erfassungsprogramms")
    look("konformitaet")
    page.get_by_role("radio", name="Deutsch").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="English")).to_be_checked()
    expect(title).to_have_accessible_name("Conformity report of a capture program")
    look("conformity")
