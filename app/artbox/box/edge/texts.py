"""The reader's language: German is the source, English is looked up in `texts.en.yml`.

A sentence is marked with `_()` in a template, or with `mark()` in code; `translate` fills its fields.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("de", "en")
COOKIE = "__Host-artbox-language"
ENGLISH = Path(__file__).parent / "texts.en.yml"


def mark(text: str) -> str:
    """Return the German sentence unchanged; its name lets the tests find what needs an English entry."""
    return text


@cache
def english() -> dict[str, str]:
    """Return the English sentence of every German one."""
    entries = yaml.safe_load(ENGLISH.read_text(encoding="utf-8"))
    return {str(german): str(text) for german, text in (entries or {}).items()}


def translate(text: str, language: str, **fields: object) -> str:
    """Return `text` in `language` with `fields` filled in; German stands in where English is missing."""
    chosen = english().get(text, text) if language == "en" else text
    return chosen.format(**fields) if fields else chosen


def translator(language: str) -> Callable[..., str]:
    """Return the `_` of one page."""

    def in_language(text: str, **fields: object) -> str:
        return translate(text, language, **fields)

    return in_language


def chosen_language(cookie: str | None, accept_language: str | None = None) -> str:
    """Return the language of the cookie, else the first known one the browser asks for, else German."""
    if cookie in LANGUAGES:
        return cookie
    for entry in (accept_language or "").split(","):
        name = entry.split(";")[0].strip().lower()[:2]
        if name in LANGUAGES:
            return name
    return LANGUAGES[0]
