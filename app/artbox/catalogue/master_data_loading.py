"""Reads master_data.yml: the kinds of master data, and the words and numbers that tell them."""

import re
from collections.abc import Mapping

from artbox.catalogue.definition_files import Entry, entries
from artbox.catalogue.master_data_proofs import PROOFS
from artbox.catalogue.model import Field, FieldType, Level, MasterData, MasterDataKind, NameSigns

FOLDED_WORD = re.compile(r"[a-z]+", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d*,\}")
CHARACTER_SET = re.compile(r"\[(?:\\.|[^\]\\])*\]")
LONGEST_IBAN = 34


def load_master_data(file: Entry, fields: Mapping[str, Field]) -> MasterData:
    """Read the file; raises CatalogueError for a pattern that may become slow and for words out of form."""
    return MasterData(
        kinds=tuple(_kind(item) for item in entries(file, "kinds")),
        names=_names(Entry(file.file, "names", file.mapping("names")), fields),
        harmless_forms=tuple(_bounded(file, form) for form in file.words("harmless_forms")),
        harmless=_words(file, "harmless"),
        iban_lengths=_iban_lengths(file),
        given_names=_words(file, "given_names"),
        surnames=_words(file, "surnames"),
        places=_words(file, "places"),
    )


def _kind(item: Entry) -> MasterDataKind:
    item.required("patterns")
    kind = MasterDataKind(
        name=item.name,
        label=item.text("label"),
        patterns=tuple(_bounded(item, pattern) for pattern in item.words("patterns")),
        cues=item.words("cues"),
        digits=item.count("digits") if "digits" in item.content else 0,
        proof=item.one_of("proof", list(PROOFS)) if "proof" in item.content else None,
        in_header=item.flag("header"),
    )
    item.word("source")
    item.close()
    return kind


def _bounded(item: Entry, pattern: str) -> str:
    """Refuse what Python cannot read, and every repetition without an upper bound."""
    try:
        re.compile(pattern)
    except re.error:
        raise item.error("holds a pattern that cannot be read", "Correct the regular expression") from None
    if UNBOUNDED.search(CHARACTER_SET.sub("", pattern)):
        raise item.error("repeats without bound", "Write {1,40} instead of * and +")
    return pattern


def _names(item: Entry, fields: Mapping[str, Field]) -> NameSigns:
    years = Entry(item.file, "names/birth_years", item.mapping("birth_years"))
    signs = NameSigns(
        label=item.text("label"),
        birth_dates=item.words("birth_dates"),
        first_year=years.count("first"),
        last_year=years.count("last"),
    )
    item.word("source")
    for name in signs.birth_dates:
        field = fields.get(name)
        if field is None or (field.level, field.type) != (Level.PATIENT, FieldType.DATE):
            raise item.error(f"{name} is no date of the patient", "Name a date field of the patient")
    item.close()
    years.close()
    return signs


def _words(file: Entry, key: str) -> frozenset[str]:
    words = file.words(key)
    strange = [word for word in words if not FOLDED_WORD.fullmatch(word)]
    if strange:
        raise file.error(f"{key}: {strange[0]} is not spelt in plain small letters", "Write ae, oe, ue, ss")
    return frozenset(words)


def _iban_lengths(file: Entry) -> Mapping[str, int]:
    lengths = file.mapping("iban_lengths")
    for country, length in lengths.items():
        if not COUNTRY.fullmatch(str(country)) or type(length) is not int or not 15 <= length <= LONGEST_IBAN:
            raise file.error(f"iban_lengths: {country} is out of form", "Write DE: 22")
    return lengths
