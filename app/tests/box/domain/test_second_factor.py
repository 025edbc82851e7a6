"""One-time passwords against the vectors of RFC 6238 (appendix B) and RFC 4226 (appendix D)."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from artbox.box.domain.codes import ALPHABET, initial_password
from artbox.box.domain.second_factor import (
    accepted_step,
    new_recovery_codes,
    new_secret,
    recovery_hash,
    typed_secret,
)

SECRET = b"12345678901234567890"
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert TOTP(SECRET, 8, SHA1(), 30).generate(seconds) == code.encode()  # noqa: S303
    moment = datetime.fromtimestamp(seconds, UTC)
    assert accepted_step(SECRET, code[-6:], moment, last_step=0) == seconds // 30


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(steps: int, accepted: bool) -> None:
    moment = datetime.fromtimestamp(1111111111, UTC) + timedelta(seconds=30 * steps)
    assert (accepted_step(SECRET, "050471", moment, last_step=0) is not None) is accepted


def test_a_step_is_accepted_once_and_none_before_it() -> None:
    moment = datetime.fromtimestamp(1111111111, UTC)
    step = accepted_step(SECRET, "050 471", moment, last_step=0)
    assert step == 37037037
    assert accepted_step(SECRET, "050471", moment, last_step=step) is None
    assert accepted_step(SECRET, "081804", moment, last_step=step) is None


@pytest.mark.parametrize("code", ["", "05047", "0504711", "05047a", "٠٥٠٤٧١", "x" * 10_000])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert accepted_step(SECRET, code, datetime.fromtimestamp(1111111111, UTC), last_step=0) is None


def test_secrets_are_random_and_typed_in_groups() -> None:
    assert len(new_secret()) == 20
    assert new_secret() != new_secret()
    assert typed_secret(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def test_recovery_codes_are_many_different_and_forgiving() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(code) == 14 for code in codes)
    assert recovery_hash(codes[0].upper().replace("-", "  ")) == recovery_hash(codes[0])
    assert recovery_hash("\ud800") != recovery_hash(codes[0])


def test_codes_hold_nothing_that_looks_alike() -> None:
    assert not set("0o1il") & set(ALPHABET)
    assert len(initial_password()) == 19
