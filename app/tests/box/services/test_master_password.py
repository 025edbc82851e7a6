"""Changing the master password, raising its cost, recovering an administrator: over the real socket."""

from dataclasses import replace
from datetime import timedelta

import pytest

from artbox.box.adapters.control_client import ControlClient, Person
from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.domain.accounts import Role
from artbox.box.domain.audit import AuditTag
from artbox.box.domain.keyring import Keyring
from artbox.box.domain.keys import Cost
from artbox.box.domain.passwords import NewPassword
from artbox.box.domain.states import BoxState
from artbox.box.errors import (
    AdministratorUnknown,
    BoxLocked,
    MasterPasswordChangeRefused,
    MasterPasswordsDiffer,
    MasterPasswordTooShort,
    PasswordTooEasy,
    PasswordTooShort,
    Throttled,
    WrongMasterPassword,
)
from artbox.box.services.unlocking import Unlocking
from artbox.box.settings import Argon2Settings, Settings
from tests.box.people import ADDRESS, OWN_PASSWORD, add_person
from tests.box.real_parts import ADMINISTRATOR, COST, MASTER_PASSWORD, PASSWORD, Box

NEW = "Fagott Schlittschuh Pfeffer Oktober"
PERSON = Person(ADMINISTRATOR, Role.ADMINISTRATOR.value, 101)
RECOVERED = NewPassword("acht-blaue-Enten-im-Nebel", "acht-blaue-Enten-im-Nebel")


@pytest.fixture
def unlocking(box: Box, control: ControlClient) -> Unlocking:
    return Unlocking(box.settings, control, now=box.clock)


def ring_of(settings: Settings) -> Keyring:
    return KeyringFile(settings.keyring_path, settings.pending_keyring_path).read()


def tags(box: Box, count: int) -> list[AuditTag]:
    return [row.tag for row in box.application.audit.recent(count)]


def test_the_new_password_opens_and_the_old_one_does_not(unlocking: Unlocking, box: Box) -> None:
    before = ring_of(box.settings)
    unlocking.change(PERSON, MASTER_PASSWORD, NewPassword(NEW, NEW))
    assert tags(box, 1) == [AuditTag.MASTER_CHANGED]
    assert box.application.lifecycle.state is BoxState.READY
    after = ring_of(box.settings)
    assert after.salt != before.salt
    assert after.open(NEW) == before.open(MASTER_PASSWORD)
    box.application.lifecycle.lock()
    with pytest.raises(WrongMasterPassword):
        unlocking.unlock(MASTER_PASSWORD)
    box.clock.advance(timedelta(seconds=1))
    unlocking.unlock(NEW)
    assert box.application.lifecycle.state is BoxState.READY


def test_a_wrong_old_password_changes_nothing_and_costs_time(unlocking: Unlocking, box: Box) -> None:
    before = box.settings.keyring_path.read_bytes()
    with pytest.raises(WrongMasterPassword):
        unlocking.change(PERSON, "ganz und gar falsch", NewPassword(NEW, NEW))
    with pytest.raises(Throttled):
        unlocking.change(PERSON, MASTER_PASSWORD, NewPassword(NEW, NEW))
    assert box.settings.keyring_path.read_bytes() == before


