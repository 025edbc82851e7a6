"""The page of rules: what each demands, where it comes from, and the choice between releases."""

import shutil
from pathlib import Path

import pytest

from artbox.catalogue import Catalogue, load
from artbox.catalogue.loading import SHIPPED
from tests.box.browsing import Browser, words
from tests.box.real_parts import Box

PAGE = "/info/plausibilitaeten"
NEW_RULE = """
  A50:
    severity: weich
    field: bmi
    require: bmi < 60
    message: {de: Der Body-Mass-Index ist ungewöhnlich hoch., en: The body mass index is unusually high.}
    source: P
    examples:
      sound: {bmi: 25}
      faulty: {bmi: 65}
      missing: {}
"""


@pytest.fixture
def two_releases(tmp_path: Path) -> Catalogue:
    """The shipped release, and a later one with one rule more."""
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "definitions"))
    newer = Path(shutil.copytree(folder / "2026.1", folder / "2030.1"))
    head, rules = newer / "release.yml", newer / "rules.yml"
    head.write_text(head.read_text().replace("2026.1", "2030.1").replace("2026-01-01", "2030-01-01"))
    text = rules.read_text().replace("\nrules:\n", f"\nrules:{NEW_RULE}", 1)
    rules.write_text(text.replace("liegt nicht vor dem Zyklusbeginn", "liegt nach dem Zyklusbeginn", 1))
    return load(folder)


def test_a_condition_is_shown_with_its_source_and_first_release(administrator: Browser, box: Box) -> None:
    release = box.application.catalogue.current
    rule = next(rule for rule in release.rules.values() if rule.when)
    text = words(administrator.get(f"{PAGE}?suche={rule.id}"))
    assert f"wenn {rule.when} dann muss gelten {rule.require}" in text
    assert rule.source in text
    assert f"seit {release.version}" in text


def test_a_rule_nothing_judges_yet_says_so(administrator: Browser) -> None:
    assert "In dieser Version nicht geprüft: Ein Meldejahr" in words(administrator.get(f"{PAGE}?suche=G12"))


def test_prospectivity_is_said_in_a_sentence(administrator: Browser) -> None:
    text = words(administrator.get(f"{PAGE}?suche=DIR_stimulated"))
    assert (
        "spätestens 8 Tage nach dem Datum „Stimulationsbeginn“ und vor dem Tag „Datum der Follikelpunktion“"
        in text
    )
    assert "Frist" in text


def test_with_one_release_there_is_nothing_to_choose(administrator: Browser) -> None:
    assert 'name="version"' not in administrator.get(PAGE).text


def test_another_release_can_be_looked_at(administrator: Browser, box: Box, two_releases: Catalogue) -> None:
    box.application.catalogue = two_releases
    assert 'id="A50"' not in administrator.get(PAGE).text
    page = administrator.get(f"{PAGE}?version=2030.1")
    assert 'id="A50"' in page.text
    assert "seit 2030.1" in words(administrator.get(f"{PAGE}?version=2030.1&suche=A50"))
    assert "seit 2026.1" in words(administrator.get(f"{PAGE}?version=2030.1&suche=A01"))
    assert "Katalog 2030.1" in words(page)
    assert "geändert mit 2030.1" in words(administrator.get(f"{PAGE}?version=2030.1&suche=A01"))
    assert "geändert mit" not in words(administrator.get(f"{PAGE}?version=2030.1&suche=A50"))
    assert "geändert mit" not in words(administrator.get(PAGE))
    table = administrator.get("/info/plausibilitaeten.csv?version=2030.1")
    assert "plausibilitaeten-2030.1.csv" in table.headers["content-disposition"]
    assert "Kataloge" in words(administrator.get("/info"))


def test_an_unknown_release_is_the_one_in_force(administrator: Browser) -> None:
    assert administrator.get(f"{PAGE}?version=1999.1").status_code == 200
