"""Unlocking with the master password, over the real control socket."""

import json
from datetime import datetime, timedelta

import pytest

from artbox.box.adapters.control_client import ControlClient
from artbox.box.errors import (
    KeyringDamaged,
    KeyringMissing,
    NotLocked,
    ServiceUnreachable,
    Throttled,
    WrongMasterPassword,
)
from artbox.box.services.unlocking import Unlocking
from tests.box.real_parts import MASTER_PASSWORD, Box


@pytest.fixture
def unlocking(box: Box, control: ControlClient) -> Unlocking:
    box.application.lifecycle.lock()
    return Unlocking(box.settings, control, now=box.clock)


def test_the_right_password_opens_the_box(unlocking: Unlocking, control: ControlClient) -> None:
    unlocking.unlock(MASTER_PASSWORD)
    assert control.state()["state"] == "ready"
    with pytest.raises(NotLocked):
        unlocking.unlock(MASTER_PASSWORD)


def test_wrong_passwords_cost_growing_time_even_after_a_restart(
    unlocking: Unlocking, control: ControlClient, box: Box
) -> None:
    moment = box.clock()
    for expected in (1, 2, 4):
        with pytest.raises(WrongMasterPassword):
            _at(moment, box, control).unlock("Regenschirm Kantine Murmel")
        again = _at(moment, box, control)
        assert again.wait_seconds() == expected
        with pytest.raises(Throttled) as throttled:
            again.unlock(MASTER_PASSWORD)
        assert throttled.value.fields["wait_seconds"] == expected
        moment += timedelta(seconds=expected)
    _at(moment, box, control).unlock(MASTER_PASSWORD)
    assert unlocking.wait_seconds() == 0
    assert box.application.audit.recent(1)[0].detail == {"failures": 3}


def _at(moment: datetime, box: Box, control: ControlClient) -> Unlocking:
    """A process of its own, at a moment that stands still however slow this machine is."""
    return Unlocking(box.settings, control, now=lambda: moment)


def test_an_endless_password_is_wrong_without_being_derived(unlocking: Unlocking) -> None:
    with pytest.raises(WrongMasterPassword):
        unlocking.unlock("x" * 2000)


def test_a_damaged_keyring_is_not_called_a_wrong_password(unlocking: Unlocking, box: Box) -> None:
    content = json.loads(box.settings.keyring_path.read_text())
    content["kdf"]["iterations"] = 4
    box.settings.keyring_path.write_text(json.dumps(content))
    with pytest.raises(KeyringDamaged):
        unlocking.unlock(MASTER_PASSWORD)
    assert unlocking.wait_seconds() == 0


def test_a_box_without_a_keyring_says_so(unlocking: Unlocking, box: Box) -> None:
    box.settings.keyring_path.unlink()
    with pytest.raises(KeyringMissing):
        unlocking.unlock(MASTER_PASSWORD)


def test_a_service_that_is_not_there_is_said(box: Box) -> None:
    unlocking = Unlocking(box.settings, ControlClient(box.settings.run_dir / "nobody.sock"))
    with pytest.raises(ServiceUnreachable):
        unlocking.unlock(MASTER_PASSWORD)
