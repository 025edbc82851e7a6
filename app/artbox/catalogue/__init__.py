"""The registers' definition as data, and what is derived from it.

YAML files per release, side by side, are the one source of validator, JSON Schema, information pages,
projections and test data. This package imports nothing else of the project.
"""

from functools import cache
from pathlib import Path

from artbox.catalogue.catalogue import Catalogue
from artbox.catalogue.errors import CatalogueError
from artbox.catalogue.loading import SHIPPED, load_definitions
from artbox.catalogue.model import (
    Assurance,
    AssuredBy,
    Check,
    Choice,
    ChoiceList,
    Field,
    Finding,
    Kind,
    Level,
    Origin,
    ProspectivityRule,
    Register,
    Rule,
    Severity,
    Text,
)
from artbox.catalogue.projection import Disguise, Projection, Traits
from artbox.catalogue.release import Release

__all__ = [
    "Assurance",
    "AssuredBy",
    "Catalogue",
    "CatalogueError",
    "Check",
    "Choice",
    "ChoiceList",
    "Disguise",
    "Field",
    "Finding",
    "Kind",
    "Level",
    "Origin",
    "Projection",
    "ProspectivityRule",
    "Register",
    "Release",
    "Rule",
    "Severity",
    "Text",
    "Traits",
    "load",
]


def load(directory: Path | None = None) -> Catalogue:
    """Read and judge every release below `directory` (default: the shipped definitions).

    The shipped definitions are read once per process. Raises CatalogueError, naming file, entry and remedy,
    when a definition must not be used.
    """
    return _shipped() if directory is None else _read(directory)


@cache
def _shipped() -> Catalogue:
    return _read(SHIPPED)


def _read(directory: Path) -> Catalogue:
    definitions = load_definitions(directory)
    return Catalogue({definition.version: Release(definition) for definition in definitions})
