"""The catalogue in force as JSON, for programs that build their forms from it."""

from dataclasses import asdict
from datetime import date
from enum import Enum
from typing import Any

from artbox.catalogue import Release


def as_json(release: Release) -> dict[str, Any]:
    """Return fields, choice lists, rules, checks and registers of a release."""
    definition = release.definition
    return {
        "version": release.version,
        "status": release.status,
        "valid_from": release.valid_from.isoformat(),
        "fields": [_field(asdict(field)) for field in definition.fields.values()],
        "choice_lists": [_plain(asdict(listed)) for listed in definition.choice_lists.values()],
        "rules": [_rule(asdict(rule)) for rule in definition.rules.values()],
        "checks": [_plain(asdict(check)) for check in definition.checks.values()],
        "registers": [_plain(asdict(register)) for register in definition.registers.values()],
    }


def _field(members: dict[str, Any]) -> Any:
    return _plain(members)


def _rule(members: dict[str, Any]) -> Any:
    return _plain({name: value for name, value in members.items() if name != "examples"})


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
