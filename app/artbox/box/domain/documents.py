"""Reading an import document from a stranger: bounded in size and depth, and without second meanings.

Doubled members, NaN, numbers beyond any measure and half characters refuse the document as a whole.
"""

import json
import math
import re

from artbox.box.errors import DocumentRefused

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 24
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

Json = dict[str, object]


def read(document: bytes) -> Json:
    """Return the document's JSON object; raise DocumentRefused(reason)."""
    if len(document) > MAX_BYTES:
        raise DocumentRefused(reason="too-large")
    try:
        content = json.loads(
            document.decode("utf-8"),
            object_pairs_hook=_members,
            parse_constant=_refused_constant,
            parse_float=_finite,
        )
        if _SURROGATE.search(document):
            json.dumps(content, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise DocumentRefused(reason="too-deep") from error
    except ValueError as error:
        raise DocumentRefused(reason="not-json") from error
    if not isinstance(content, dict):
        raise DocumentRefused(reason="not-a-document")
    if _deeper_than(content, MAX_DEPTH):
        raise DocumentRefused(reason="too-deep")
    return content


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


def _deeper_than(content: object, limit: int) -> bool:
    level = [content]
    for _ in range(limit):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _inside(container: object) -> list[object]:
    if isinstance(container, dict):
        return list(container.values())
    return container if isinstance(container, list) else []