@pytest.mark.parametrize(
    ("new", "repeat", "refusal"),
    [
        ("zu kurz", "zu kurz", MasterPasswordTooShort),
        (NEW, NEW + "x", MasterPasswordsDiffer),
        ("Kinderwunschzentrum", "Kinderwunschzentrum", PasswordTooEasy),
        ("Dr. Muster Dr. Muster", "Dr. Muster Dr. Muster", PasswordTooEasy),
    ],
)
def test_a_new_password_that_will_not_do_costs_no_attempt(
    unlocking: Unlocking, new: str, repeat: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        unlocking.change(PERSON, MASTER_PASSWORD, NewPassword(new, repeat))
    assert unlocking.wait_seconds() == 0


def test_only_a_fresh_administrator_may_begin(box: Box, control: ControlClient) -> None:
    accounts = box.application.accounts
    session_id = accounts.authenticate(ADMINISTRATOR, PASSWORD, ADDRESS)
    person = control.begin_master_change(session_id)
    assert (person.name, person.centre_no) == (ADMINISTRATOR, box.centre_no)
    assert tags(box, 1) == [AuditTag.MASTER_CHANGE_BEGUN]
    add_person(box, "Frau Beispiel", Role.USER)
    user = accounts.authenticate("Frau Beispiel", OWN_PASSWORD, ADDRESS)
    expected = {"": "session", "x" * 5000: "session", user: "role"}
    box.clock.advance(timedelta(minutes=6))
    for refused_id, reason in {**expected, session_id: "stale"}.items():
        with pytest.raises(MasterPasswordChangeRefused) as refused:
            control.begin_master_change(refused_id)
        assert refused.value.fields["reason"] == reason
    box.application.lifecycle.lock()
    with pytest.raises(BoxLocked):
        control.begin_master_change(session_id)


@pytest.mark.parametrize("settings_cost", [Cost(131072, 3, 4), Cost(65536, 4, 4)])
def test_unlocking_raises_the_cost_when_settings_ask_for_more(
    box: Box, control: ControlClient, settings_cost: Cost
) -> None:
    root = ring_of(box.settings).open(MASTER_PASSWORD)
    box.application.lifecycle.lock()
    argon2 = Argon2Settings(
        settings_cost.memory_kib, settings_cost.iterations, settings_cost.lanes, target_seconds=0
    )
    Unlocking(replace(box.settings, argon2=argon2), control).unlock(MASTER_PASSWORD)
    assert box.application.lifecycle.state is BoxState.READY
    raised = ring_of(box.settings)
    assert raised.cost == settings_cost
    assert raised.open(MASTER_PASSWORD) == root


def test_unlocking_calibrates_to_the_time_aimed_at(box: Box, control: ControlClient) -> None:
    box.application.lifecycle.lock()
    argon2 = Argon2Settings(COST.memory_kib, COST.iterations, COST.lanes, target_seconds=2.0)
    Unlocking(replace(box.settings, argon2=argon2), control).unlock(MASTER_PASSWORD)
    raised = ring_of(box.settings).cost
    assert raised.memory_kib == COST.memory_kib
    assert raised.iterations >= COST.iterations


def test_an_equal_cost_leaves_the_file_alone(unlocking: Unlocking, box: Box) -> None:
    before = box.settings.keyring_path.read_bytes()
    box.application.lifecycle.lock()
    unlocking.unlock(MASTER_PASSWORD)
    assert box.settings.keyring_path.read_bytes() == before


def test_the_master_password_gives_an_administrator_back_their_account(
    unlocking: Unlocking, box: Box
) -> None:
    accounts = box.application.accounts
    session_id = accounts.authenticate(ADMINISTRATOR, PASSWORD, ADDRESS)
    unlocking.recover(MASTER_PASSWORD, f" {ADMINISTRATOR.upper()} ", RECOVERED)
    assert accounts.session(session_id) is None
    assert accounts.authenticate(ADMINISTRATOR, RECOVERED.text, ADDRESS)
    row = box.application.audit.recent(2)[1]
    assert (row.tag, row.actor) == (AuditTag.PASSWORD_RECOVERED, "master-password")
    assert row.detail == {"account": ADMINISTRATOR}


def test_a_wrong_master_password_recovers_nothing(unlocking: Unlocking, box: Box) -> None:
    with pytest.raises(WrongMasterPassword):
        unlocking.recover("ganz und gar falsch", ADMINISTRATOR, RECOVERED)
    with pytest.raises(Throttled):
        unlocking.recover(MASTER_PASSWORD, ADMINISTRATOR, RECOVERED)
    assert box.application.accounts.authenticate(ADMINISTRATOR, PASSWORD, ADDRESS)


def test_only_an_administrators_account_is_recovered_so(unlocking: Unlocking, box: Box) -> None:
    add_person(box, "Frau Beispiel", Role.USER)
    for name in ("Frau Beispiel", "Niemand", ""):
        with pytest.raises(AdministratorUnknown) as refused:
            unlocking.recover(MASTER_PASSWORD, name, RECOVERED)
        assert refused.value.fields["names"] == ADMINISTRATOR


def test_a_weak_new_password_is_refused_before_anything_is_tried(unlocking: Unlocking) -> None:
    for text, refusal in (("kurz", PasswordTooShort), ("Passwort1234", PasswordTooEasy)):
        with pytest.raises(refusal):
            unlocking.recover("falsch", ADMINISTRATOR, NewPassword(text, text))
    assert unlocking.wait_seconds() == 0
