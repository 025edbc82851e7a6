"""Enrolment's forms: codes as people type them, requests and answers as programs send them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artbox.wire import enrolment
from artbox.wire.enrolment import CODE_ALPHABET, EnrolmentAnswer, EnrolmentRequest, ProblemType
from artbox.wire.errors import EnrolmentMalformed


def test_a_new_code_is_written_in_three_groups_and_never_twice() -> None:
    codes = {enrolment.new_code() for _ in range(100)}
    assert len(codes) == 100
    for code in codes:
        assert enrolment.written_code(enrolment.normalise_code(code)) == code


@given(st.text(CODE_ALPHABET, min_size=12, max_size=12))
def test_a_code_survives_being_written_and_typed(code: str) -> None:
    assert enrolment.normalise_code(enrolment.written_code(code)) == code
    assert enrolment.normalise_code(f"  {enrolment.written_code(code).lower()} ") == code


@pytest.mark.parametrize(
    "typed", ["O1IL-abcd-efgh", "0111 ABCD EFGH", "oiil.abcd.efgh", "0111–ABCD—EFGH", "0111ABCDEFGH"]
)
def test_what_looks_alike_is_the_same(typed: str) -> None:
    assert enrolment.normalise_code(typed) == "0111ABCDEFGH"


@pytest.mark.parametrize(
    "typed", ["", "ABCD", "ABCD-EFGH-JKM", "ABCD-EFGH-JKMNP", "ABCD-EFGH-JKMU", "x" * 101]
)
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(EnrolmentMalformed):
        enrolment.normalise_code(typed)


def test_requests_and_answers_are_read_as_they_were_written() -> None:
    request = EnrolmentRequest("ABCD-EFGH-JKMN", 123, "csr")
    answer = EnrolmentAnswer("certificate", "ca", "box-1")
    assert EnrolmentRequest.from_json(request.to_json()) == request
    assert EnrolmentAnswer.from_json(answer.to_json()) == answer


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"code": "a", "centre_no": "1", "csr": ""},
        {"code": "a", "centre_no": 0, "csr": ""},
        {"code": "a", "centre_no": 10000, "csr": ""},
        {"code": "a", "centre_no": True, "csr": ""},
        {"code": 1, "centre_no": 1, "csr": ""},
        {"code": "a", "centre_no": 1, "csr": "x" * 8193},
    ],
)
def test_other_requests_are_refused(body: object) -> None:
    with pytest.raises(EnrolmentMalformed):
        EnrolmentRequest.from_json(body)


@pytest.mark.parametrize(
    "body", [None, {}, {"certificate": "", "ca": ""}, {"certificate": 1, "ca": "", "box_id": ""}]
)
def test_other_answers_are_refused(body: object) -> None:
    with pytest.raises(EnrolmentMalformed):
        EnrolmentAnswer.from_json(body)


def test_reasons_for_a_refusal_are_the_agreed_ones() -> None:
    assert ProblemType("urn:artbox:problem:code-used").reason == "code-used"
    assert {kind.reason for kind in ProblemType} >= {"code-unknown", "code-expired", "centre-mismatch"}
