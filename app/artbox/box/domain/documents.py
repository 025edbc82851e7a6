"""Reading import documents from a stranger: bounded in size and depth, and without second meanings.

Doubled members, NaN, numbers beyond any measure and half characters refuse what holds them.
"""

import json
import math
import re
from collections.abc import Iterator

from artbox.box.domain import limits
from artbox.box.errors import DocumentRefused

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

Json = dict[str, object]


def read(document: bytes) -> Json:
    """Return the document's JSON object; raise DocumentRefused(reason)."""
    if len(document) > limits.DOCUMENT_BYTES:
        raise limits.exceeded("too-large", "document_bytes", limits.DOCUMENT_BYTES)
    content = parse(document)
    if not isinstance(content, dict):
        raise DocumentRefused(reason="not-a-document")
    return content


def parse(document: bytes) -> object:
    """Return the JSON value that stands in `document`; raise DocumentRefused(not-json | too-deep)."""
    try:
        content = _DECODER.decode(document.decode("utf-8"))
        if _SURROGATE.search(document):
            json.dumps(content, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise limits.exceeded("too-deep", "depth", limits.DEPTH) from error
    except ValueError as error:
        raise DocumentRefused(reason="not-json") from error
    if _deeper_than(content, limits.DEPTH):
        raise limits.exceeded("too-deep", "depth", limits.DEPTH)
    return content


class Lines:
    """Cuts a body that comes in pieces of any size into the JSON objects of its lines, numbered from 1.

    Holds one unfinished line at most. A line that is no JSON object, or too long or deep, is refused by
    its number (DocumentRefused).
    """

    def __init__(self) -> None:
        self._number = 0
        self._open: list[bytes] = []
        self._open_bytes = 0

    def feed(self, piece: bytes) -> Iterator[Json]:
        """Give the objects that `piece` completes; blank lines are passed over."""
        *ended, rest = piece.split(b"\n")
        for end in ended:
            self._append(end)
            line, self._open, self._open_bytes = b"".join(self._open), [], 0
            yield from self._read(line)
            self._number += 1
        self._append(rest)

    def end(self) -> Iterator[Json]:
        """Give the object of a last line without an end."""
        line, self._open, self._open_bytes = b"".join(self._open), [], 0
        yield from self._read(line)

    def _append(self, part: bytes) -> None:
        self._open_bytes += len(part)
        if self._open_bytes > limits.LINE_BYTES:
            raise limits.exceeded("line-too-long", "line_bytes", limits.LINE_BYTES, line=self._number + 1)
        if part:
            self._open.append(part)

    def _read(self, line: bytes) -> Iterator[Json]:
        if not line.strip():
            return
        try:
            content = parse(line)
        except DocumentRefused as error:
            reason = "line" if error.fields["reason"] == "not-json" else error.fields["reason"]
            raise DocumentRefused(**{**error.fields, "reason": reason, "line": self._number + 1}) from error
        if not isinstance(content, dict):
            raise DocumentRefused(reason="line", line=self._number + 1)
        yield content


def _members(pairs: list[tuple[str, object]]) -> Json:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _refused_constant(_: str) -> object:
    raise ValueError("not a number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number beyond any measure")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refused_constant, parse_float=_finite)


def _deeper_than(content: object, limit: int) -> bool:
    level = [content] if isinstance(content, dict | list) else []
    for _ in range(limit):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
    return bool(level)
