"""Signing in and out, sessions, and tokens of capture programs."""

from datetime import timedelta

import pytest

from artbox.box.domain.accounts import Role
from artbox.box.domain.audit import AuditTag
from artbox.box.errors import ProductNameInvalid, SignInFailed, Throttled, TokenUnknown
from tests.box.real_parts import ADMINISTRATOR, PASSWORD, Box

ADDRESS = "10.0.0.7"


def test_a_session_ends_idle_and_at_the_latest_after_twelve_hours(box: Box) -> None:
    accounts = box.application.accounts
    session_id = accounts.authenticate(f" {ADMINISTRATOR.upper()} ", PASSWORD, ADDRESS)
    session = accounts.session(session_id)
    assert session is not None
    assert (session.name, session.role) == (ADMINISTRATOR, Role.ADMINISTRATOR)
    for _ in range(25):
        box.clock.advance(timedelta(minutes=28))
        assert accounts.session(session_id) is not None
    box.clock.advance(timedelta(minutes=29))
    assert accounts.session(session_id) is None
    idle = accounts.authenticate(ADMINISTRATOR, PASSWORD, ADDRESS)
    box.clock.advance(timedelta(minutes=30))
    assert accounts.session(idle) is None


def test_signing_out_ends_the_session(box: Box) -> None:
    accounts = box.application.accounts
    session_id = accounts.authenticate(ADMINISTRATOR, PASSWORD, ADDRESS)
    accounts.sign_out(session_id)
    accounts.sign_out(session_id)
    assert accounts.session(session_id) is None
    assert accounts.session("") is None
    assert accounts.session("\ud800") is None


def test_failures_are_logged_without_what_was_typed_and_cost_time(box: Box) -> None:
    accounts = box.application.accounts
    for name in (ADMINISTRATOR, "Passwort-im-falschen-Feld", ADMINISTRATOR, ADMINISTRATOR):
        with pytest.raises(SignInFailed):
            accounts.authenticate(name, "falsch", ADDRESS)
    with pytest.raises(Throttled) as throttled:
        accounts.authenticate(ADMINISTRATOR, PASSWORD, ADDRESS)
    assert throttled.value.fields["wait_seconds"] == 1
    box.clock.advance(timedelta(seconds=1))
    assert accounts.authenticate(ADMINISTRATOR, PASSWORD, ADDRESS)
    rows = box.application.audit.recent(10)
    assert [row.tag for row in rows[:2]] == [AuditTag.SIGN_IN, AuditTag.SIGN_IN_THROTTLED]
    assert "Passwort-im-falschen-Feld" not in repr(rows)
    assert {row.actor for row in rows if row.tag is AuditTag.SIGN_IN_FAILED} == {ADMINISTRATOR, "unknown"}


def test_another_address_is_throttled_by_the_name_alone(box: Box) -> None:
    accounts = box.application.accounts
    for number in range(4):
        with pytest.raises(SignInFailed):
            accounts.authenticate(ADMINISTRATOR, "falsch", f"10.0.0.{number}")
    with pytest.raises(Throttled):
        accounts.authenticate(ADMINISTRATOR, PASSWORD, "10.0.0.99")


def test_a_token_is_shown_once_and_revocable(box: Box) -> None:
    tokens = box.application.tokens
    secret = tokens.create(" MedITEX  Sync ", actor=ADMINISTRATOR)
    token = tokens.verify(secret)
    assert token is not None
    assert token.product == "MedITEX Sync"
    assert secret not in repr(tokens.all())
    tokens.revoke(token.id, actor=ADMINISTRATOR)
    assert tokens.verify(secret) is None
    assert tokens.all()[0].revoked_at is not None
    with pytest.raises(TokenUnknown):
        tokens.revoke(token.id)


@pytest.mark.parametrize("secret", ["", "artbox_", "x" * 10_000, "\ud800"])
def test_other_secrets_open_nothing(box: Box, secret: str) -> None:
    assert box.application.tokens.verify(secret) is None


def test_a_token_needs_a_name(box: Box) -> None:
    with pytest.raises(ProductNameInvalid):
        box.application.tokens.create(" ")
