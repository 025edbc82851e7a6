"""What a release of the catalogue consists of: fields, choice lists, rules, checks and registers.

Plain, frozen data as read from the definition files. Nothing here reads a file or judges a record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class Text:
    """One text in German and English; `text.de` and `text["de"]` are the same."""

    de: str
    en: str

    def __getitem__(self, language: str) -> str:
        return {"de": self.de, "en": self.en}[language]

    def __str__(self) -> str:
        return self.de

    def as_dict(self) -> dict[str, str]:
        """Give the form of the import report: `{"de": …, "en": …}`."""
        return {"de": self.de, "en": self.en}


class Level(StrEnum):
    """Where in a patient's record a field stands."""

    PATIENT = "patient"
    CYCLE = "cycle"
    CHILD = "child"


class FieldType(StrEnum):
    """What a value of a field looks like in JSON."""

    DATE = "date"
    DATETIME = "datetime"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    INTEGERS = "integers"
    CODE = "code"


class Origin(StrEnum):
    """Who supplies a value: capture program, a formula, the box itself, or the document's own members."""

    DELIVERED = "delivered"
    DERIVED = "derived"
    BOX = "box"
    DOCUMENT = "document"


class Severity(StrEnum):
    """`hart` keeps a record from export, `weich` needs a confirmation, `hinweis` informs."""

    HARD = "hart"
    SOFT = "weich"
    NOTE = "hinweis"


class Kind(StrEnum):
    """The two forms in which a cycle may leave the box."""

    PSEUDONYMISED = "pseudonymised"
    ANONYMISED = "anonymised"


class Coarsening(StrEnum):
    """What happens to a value when its record leaves anonymised."""

    KEEP = "keep"
    DROP = "drop"
    YEAR = "year"
    OFFSET_DAYS = "offset_days"
    OFFSET_WEEKS = "offset_weeks"
    OFFSET_YEARS = "offset_years"
    YEARS_UNTIL = "years_until"
    BANDS = "bands"
    MAP = "map"


