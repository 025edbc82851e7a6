"""What must hold of a passage besides its form before it counts as master data: check digits, known words."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from artbox.catalogue.model import MasterData

SEPARATORS = re.compile(r"[ ._-]")
UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l", "ø": "oe", "æ": "ae"}
)
FIRST_POSTAL_CODE, LAST_POSTAL_CODE = 1001, 99998
LAST_DAY, LAST_MONTH = 31, 12
PENSION_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)

Proof = Callable[["re.Match[str]", MasterData], bool]


def folded(word: str) -> str:
    """Spell a word in plain small letters: umlauts written out, accents left out."""
    small = word.casefold().translate(UMLAUTS)
    if small.isascii():
        return small
    return "".join(c for c in unicodedata.normalize("NFKD", small) if not unicodedata.combining(c))


def health_insurance_digit(found: "re.Match[str]", _: MasterData) -> bool:
    """Check the tenth place of a German health insurance number (§ 290 SGB V).

    The letter counts as two digits (A = 01), weights are 1 and 2 in turn, of each product the digits are
    added; the last digit of the sum is the check digit.
    """
    number = SEPARATORS.sub("", found[0]).upper()
    digits = [*_ordinal(number[0]), *map(int, number[1:9])]
    total = sum(_digit_sum(digit * (1 + place % 2)) for place, digit in enumerate(digits))
    return total % 10 == int(number[9])


def pension_insurance_digit(found: "re.Match[str]", _: MasterData) -> bool:
    """Check day, month and the twelfth place of a German pension insurance number (VKVV § 2)."""
    number = SEPARATORS.sub("", found[0]).upper()
    if int(number[2:4]) > LAST_DAY or not 1 <= int(number[4:6]) <= LAST_MONTH:
        return False
    digits = [*map(int, number[:8]), *_ordinal(number[8]), *map(int, number[9:11])]
    total = sum(_digit_sum(digit * weight) for digit, weight in zip(digits, PENSION_WEIGHTS, strict=True))
    return total % 10 == int(number[11])


def iban_digits(found: "re.Match[str]", known: MasterData) -> bool:
    """Check length by country and the two check digits (ISO 13616, ISO 7064 MOD 97-10)."""
    length = known.iban_lengths.get(found[0][:2].upper())
    if length is None:
        return False
    number = _alphanumeric(found.string, found.start(), length)
    if number is None:
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def no_harmless_word(found: "re.Match[str]", known: MasterData) -> bool:
    """Check that the passage is not made of a word of the trade, as `Lagerplatz 12` is."""
    words = re.split(r"[ .-]", found["word"])
    return folded("".join(words)) not in known.harmless and folded(words[-1]) not in known.harmless


def place(found: "re.Match[str]", known: MasterData) -> bool:
    """Check that the postal code is possible, and the place known or written as an address is."""
    word = found["word"]
    if not FIRST_POSTAL_CODE <= int(found["code"]) <= LAST_POSTAL_CODE:
        return False
    spaced = " " in found["gap"] and word[0].isupper() and word[1:].islower()
    plain = folded(word)
    return plain in known.places or (spaced and plain not in known.harmless)


PROOFS: Mapping[str, Proof] = {
    proof.__name__: proof
    for proof in (health_insurance_digit, pension_insurance_digit, iban_digits, no_harmless_word, place)
}


def _ordinal(letter: str) -> tuple[int, int]:
    return divmod(ord(letter) - ord("A") + 1, 10)


def _digit_sum(number: int) -> int:
    return sum(divmod(number, 10))


def _alphanumeric(text: str, start: int, length: int) -> str | None:
    """Return so many letters and digits from `start`, separators left out; None when more or fewer follow."""
    signs = ""
    for at in range(start, len(text)):
        sign = text[at]
        if sign.isascii() and sign.isalnum():
            if len(signs) == length:
                return signs if text[at - 1] in " ._-" else None
            signs += sign
        elif sign not in " ._-":
            break
    return signs.upper() if len(signs) == length else None
