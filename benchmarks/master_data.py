"""How many master data the scan finds, how many harmless references it takes for some, and what it costs.

    python -m benchmarks.master_data [--texts 2000] [--seed 1]

Persons come from Faker's German lists, which know nothing of the scan's own; references are those capture
programs make. The last line is one JSON object: detection rate by kind, false positives by family, and the
microseconds one sound patient costs.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, cast
from uuid import UUID

from faker import Faker

from artbox.catalogue import Release, load
from artbox.catalogue.conditions.vocabulary import vocabulary
from artbox.catalogue.findings import Findings
from artbox.catalogue.master_data import BirthDate, MasterDataScan
from artbox.catalogue.records import RecordReader
from artbox.catalogue.synthetic import documents
from artbox.catalogue.text_check import TextCheck

CENTRE_NO = 101
TODAY = date(2026, 7, 1)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SOMEBODY = [found] if (found := BirthDate.read("1988-05-01")) else []
WRITTEN_OUT = {
    ord(sign): plain
    for sign, plain in zip("äöüÄÖÜß", ("ae", "oe", "ue", "Ae", "Oe", "Ue", "ss"), strict=True)
}
ADULT_DAYS = (20 * 365, 45 * 365)
Make = Callable[[], str]


@dataclass(frozen=True)
class Measured:
    """Shares from 0 to 1 by kind and family, and the time of one patient in microseconds."""

    texts: int
    detected: Mapping[str, float]
    false_positives: Mapping[str, float]
    microseconds_per_patient: float


class Persons:
    """Texts about invented persons, as they stand in records and as references made of them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - invented data, no secret
        self.faker = Faker("de_DE")
        self.faker.seed_instance(seed)
        self.born = TODAY

    def kinds(self) -> dict[str, Make]:
        """Return a maker of texts for each kind."""
        faker = self.faker
        return {
            "health insurance number": lambda: faker.kvnr()[:10],
            "health insurance number with insurer": faker.kvnr,
            "pension insurance number": faker.rvnr,
            "IBAN": faker.iban,
            "IBAN in groups": lambda: " ".join(_groups(faker.iban())),
            "e-mail": faker.email,
            "telephone": lambda: self._telephone(" /"),
            "telephone with a hyphen": lambda: self._telephone("-"),
            "mobile as reference": lambda: (
                f"01{self.random.choice('67')}{self.random.randint(0, 3)}-{self._digits(7)}"
            ),
            "telephone in one piece": lambda: self._telephone(("",)),
            "mobile in one piece": lambda: f"017{self._digits(9)}",
            "street": faker.street_address,
            "street as reference": lambda: as_reference(faker.street_address()),
            "postal code and place": lambda: f"{faker.postcode()} {faker.city()}",
            "name and birth date": lambda: self._named("{last}, {first}, {day:%d.%m.%Y}"),
            "name and birth date as reference": lambda: as_reference(
                self._named("{last}_{first}_{day:%Y%m%d}")
            ),
            "initials and birth date": lambda: self._named("{last:.1}{first:.1}{day:%d%m%y}"),
            "name and another's birth date": self._other,
            "given name and birth year": lambda: self._named("{first}{day:%Y}"),
            "name alone": lambda: self._named("{first} {last}"),
        }

    def birth_dates(self) -> list[BirthDate]:
        """Return the birth date of the person told last, as the record would hold it."""
        found = BirthDate.read(self.born.isoformat())
        return [found] if found else []

    def _named(self, form: str) -> str:
        self.born = TODAY - timedelta(days=self.random.randint(*ADULT_DAYS))
        faker = self.faker
        return form.format(last=faker.last_name(), first=faker.first_name_female(), day=self.born)

    def _other(self) -> str:
        text = self._named("{last}, {first} {day:%d.%m.%Y}")
        self.born += timedelta(days=1000)
        return text

    def _telephone(self, separators: str | tuple[str, ...]) -> str:
        area = f"0{self.random.randint(2, 9)}{self._digits(self.random.randint(1, 3))}"
        number = f"{self.random.randint(1, 9)}{self._digits(self.random.randint(4, 6))}"
        return f"{area}{self.random.choice(separators)}{number}"

    def _digits(self, count: int) -> str:
        return "".join(str(self.random.randint(0, 9)) for _ in range(count))


