"""Documents of strangers: bounded, and readable in one way only."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artbox.box.domain import documents, limits
from artbox.box.errors import DocumentRefused


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"\xff{}", "not-json"),
        (b'{"a": 1, "a": 2}', "not-json"),
        (b'{"a": {"b": 1, "b": 2}}', "not-json"),
        (b'{"a": NaN}', "not-json"),
        (b'{"a": -Infinity}', "not-json"),
        (b'{"a": 1e999}', "not-json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not-json"),
        (b'{"a": "\\ud800"}', "not-json"),
        (b'{"\\udc00": 1}', "not-json"),
        (b"[]", "not-a-document"),
        (b"null", "not-a-document"),
        (b"[" * 100_000, "too-deep"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "too-deep"),
        (b" " * (limits.DOCUMENT_BYTES + 1), "too-large"),
    ],
)
def test_what_is_refused(document: bytes, reason: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        documents.read(document)
    assert refused.value.fields["reason"] == reason


def test_a_whole_character_outside_the_first_plane_is_read() -> None:
    assert documents.read(b'{"a": "\\ud83d\\ude00 \xc3\xbc"}') == {"a": "😀 ü"}


@given(st.binary(max_size=200))
def test_nothing_but_a_refusal_comes_of_noise(noise: bytes) -> None:
    with contextlib.suppress(DocumentRefused):
        assert isinstance(documents.read(noise), dict)