@dataclass(frozen=True)
class Anonymisation:
    """A coarsening with what it needs: the date an interval counts from or to, band bounds, or a code map."""

    level: Coarsening
    reference: str | None = None
    bounds: tuple[float, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Anonymity:
    """The fields an anonymised record has to share with others, and what is coarsened further, in order."""

    group: tuple[str, ...]
    steps: tuple[Mapping[str, Anonymisation], ...]


@dataclass(frozen=True)
class Range:
    """Inclusive limits; `None` is open. Numbers in the field's unit, dates as dates."""

    minimum: float | date | None = None
    maximum: float | date | None = None

    def holds(self, value: object) -> bool:
        """Whether a number or date lies inside; anything else is not limited."""
        for kind in (int | float, date):
            if isinstance(value, kind):
                low, high = self.minimum, self.maximum
                below = isinstance(low, kind) and value < low  # type: ignore[operator]
                above = isinstance(high, kind) and value > high  # type: ignore[operator]
                return not below and not above
        return True


@dataclass(frozen=True)
class Field:
    """One catalogue field. `registers` empty means: the value never leaves the box."""

    name: str
    level: Level
    section: str
    label: Text
    type: FieldType
    source: str
    unit: Text | None = None
    digits: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    hard: Range | None = None
    soft: Range | None = None
    choices: str | None = None
    repeats: bool = False
    key_date: bool = False
    registers: tuple[str, ...] = ()
    anonymised: Anonymisation = Anonymisation(Coarsening.DROP)
    suppress_rare: bool = False
    identifier: bool = False
    mandatory: bool = False
    origin: Origin = Origin.DELIVERED
    formula: str | None = None


@dataclass(frozen=True)
class Choice:
    """A stable code and its label."""

    code: str
    label: Text


@dataclass(frozen=True)
class ChoiceList:
    """The codes a field of type choice or choices may carry."""

    name: str
    label: Text
    choices: tuple[Choice, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in their defined order."""
        return tuple(choice.code for choice in self.choices)


@dataclass(frozen=True)
class Section:
    """A group of fields, as shown on the information page."""

    name: str
    label: Text


@dataclass(frozen=True)
class Register:
    """A register that receives packages; `cycles` is the condition a cycle must meet to count for it.

    `fields` are assigned to it beside those that name it themselves, so that a register is one entry.
    """

    name: str
    label: Text
    description: Text
    status: str
    cycles: str | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A plausibility rule between fields: `require` must hold `when` the condition applies.

    A letter after the id marks a further part of the same rule; `checks` judge the rest of it.
    """

    id: str
    severity: Severity
    field: str
    level: Level
    when: str | None
    require: str
    undecided_is_finding: bool
    message: Text
    source: str
    fields: tuple[str, ...]
    registers: tuple[str, ...]
    examples: Mapping[str, Mapping[str, object]]
    checks: tuple[str, ...] = ()


class AssuredBy(StrEnum):
    """What makes sure of a rule that is no condition: generic checks, a service of the box, nothing yet."""

    CHECKS = "checks"
    SERVICE = "service"
    OPEN = "open"


@dataclass(frozen=True)
class Assurance:
    """A rule beyond one record; `explanation` says which service, or why it is not judged yet."""

    id: str
    severity: Severity
    by: AssuredBy
    checks: tuple[str, ...]
    explanation: Text | None
    message: Text
    source: str


@dataclass(frozen=True)
class ProspectivityRule:
    """When cycles of these treatments are prospective: at most `max_lag_days` after the anchor date."""

    id: str
    register: str
    treatments: tuple[str, ...]
    anchor: str
    max_lag_days: int
    must_precede: str | None
    source: str


@dataclass(frozen=True)
class Check:
    """A generic check of every value (type, list, range …) with its stable id and texts."""

    id: str
    kind: str
    severity: Severity
    rejects: bool
    label: Text
    message: Text
    source: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class MasterDataKind:
    """One kind of master data: tried where a cue and enough digits occur, found by pattern and proof."""

    name: str
    label: Text
    patterns: tuple[str, ...]
    cues: tuple[str, ...] = ()
    digits: int = 0
    proof: str | None = None
    in_header: bool = False


@dataclass(frozen=True)
class NameSigns:
    """What tells a name: the record's own birth dates, and the years a birth date may lie in."""

    label: Text
    birth_dates: tuple[str, ...]
    first_year: int
    last_year: int


@dataclass(frozen=True)
class MasterData:
    """How master data are recognised in a text; words in plain small letters, IBAN lengths in characters."""

    kinds: tuple[MasterDataKind, ...]
    names: NameSigns
    harmless_forms: tuple[str, ...]
    harmless: frozenset[str]
    iban_lengths: Mapping[str, int]
    given_names: frozenset[str]
    surnames: frozenset[str]
    places: frozenset[str]


@dataclass(frozen=True)
class Limits:
    """Largest counts and lengths of an import document."""

    patients: int
    cycles: int
    children: int
    consents: int
    reference: int


@dataclass(frozen=True)
class Finding:
    """One objection to a record. It names places and rules and never carries a value.

    `rejects`: the patient's record is not stored. `registers`: the registers a `hart` finding keeps
    this record from (all of them when it rejects). `withheld`: what stands at the pointer must not be
    repeated anywhere, not even as the record's reference.
    """

    pointer: str
    cycle_ref: str | None
    child_no: int | None
    field: str | None
    rule: str
    severity: Severity
    message: Text
    rejects: bool
    registers: tuple[str, ...] = ()
    withheld: bool = False

    def as_dict(self) -> dict[str, object]:
        """Give the form of the import report."""
        return {
            "pointer": self.pointer,
            "cycle_ref": self.cycle_ref,
            "child_no": self.child_no,
            "field": self.field,
            "rule": self.rule,
            "severity": self.severity.value,
            "message": self.message.as_dict(),
        }


@dataclass(frozen=True)
class Draw:
    """How a synthetic value is chosen: `kind` says which of the other parts count."""

    kind: str
    options: tuple[tuple[object, float], ...] = ()
    low: float = 0
    high: float = 0
    reference: str | None = None
    second: str | None = None


@dataclass(frozen=True)
class Story:
    """A course of treatment for synthetic data; `length` and `slack` in days."""

    name: str
    weight: float
    first: bool
    after: tuple[str, ...]
    length: int
    slack: int
    fill: tuple[str, ...]
    draws: Mapping[str, Draw]
    children: Mapping[str, Draw]


@dataclass(frozen=True)
class Stories:
    """Everything synthetic data are made of: the patient's values, the consents' weights, the courses."""

    patient: Mapping[str, Draw]
    consents: Mapping[str, int]
    courses: Mapping[str, Story]


@dataclass(frozen=True)
class Definition:
    """Everything one release declares, in the order of its files."""

    version: str
    status: str
    valid_from: date
    limits: Limits
    sections: Mapping[str, Section]
    fields: Mapping[str, Field]
    choice_lists: Mapping[str, ChoiceList]
    rules: Mapping[str, Rule]
    checks: Mapping[str, Check]
    assurances: Mapping[str, Assurance]
    prospectivity: Mapping[str, ProspectivityRule]
    registers: Mapping[str, Register]
    stories: Stories
    master_data: MasterData
    anonymity: Anonymity