class References:
    """References as capture programs make them; none of them tells a person."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - invented data, no secret

    def families(self) -> dict[str, Make]:
        """Return a maker for each family."""
        random = self.random
        return {
            "counter": lambda: str(random.randint(1, 999_999)),
            "padded counter": lambda: f"{random.randint(1, 9_999_999):010}",
            "counter with prefix": lambda: f"P-{random.randint(1, 999_999):06}",
            "site and counter": lambda: f"{random.randint(1, 999):04}-{random.randint(1, 999_999):06}",
            "year and counter": lambda: f"{random.randint(1982, 2026)}-{random.randint(1, 99_999):05}",
            "eleven random digits": lambda: f"{random.randrange(10**11):011}",
            "hexadecimal": lambda: f"p{random.getrandbits(48):012x}",
            "long hexadecimal": lambda: f"{random.getrandbits(128):032X}",
            "UUID": lambda: str(UUID(int=random.getrandbits(128), version=4)),
            "ULID": lambda: "".join(random.choices(CROCKFORD, k=26)),
            "mixed letters": lambda: "".join(random.choices(LETTERS + LETTERS.lower() + "0123456789", k=21)),
            "treatment and day": self._dated,
            "five digits and word": lambda: (
                f"{random.randint(10_000, 99_999)}-{random.choice(['Zyklus', 'ICSI', 'Fall'])}"
            ),
            "word and counter": lambda: (
                f"{random.choice(['Zyklus', 'Patientin', 'Kryo'])}-{random.randint(1, 9999)}"
            ),
            "letter and nine digits": lambda: f"{random.choice(LETTERS)}{random.randrange(10**9):09}",
        }

    def _dated(self) -> str:
        day = TODAY - timedelta(days=self.random.randint(0, 40 * 365))
        return f"{self.random.choice(['ICSI', 'IVF', 'Thaw', 'Zyklus'])}-{day.isoformat()}"


def as_reference(text: str) -> str:
    """Write a text with the signs a reference may have."""
    plain = text.translate(WRITTEN_OUT)
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in plain)


def measure(release: Release, *, texts: int, seed: int) -> Measured:
    """Scan so many texts of each kind and family, and sound patients against the clock."""
    scan = MasterDataScan(release.definition.master_data)
    persons, references = Persons(seed), References(seed)
    return Measured(
        texts=texts,
        detected={
            kind: _share(texts, make, scan, persons.birth_dates) for kind, make in persons.kinds().items()
        },
        false_positives={
            family: _share(texts, make, scan, lambda: SOMEBODY)
            for family, make in references.families().items()
        },
        microseconds_per_patient=_cost(release, seed),
    )


def _share(texts: int, make: Make, scan: MasterDataScan, birth_dates: Callable[[], list[BirthDate]]) -> float:
    """Return the share of made texts that look like master data beside the birth dates of their record."""
    found = 0
    for _ in range(texts):
        text = make()
        found += scan.look(text, birth_dates()) is not None
    return found / texts


def _cost(release: Release, seed: int, patients: int = 200, rounds: int = 5) -> float:
    """Return the shortest of several rounds over the same sound patients, per patient."""
    definition = release.definition
    check = TextCheck(definition, Findings(definition))
    reader = RecordReader(definition, vocabulary(definition.fields, definition.choice_lists))
    made = documents(release, centre_no=CENTRE_NO, patients=patients, seed=seed, until=TODAY)
    read = [reader.patient(patient, number) for number, patient in enumerate(_patients(made))]
    shortest = min(_timed(check, read) for _ in range(rounds))
    return round(shortest / len(read) * 1e6, 2)


def _timed(check: TextCheck, read: list[Any]) -> float:
    begun = time.process_time()
    for patient in read:
        if check.patient(patient, well_formed=True):
            raise RuntimeError("a sound patient looks like master data")
    return time.process_time() - begun


def _patients(made: Iterator[dict[str, object]]) -> Iterator[dict[str, object]]:
    for document in made:
        yield from cast("list[dict[str, object]]", document["patients"])


def _groups(text: str) -> Iterator[str]:
    return (text[at : at + 4] for at in range(0, len(text), 4))


def main() -> int:
    """Measure and print; one JSON object in the last line."""
    grammar = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    grammar.add_argument("--texts", type=int, default=2000)
    grammar.add_argument("--seed", type=int, default=1)
    chosen = grammar.parse_args()
    measured = measure(load().current, texts=chosen.texts, seed=chosen.seed)
    for title, shares in (("detected", measured.detected), ("false positives", measured.false_positives)):
        sys.stdout.write(f"{title}\n")
        for name, share in shares.items():
            sys.stdout.write(f"  {name:38} {share:8.2%}\n")
    sys.stdout.write(json.dumps(asdict(measured)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
