"""Recognises master data of patients in a text: numbers, addresses, and names beside a birth date.

The kinds are data (`master_data.yml`). Texts are looked at up to a bounded length, with patterns that cannot
become slow; what is longer is refused by its form anyway.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from artbox.catalogue.master_data_proofs import PROOFS, folded
from artbox.catalogue.model import MasterData, MasterDataKind, Text

LONGEST = 300
SHORTEST_NAME = 2
WORD = re.compile(r"[^\W\d_]{2,}")
CAPITALS = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
DATES = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-._/]?(?P<month>\d\d)[-._/]?(?P<day>\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d\d?)[-._/](?P<month>\d\d?)[-._/](?P<year>(?:19|20)\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d\d)(?P<month>\d\d)(?P<year>(?:19|20)\d\d)(?!\d)"),
)


class MasterDataScan:
    """The scan of one release, compiled once."""

    def __init__(self, known: MasterData) -> None:
        self.known = known
        self._kinds = [_Recogniser(kind, known) for kind in known.kinds]
        self._in_header = [kind for kind in self._kinds if kind.in_header]

    def look(self, text: str, birth_dates: Collection[date] = ()) -> Text | None:
        """Return what a text looks like, in words; None when it looks like nothing of a person.

        `birth_dates` are those of the record the text stands in.
        """
        shown = text[:LONGEST]
        return _first(self._kinds, shown) or self._name(shown, birth_dates)

    def look_in_header(self, text: str) -> Text | None:
        """Do the same for a text about a program, where names and versions are at home."""
        return _first(self._in_header, text[:LONGEST])

    def birth_dates(self, patient: Mapping[str, object]) -> list[date]:
        """Return the birth dates a patient's record holds."""
        found = (patient.get(name) for name in self.known.names.birth_dates)
        return [day for day in map(_day, found) if day is not None]

    def _name(self, text: str, birth_dates: Collection[date]) -> Text | None:
        """Recognise two listed names, a listed name with a birth year, or two words with a birth date.

        The record's own birth date alone is enough: it tells the patient as a name does.
        """
        label = self.known.names.label
        if not text.isalpha() and any(_repeats(text, day) for day in birth_dates):
            return label
        words = [
            plain
            for run in WORD.findall(text)
            for part in CAPITALS.split(run)
            if len(part) >= SHORTEST_NAME and (plain := folded(part)) not in self.known.harmless
        ]
        if not words:
            return None
        given = {word for word in words if word in self.known.given_names}
        surnames = {word for word in words if word in self.known.surnames}
        if given and surnames and len(given | surnames) > 1:
            return label
        if (given or surnames) and self._has_birth_year(text):
            return label
        return label if len(words) > 1 and self._has_birth_date(text) else None

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
        self._cues = kind.cues
        self._pattern = re.compile(kind.pattern)
        self._proof = PROOFS[kind.proof] if kind.proof else None
        self._known = known

    def finds(self, text: str, small: str) -> bool:
        """Whether the kind occurs in a text; `small` is the text in small letters."""
        if self._cues and not any(cue in small for cue in self._cues):
            return False
        if self._proof is None:
            return self._pattern.search(text) is not None
        return any(self._proof(found, self._known) for found in self._pattern.finditer(text))


def _first(kinds: list[_Recogniser], text: str) -> Text | None:
    small = text.lower()
    return next((kind.label for kind in kinds if kind.finds(text, small)), None)


def _repeats(text: str, day: date) -> bool:
    """Whether a text holds this very day: in any full spelling, or as six digits beside letters."""
    if any(day == found for found in _dates(text)):
        return True
    short = (day.strftime("%d%m%y"), day.strftime("%y%m%d"))
    return any(re.search(rf"(?<!\d){digits}(?!\d)", text) for digits in short if digits in text)


def _dates(text: str) -> Iterator[date]:
    for pattern in DATES:
        for found in pattern.finditer(text):
            try:
                yield date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                continue


def _day(raw: object) -> date | None:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
