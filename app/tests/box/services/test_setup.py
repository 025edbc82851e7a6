"""The first setup, with the real server and the real control socket between the two processes."""

import pytest

from artbox.box.adapters.control_client import ControlClient
from artbox.box.application import Application
from artbox.box.domain.states import BoxState
from artbox.box.errors import (
    AccountNameInvalid,
    CentreNumberInvalid,
    EnrolmentRefused,
    MasterPasswordsDiffer,
    MasterPasswordTooLong,
    MasterPasswordTooShort,
    PasswordsDiffer,
    PasswordTooLong,
    PasswordTooShort,
    SetupAlreadyDone,
    SetupIncomplete,
)
from artbox.box.services.unlocking import Unlocking
from tests.box.real_parts import ADMINISTRATOR, MASTER_PASSWORD, PASSWORD, Box, settings_with


def test_the_whole_setup(fresh: Box, control: ControlClient) -> None:
    unlocking = Unlocking(fresh.settings, control)
    fresh.prepare()
    unlocking.set_up(MASTER_PASSWORD, MASTER_PASSWORD)
    assert control.state()["state"] == "ready"
    assert fresh.application.accounts.authenticate(ADMINISTRATOR, PASSWORD, "10.0.0.1")
    assert fresh.application.setup.draft.administrator_hash is None
    with pytest.raises(SetupAlreadyDone):
        unlocking.set_up(MASTER_PASSWORD, MASTER_PASSWORD)
    with pytest.raises(SetupAlreadyDone):
        fresh.application.setup.set_administrator(ADMINISTRATOR, PASSWORD, PASSWORD)
    with pytest.raises(SetupAlreadyDone):
        fresh.application.setup.set_centre(fresh.centre_no, "ABCD-EFGH-JKMN")


@pytest.mark.parametrize(
    ("password", "repeat", "refusal"),
    [
        ("Regenschirm 14", "Regenschirm 14", MasterPasswordTooShort),
        ("x" * 1025, "x" * 1025, MasterPasswordTooLong),
        (MASTER_PASSWORD, MASTER_PASSWORD + "x", MasterPasswordsDiffer),
        (MASTER_PASSWORD, MASTER_PASSWORD, SetupIncomplete),
    ],
)
def test_a_master_password_that_is_not_taken(
    fresh: Box, control: ControlClient, password: str, repeat: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        Unlocking(fresh.settings, control).set_up(password, repeat)
    assert not fresh.settings.pending_keyring_path.exists()


@pytest.mark.parametrize(
    ("name", "password", "repeat", "refusal"),
    [
        ("x", PASSWORD, PASSWORD, AccountNameInvalid),
        (ADMINISTRATOR, "elf Zeichen", "elf Zeichen", PasswordTooShort),
        (ADMINISTRATOR, "x" * 1025, "x" * 1025, PasswordTooLong),
        (ADMINISTRATOR, PASSWORD, PASSWORD + "x", PasswordsDiffer),
    ],
)
def test_an_administrator_that_is_not_taken(
    fresh: Box, name: str, password: str, repeat: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        fresh.application.setup.set_administrator(name, password, repeat)
    assert "administrator" in fresh.application.setup.missing()


def test_the_centre_survives_a_restart_and_each_step_can_be_repeated(fresh: Box) -> None:
    code = fresh.server.code(fresh.centre_no)
    for _ in range(2):
        fresh.application.setup.set_centre(fresh.centre_no, code.lower())
    fresh.application.setup.set_administrator("Erste Person", PASSWORD, PASSWORD)
    fresh.application.setup.set_administrator(ADMINISTRATOR, PASSWORD, PASSWORD)
    assert fresh.application.setup.draft.administrator_name == ADMINISTRATOR
    again = Application(fresh.settings)
    assert again.setup.missing() == ["administrator"]
    assert again.setup.draft.centre_no == fresh.centre_no
    assert again.enrolment.status() == fresh.application.enrolment.status()


@pytest.mark.parametrize("centre_no", [0, -1, 10000])
def test_a_centre_number_out_of_range_is_refused(fresh: Box, centre_no: int) -> None:
    with pytest.raises(CentreNumberInvalid):
        fresh.application.setup.set_centre(centre_no, "ABCD-EFGH-JKMN")


def test_refusals_of_the_server_are_named(fresh: Box) -> None:
    setup, used = fresh.application.setup, fresh.server.code(fresh.centre_no)
    another_box = Application(settings_with(fresh.settings, "another"))
    another_box.setup.set_centre(fresh.centre_no, used)
    expected = {
        "not a code at all": "code-unknown",
        "ABCD-EFGH-JKMN": "code-unknown",
        used: "code-used",
        fresh.server.code(fresh.centre_no + 1000): "centre-mismatch",
    }
    for code, reason in expected.items():
        with pytest.raises(EnrolmentRefused) as refused:
            setup.set_centre(fresh.centre_no, code)
        assert refused.value.fields["reason"] == reason
    assert fresh.application.enrolment.status() is None
    assert fresh.application.lifecycle.state is BoxState.SETUP
