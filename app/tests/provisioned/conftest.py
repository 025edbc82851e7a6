"""The pair of machines that the scenario has provisioned, and a centre using the box."""

from typing import Any

import pytest

from machines import labs
from tests.centre import Centre
from tests.provisioned.machine import Reached

Facts = dict[str, Any]


@pytest.fixture(scope="session")
def facts() -> Facts:
    """What `box.json` says about the pair."""
    return labs.facts("testing")


@pytest.fixture(scope="session")
def box(facts: Facts) -> Reached:
    """The box."""
    return Reached(facts["ssh"]["box"])


@pytest.fixture(scope="session")
def server(facts: Facts) -> Reached:
    """The server."""
    return Reached(facts["ssh"]["server"])


@pytest.fixture(scope="session")
def centre(facts: Facts) -> Centre:
    """A centre that has set its box up."""
    staff = Centre.of(facts)
    if staff.state() == "setup":
        staff.set_up(facts["enrolment_code"])
    return staff
