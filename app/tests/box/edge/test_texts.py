"""Every German sentence has its English, with the same fields; every refusal of a service has a sentence."""

import inspect
import re
import string
from pathlib import Path

import pytest
from jinja2 import nodes

from artbox.box import errors
from artbox.box.edge import texts
from artbox.box.edge.sentences import SENTENCES, sentence
from artbox.box.errors import ArtboxError, EnrolmentRefused, PasswordTooShort
from artbox.box.web.rendering import TEMPLATES, environment
from tests.box.edge.marked import sentences

REFUSALS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ArtboxError)]


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_marked_sentence_has_english() -> None:
    assert sorted(text for text in sentences() if text not in texts.english()) == []


def test_no_english_is_left_over() -> None:
    assert sorted(text for text in texts.english() if text not in sentences()) == []


def test_both_languages_have_the_same_fields() -> None:
    assert [text for text, english in texts.english().items() if fields_of(text) != fields_of(english)] == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_unmarked_german(path: Path) -> None:
    """Visible words of a template stand inside `_()`; the product's name needs no translation."""
    tree = environment().parse(path.read_text(encoding="utf-8"))
    shown = "".join(data.data for data in tree.find_all(nodes.TemplateData))
    without_tags = re.sub(r"<[^>]*>", " ", re.sub(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*$", " ", shown))
    words = set(re.findall(r"[A-Za-zÄÖÜäöüß]{3,}", without_tags))
    assert words & {"und", "der", "die", "das", "Sie", "nicht", "für", "noch"} == set()


def test_translation_fills_fields() -> None:
    german = "Das Passwort braucht mindestens {minimum} Zeichen."
    assert texts.translate(german, "de", minimum=12) == "Das Passwort braucht mindestens 12 Zeichen."
    assert texts.translate(german, "en", minimum=12) == "The password needs at least 12 characters."


@pytest.mark.parametrize(
    ("cookie", "header", "language"),
    [
        (None, None, "de"),
        ("en", None, "en"),
        ("fr", None, "de"),
        (None, "en-GB,de;q=0.5", "en"),
        (None, "fr, de", "de"),
        ("de", "en", "de"),
    ],
)
def test_language_is_the_cookie_then_the_browser_then_german(
    cookie: str | None, header: str | None, language: str
) -> None:
    assert texts.chosen_language(cookie, header) == language


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_sentence(refusal: type[ArtboxError]) -> None:
    assert refusal.code in SENTENCES


@pytest.mark.parametrize("refusal", [errors.EnrolmentRefused, errors.DeliveryFailed, errors.DocumentRefused])
def test_every_documented_reason_has_a_sentence(refusal: type[ArtboxError]) -> None:
    documented = re.search(r"reason \(([^)]*)\)", inspect.getdoc(refusal) or "")
    assert documented
    for reason in re.split(r"\s*\|\s*", documented.group(1)):
        assert f"{refusal.code}.{reason}" in SENTENCES


def test_a_reason_chooses_its_own_sentence() -> None:
    assert "schon verwendet" in sentence(EnrolmentRefused(reason="code-used"), "de")
    assert "used already" in sentence(EnrolmentRefused(reason="code-used"), "en")
    assert "Betreuung" in sentence(EnrolmentRefused(reason="never-heard-of"), "de")


def test_a_sentence_is_filled_with_the_refusals_fields() -> None:
    assert "12" in sentence(PasswordTooShort(minimum=12), "de")
