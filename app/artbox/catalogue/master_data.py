"""Recognises master data of patients in a text: numbers, addresses, and names beside a birth date.

The kinds are data (`master_data.yml`). Texts are looked at up to a bounded length, with patterns that cannot
become slow; what is longer is refused by its form anyway.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from artbox.catalogue.master_data_proofs import PROOFS, folded
from artbox.catalogue.model import MasterData, MasterDataKind, Text

LONGEST = 300
WITHOUT_DIGITS = str.maketrans("", "", "0123456789")
SHORTEST_NAME = 2
SHORTEST_OTHER = 3
# shorter given names come about by chance in random references
SHORTEST_ALONE = 4
WORD = re.compile(r"[^\W\d_]{2,}")
CAPITALS = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
DATES = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-._/]?(?P<month>\d\d)[-._/]?(?P<day>\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d\d?)[-._/](?P<month>\d\d?)[-._/](?P<year>(?:19|20)\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d\d)(?P<month>\d\d)(?P<year>(?:19|20)\d\d)(?!\d)"),
)


@dataclass(frozen=True)
class BirthDate:
    """A birth date of the record; one of the cues occurs in every text that repeats it."""

    day: date
    cues: tuple[str, ...]
    short: tuple[str, ...]

    @classmethod
    def read(cls, raw: object) -> "BirthDate | None":
        """Read a date as JSON carries it; None for anything else."""
        try:
            day = date.fromisoformat(raw) if isinstance(raw, str) else None
        except ValueError:
            day = None
        if day is None:
            return None
        year, month, of_month = day.isoformat().split("-")
        short = (of_month + month + year[2:], year[2:] + month + of_month)
        return cls(day, (year, *short), short)

    def stands_in(self, text: str) -> bool:
        """Whether a text holds this very day: in any full spelling, or as six digits of their own."""
        if not any(cue in text for cue in self.cues):
            return False
        if any(self.day == found for found in _dates(text)):
            return True
        return any(re.search(rf"(?<!\d){digits}(?!\d)", text) for digits in self.short)


class MasterDataScan:
    """The scan of one release, compiled once."""

    def __init__(self, known: MasterData) -> None:
        self.known = known
        self._kinds = [_Recogniser(kind, known) for kind in known.kinds]
        self._harmless = re.compile("|".join(f"(?:{form})" for form in known.harmless_forms) or r"(?!)")
        self._in_header = [kind for kind in self._kinds if kind.in_header]

    def look(self, text: str, birth_dates: Collection[BirthDate] = ()) -> Text | None:
        """Return what a text looks like, in words; None when it looks like nothing of a person.

        `birth_dates` are those of the record the text stands in.
        """
        if self._harmless.fullmatch(text):
            return None
        shown = text[:LONGEST]
        return _first(self._kinds, shown) or self._name(shown, birth_dates)

    def look_in_header(self, text: str) -> Text | None:
        """Do the same for a text about a program, where names and versions are at home."""
        return _first(self._in_header, text[:LONGEST])

    def birth_dates(self, patient: Mapping[str, object]) -> list[BirthDate]:
        """Return the birth dates a patient's record holds."""
        found = (BirthDate.read(patient.get(name)) for name in self.known.names.birth_dates)
        return [day for day in found if day is not None]

    def _name(self, text: str, birth_dates: Collection[BirthDate]) -> Text | None:
        """Recognise a given name with another word, a name with a birth year, two words with a birth date.

        The record's own birth date alone is enough: it tells the patient as a name does.
        """
        label = self.known.names.label
        if any(birth_date.stands_in(text) for birth_date in birth_dates):
            return label
        words = [
            plain
            for run in WORD.findall(text)
            for part in CAPITALS.split(run)
            if len(part) >= SHORTEST_NAME and (plain := folded(part)) not in self.known.harmless
        ]
        if not words:
            return None
        return label if self._tell_a_person(words, text) else None

    def _tell_a_person(self, words: list[str], text: str) -> bool:
        given = {word for word in words if word in self.known.given_names}
        surnames = {word for word in words if word in self.known.surnames}
        if given and surnames and len(given | surnames) > 1:
            return True
        others = [word for word in words if word not in given and len(word) >= SHORTEST_OTHER]
        if others and any(len(name) >= SHORTEST_ALONE for name in given):
            return True
        if (given or surnames) and self._has_birth_year(text):
            return True
        return len(words) > 1 and self._has_birth_date(text)

    def _has_birth_year(self, text: str) -> bool:
        years = (int(found[0]) for found in YEAR.finditer(text))
        return any(map(self._is_birth_year, years)) or self._has_birth_date(text)

    def _has_birth_date(self, text: str) -> bool:
        return any(self._is_birth_year(day.year) for day in _dates(text))

    def _is_birth_year(self, year: int) -> bool:
        return self.known.names.first_year <= year <= self.known.names.last_year


class _Recogniser:
    """One kind of master data with its pattern compiled."""

    def __init__(self, kind: MasterDataKind, known: MasterData) -> None:
        self.label = kind.label
        self.in_header = kind.in_header
        self._cue = re.compile("|".join(map(re.escape, kind.cues))) if kind.cues else None
        self.digits = kind.digits
        self._patterns = [re.compile(pattern) for pattern in kind.patterns]
        self._proof = PROOFS[kind.proof] if kind.proof else None
        self._known = known

    def finds(self, text: str, small: str) -> bool:
        """Whether the kind occurs in a text of enough digits; `small` is the text in small letters."""
        if self._cue is not None and not self._cue.search(small):
            return False
        return any(self._fits(pattern, text) for pattern in self._patterns)

    def _fits(self, pattern: "re.Pattern[str]", text: str) -> bool:
        if self._proof is None:
            return pattern.search(text) is not None
        return any(self._proof(found, self._known) for found in pattern.finditer(text))


def _first(kinds: list[_Recogniser], text: str) -> Text | None:
    small = text.lower()
    digits = len(text) - len(text.translate(WITHOUT_DIGITS))
    for kind in kinds:
        if digits >= kind.digits and kind.finds(text, small):
            return kind.label
    return None


def _dates(text: str) -> Iterator[date]:
    for pattern in DATES:
        for found in pattern.finditer(text):
            try:
                yield date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                continue
