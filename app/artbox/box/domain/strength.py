"""How soon a password would be guessed: zxcvbn's estimate, with German words and those around this centre.

No rules of composition: a password is refused only because it is easy, and the refusal says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from zxcvbn.matching import RANKED_DICTIONARIES, build_ranked_dict, omnimatch
from zxcvbn.scoring import most_guessable_match_sequence

from artbox.box.errors import PasswordTooEasy

ACCOUNT_GUESSES = 10**10
"""zxcvbn's best grade. Guessing online is throttled; this is for who has got at the hashes."""
MASTER_GUESSES = 10**14
"""At a second for each guess three million years on one machine, and still centuries on ten thousand."""
JUDGED_CHARACTERS = 40
"""What follows is not looked at: judging takes longer than a second for odd characters beyond."""
SHORTEST_WORD = 3
CENTRE_WORDS = (
    "artbox",
    "kinderwunsch",
    "kinderwunschzentrum",
    "wunschkind",
    "ivf",
    "icsi",
    "praxis",
    "labor",
)
OWN_WORDS = "own_words"
NAME_LISTS = ("first_names", "last_names")
GERMAN_LISTS = ("common", "wikipedia", *NAME_LISTS)


class Weakness(StrEnum):
    """Why a password is easy."""

    COMMON = "common"
    WORD = "word"
    NAME = "name"
    OWN_WORD = "own-word"
    REPEAT = "repeat"
    SEQUENCE = "sequence"
    KEYBOARD = "keyboard"
    DATE = "date"
    SHORT = "short"


_PATTERNS = {
    "repeat": Weakness.REPEAT,
    "sequence": Weakness.SEQUENCE,
    "spatial": Weakness.KEYBOARD,
    "date": Weakness.DATE,
    "regex": Weakness.DATE,
}
_LISTS = {"passwords": Weakness.COMMON, OWN_WORDS: Weakness.OWN_WORD}


def require_strength(password: str, guesses: int, *, words: Iterable[str]) -> None:
    """Raise PasswordTooEasy(reason) for a password that fewer guesses would find.

    `words` are those an outsider would try first: names and numbers of the person and the centre.
    """
    own = build_ranked_dict(_parts((*words, *CENTRE_WORDS)))
    judged = password[:JUDGED_CHARACTERS]
    found = omnimatch(judged, {**_dictionaries(), OWN_WORDS: own})
    result = most_guessable_match_sequence(judged, found)
    if result["guesses"] < guesses:
        raise PasswordTooEasy(reason=_weakness(result["sequence"]).value)


def _weakness(sequence: Sequence[Mapping[str, Any]]) -> Weakness:
    """Return what the longest recognised part of the password is."""
    recognised = [match for match in sequence if match["pattern"] != "bruteforce"]
    if not recognised:
        return Weakness.SHORT
    longest = max(recognised, key=lambda match: len(match["token"]))
    if longest["pattern"] != "dictionary":
        return _PATTERNS[longest["pattern"]]
    if longest["dictionary_name"] in _LISTS:
        return _LISTS[longest["dictionary_name"]]
    known = (_dictionaries()[name] for name in NAME_LISTS)
    return Weakness.NAME if any(longest["matched_word"] in names for names in known) else Weakness.WORD


def _parts(words: Iterable[str]) -> list[str]:
    """Return each word and its parts in lower case, as the estimator compares them."""
    spelt = [word.lower() for word in words]
    parts = [part for word in spelt for part in (word, *word.replace(".", " ").replace("-", " ").split())]
    return list(dict.fromkeys(part for part in parts if len(part) >= SHORTEST_WORD))


@cache
def _dictionaries() -> dict[str, dict[str, int]]:
    folder = resources.files(__package__) / "words"
    german = {
        name: build_ranked_dict((folder / f"{name}.txt").read_text(encoding="utf-8").splitlines())
        for name in GERMAN_LISTS
    }
    return {**RANKED_DICTIONARIES, **german}
