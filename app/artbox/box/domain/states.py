"""The states of a box and what its status page shows. Values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class BoxState(StrEnum):
    """setup → locked ⇄ ready; busy lies over ready."""

    SETUP = "setup"
    LOCKED = "locked"
    READY = "ready"
    BUSY = "busy"


class Light(StrEnum):
    """The traffic light of the status page."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


def worst(lights: Iterable[Light]) -> Light:
    """Return the light that counts for all; green when there is none."""
    return max(lights, key=list(Light).index, default=Light.GREEN)


@dataclass(frozen=True)
class StatusFinding:
    """Something that needs a person: a code, its fields, and the page that mends it (None when none does)."""

    code: str
    light: Light
    fields: Mapping[str, object] = field(default_factory=dict)
    remedy_path: str | None = None


@dataclass(frozen=True)
class Card:
    """The facts of one concern, by name; edges know how to say each."""

    code: str
    light: Light
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class StatusReport:
    """The whole status page: the worst light of its findings, the findings, the cards."""

    light: Light
    taken_at: datetime
    findings: tuple[StatusFinding, ...]
    cards: tuple[Card, ...]
