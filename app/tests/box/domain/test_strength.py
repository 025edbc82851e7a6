"""Which passwords are refused and why, in German centres: words, names, dates, rows of keys."""

import time
from contextlib import suppress

import pytest

from artbox.box.domain.strength import ACCOUNT_GUESSES, MASTER_GUESSES, require_strength
from artbox.box.errors import PasswordTooEasy

AROUND = ("Dr. Anneliese Vierkant", "101")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Passwort1234", "common"),
        ("Lieblingsgericht", "word"),
        ("Donaudampfschiff", "word"),
        ("Schneewittchen1", "word"),
        ("Wolfgang Schneider", "name"),
        ("Kinderwunsch2024", "own-word"),
        ("Kinderwunschzentrum", "own-word"),
        ("Vierkant-101", "own-word"),
        ("zweizweizweizwei", "repeat"),
        ("abcdefghijklmnop", "sequence"),
        ("cvbnm,.cvbnm,.", "repeat"),
        ("24.12.1985 12", "date"),
        ("z9!kw", "short"),
    ],
)
def test_an_easy_password_is_refused_with_its_reason(password: str, reason: str) -> None:
    with pytest.raises(PasswordTooEasy) as refused:
        require_strength(password, ACCOUNT_GUESSES, words=AROUND)
    assert refused.value.fields["reason"] == reason


@pytest.mark.parametrize(
    "password",
    [
        "vier-gelbe-Lampen-am-Steg",
        "Meine Katze frisst montags Lakritz",
        "k7mq-w3xz-bp9d",
        "grün blau Löffel!",
    ],
)
def test_nothing_but_being_hard_is_asked_for(password: str) -> None:
    require_strength(password, ACCOUNT_GUESSES, words=AROUND)


def test_german_words_count_although_english_lists_know_none_of_them() -> None:
    with pytest.raises(PasswordTooEasy):
        require_strength("Lieblingsgericht", ACCOUNT_GUESSES, words=())


def test_a_master_password_must_be_harder() -> None:
    password = "Regenschirmkantine"
    with pytest.raises(PasswordTooEasy):
        require_strength(password, MASTER_GUESSES, words=())
    require_strength("Regenschirm Kantine Murmel Postbote", MASTER_GUESSES, words=())


def test_judging_ends_soon_whatever_is_typed() -> None:
    started = time.process_time()
    for password in ("4@8({[<369!|1$50+7%2" * 50, "Ab1!" * 256, "ß" * 1024, "\ud800" * 20, "0" * 1024):
        with suppress(PasswordTooEasy):
            require_strength(password, ACCOUNT_GUESSES, words=("x" * 1024,))
    assert time.process_time() - started < 15
