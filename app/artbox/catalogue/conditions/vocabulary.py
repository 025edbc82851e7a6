"""The names a condition may use and what kind of value each stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from artbox.catalogue.model import ChoiceList, Field, FieldType, Level, Range


class Sort(StrEnum):
    """What kind of value an expression has."""

    NUMBER = "number"
    DATE = "date"
    CODE = "code"
    TRUTH = "yes/no"
    NUMBERS = "list of numbers"
    CODES = "list of codes"
    TEXT = "text"


SORTS = {
    FieldType.DATE: Sort.DATE,
    FieldType.DATETIME: Sort.DATE,
    FieldType.INTEGER: Sort.NUMBER,
    FieldType.DECIMAL: Sort.NUMBER,
    FieldType.BOOLEAN: Sort.TRUTH,
    FieldType.CHOICE: Sort.CODE,
    FieldType.CHOICES: Sort.CODES,
    FieldType.INTEGERS: Sort.NUMBERS,
    FieldType.CODE: Sort.TEXT,
}


@dataclass(frozen=True)
class Word:
    """A field name as the parser sees it."""

    sort: Sort
    level: Level
    codes: tuple[str, ...] = ()
    hard: Range | None = None


Vocabulary = Mapping[str, Word]


def vocabulary(fields: Mapping[str, Field], choice_lists: Mapping[str, ChoiceList]) -> Vocabulary:
    """Derive the words from the fields; a choice list that is missing counts as empty."""
    return {name: _word(item, choice_lists) for name, item in fields.items()}


def _word(item: Field, choice_lists: Mapping[str, ChoiceList]) -> Word:
    listed = choice_lists.get(item.choices or "")
    codes = listed.codes if listed else ()
    return Word(SORTS[item.type], item.level, codes, item.hard)
