"""The control client against the real control application on a unix socket."""

from pathlib import Path

import pytest

from artbox.box.adapters.control_client import ControlClient
from artbox.box.errors import BoxLocked, KeyringMissing, ServiceUnreachable
from tests.box.real_parts import Box


def test_what_the_service_says_arrives(control: ControlClient) -> None:
    assert control.state()["state"] == "setup"
    assert control.setup_missing() == ["centre", "administrator"]


def test_a_refusal_is_raised_again_as_the_same_error(control: ControlClient, fresh: Box) -> None:
    with pytest.raises(KeyringMissing):
        control.hand_over(fresh.keys, first=True)
    with pytest.raises(BoxLocked):
        control.create_token("Testprogramm")


def test_nobody_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnreachable):
        ControlClient(tmp_path / "no.sock").state()
