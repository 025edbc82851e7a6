"""The shipped catalogue, and a way to change a copy of it for one test."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from artbox import catalogue
from artbox.catalogue import Catalogue, Release
from artbox.catalogue.loading import SHIPPED

UNTIL = date(2026, 7, 1)
Edit = Callable[[str, str, str], Path]


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    return catalogue.load()


@pytest.fixture(scope="session")
def release(shipped: Catalogue) -> Release:
    return shipped.release("2026.1")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A writable copy of the shipped definitions."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "definitions"))


@pytest.fixture
def edited(copy: Path) -> Edit:
    """Replace the first occurrence of a text in one file of the copy; answers the copy's folder."""

    def edit(file: str, old: str, new: str) -> Path:
        path = copy / "2026.1" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return copy

    return edit
