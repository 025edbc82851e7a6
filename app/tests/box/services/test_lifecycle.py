"""The state of a box: setup, ready, locked, and open again."""

import threading
from collections.abc import Callable

import pytest

from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.adapters.vault import PlainVault
from artbox.box.application import Application
from artbox.box.domain.audit import AuditTag
from artbox.box.domain.keyring import Keyring
from artbox.box.domain.keys import ServiceKeys
from artbox.box.domain.states import BoxState
from artbox.box.errors import (
    BoxLocked,
    KeyringMissing,
    NotLocked,
    SetupAlreadyDone,
    SetupIncomplete,
    StoreUnreadable,
    VaultRefused,
)
from tests.box.real_parts import ADMINISTRATOR, PASSWORD, Box


def state_of(application: Application) -> BoxState:
    return application.lifecycle.state


def test_a_new_box_is_in_setup_and_knows_nothing(fresh: Box) -> None:
    application = fresh.application
    assert state_of(application) is BoxState.SETUP
    assert application.setup.missing() == ["centre", "administrator"]
    with pytest.raises(KeyringMissing):
        application.lifecycle.open(fresh.keys, first=True)


def test_locking_and_opening(box: Box) -> None:
    application = box.application
    calls: list[str] = []
    application.lifecycle.on_locked(lambda: calls.append("ended"))
    with pytest.raises(NotLocked):
        application.lifecycle.open(box.keys)
    application.lifecycle.lock(actor=ADMINISTRATOR)
    assert calls == ["ended"]
    assert state_of(application) is BoxState.LOCKED
    application.lifecycle.open(box.keys)
    assert state_of(application) is BoxState.READY
    tags = [row.tag for row in application.audit.recent(3)]
    assert tags == [AuditTag.BOX_UNLOCKED, AuditTag.BOX_LOCKED, AuditTag.BOX_SET_UP]


def test_the_process_ends_even_when_the_vault_does_not_close(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    box.application.lifecycle.on_locked(lambda: calls.append("ended"))

    def refused(_: PlainVault) -> None:
        raise VaultRefused(reason="busy")

    monkeypatch.setattr(PlainVault, "close", refused)
    with pytest.raises(VaultRefused):
        box.application.lifecycle.lock()
    assert calls == ["ended"]
    assert state_of(box.application) is BoxState.LOCKED


def test_a_locked_box_answers_nothing(box: Box) -> None:
    application = box.application
    token = box.token()
    application.lifecycle.lock()
    calls: list[Callable[[], object]] = [
        lambda: application.accounts.authenticate(ADMINISTRATOR, PASSWORD, "10.0.0.1"),
        lambda: application.accounts.session("x"),
        lambda: application.tokens.verify("x"),
        lambda: application.tokens.create("Programm"),
        lambda: application.intake.receive(b"{}", token=token),
        application.intake.recent,
        lambda: application.intake.report("x"),
        application.delivery.deliver,
        application.delivery.packages,
        application.delivery.waiting,
        application.status.snapshot,
        application.audit.recent,
        application.audit.checked,
        application.people.all,
        application.demo.run,
    ]
    for call in calls:
        with pytest.raises(BoxLocked):
            call()


def test_wrong_keys_leave_the_box_locked(box: Box) -> None:
    box.application.lifecycle.lock()
    with pytest.raises(StoreUnreadable):
        box.application.lifecycle.open(ServiceKeys.derive(bytes(32)))
    assert state_of(box.application) is BoxState.LOCKED
    box.application.lifecycle.open(box.keys)


def test_a_lost_database_is_never_replaced_by_an_empty_one(box: Box) -> None:
    box.application.lifecycle.lock()
    box.settings.database_path.unlink()
    with pytest.raises(StoreUnreadable) as refused:
        box.application.lifecycle.open(box.keys)
    assert refused.value.fields["reason"] == "missing"
    assert not box.settings.database_path.exists()
    with pytest.raises(SetupAlreadyDone):
        box.application.lifecycle.open(box.keys, first=True)


def test_a_session_does_not_outlive_the_lock(box: Box) -> None:
    session_id = box.application.accounts.authenticate(ADMINISTRATOR, PASSWORD, "10.0.0.1")
    box.application.lifecycle.lock()
    box.application.lifecycle.open(box.keys)
    assert box.application.accounts.session(session_id) is None


def test_two_openings_at_once_are_one(box: Box) -> None:
    box.application.lifecycle.lock()
    refusals: list[BaseException] = []

    def open_it() -> None:
        try:
            box.application.lifecycle.open(box.keys)
        except NotLocked as refusal:
            refusals.append(refusal)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 3


def test_busy_lies_over_ready(box: Box) -> None:
    lifecycle = box.application.lifecycle
    with lifecycle.busy("backup"):
        assert (lifecycle.state, lifecycle.busy_with) == (BoxState.BUSY, "backup")
    assert (lifecycle.state, lifecycle.busy_with) == (BoxState.READY, None)


def test_keys_before_the_draft_is_complete_are_refused(fresh: Box, ring: tuple[Keyring, bytes]) -> None:
    settings = fresh.settings
    KeyringFile(settings.keyring_path, settings.pending_keyring_path).write_pending(ring[0])
    with pytest.raises(SetupIncomplete) as refused:
        fresh.application.lifecycle.open(fresh.keys, first=True)
    assert refused.value.fields["missing"] == ["centre", "administrator"]
    assert not settings.database_path.exists()
    assert Application(settings).lifecycle.state is BoxState.SETUP
