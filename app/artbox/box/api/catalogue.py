"""The catalogue in force as JSON, for programs that build their forms from it."""

from dataclasses import asdict
from datetime import date
from enum import Enum
from typing import Any

from artbox.catalogue import Catalogue, Release


def as_json(catalogue: Catalogue, release: Release) -> dict[str, Any]:
    """Return everything a release demands; each rule of any form says since which release it is there."""
    definition = release.definition

    def dated(members: dict[str, Any]) -> Any:
        shown = {name: value for name, value in members.items() if name != "examples"}
        return _plain({**shown, "since": catalogue.since(members["id"])})

    return {
        "version": release.version,
        "status": release.status,
        "valid_from": release.valid_from.isoformat(),
        "fields": [_plain(asdict(field)) for field in definition.fields.values()],
        "choice_lists": [_plain(asdict(listed)) for listed in definition.choice_lists.values()],
        "rules": [dated(asdict(rule)) for rule in definition.rules.values()],
        "checks": [dated(asdict(check)) for check in definition.checks.values()],
        "assurances": [dated(asdict(assurance)) for assurance in definition.assurances.values()],
        "prospectivity": [dated(asdict(rule)) for rule in definition.prospectivity.values()],
        "registers": [_plain(asdict(register)) for register in definition.registers.values()],
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
