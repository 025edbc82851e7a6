"""Browsers in front of boxes in different states."""

import json
from typing import Any

import pytest

from artbox.catalogue.synthetic import documents
from tests.box.browsing import Browser
from tests.box.real_parts import Box


@pytest.fixture
def visitor(box: Box) -> Browser:
    """Somebody in the LAN, not signed in, in front of an open box."""
    return Browser.of(box.application)


@pytest.fixture
def administrator(visitor: Browser) -> Browser:
    return visitor.sign_in()


@pytest.fixture
def report(box: Box) -> dict[str, Any]:
    """The report of an import that has come in."""
    document = next(documents(box.application.catalogue.current, centre_no=box.centre_no, patients=2, seed=5))
    return box.application.intake.receive(json.dumps(document).encode(), token=box.token())
