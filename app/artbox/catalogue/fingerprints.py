"""What a release demands as hashes, to tell which demands changed between two states of the catalogue."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from artbox.catalogue.model import Definition

Parts = Mapping[str, str]
"""Hash by part: `rules/O08`, `checks/F12`, `fields/bmi`, `choice_lists/…`, `registers/…`, `release`."""


def parts_of(definition: Definition) -> Parts:
    """Return the hash of everything in a release that can change a judgement; examples and stories do not."""
    return dict(_parts(definition))


def fingerprint(releases: Mapping[str, Parts]) -> str:
    """Return one hash over the parts of all releases."""
    return _hash({version: dict(parts) for version, parts in releases.items()})


def _parts(definition: Definition) -> Iterator[tuple[str, str]]:
    yield "release", _hash([definition.version, definition.valid_from, asdict(definition.limits)])
    for kind in ("rules", "checks", "fields", "choice_lists", "registers", "prospectivity"):
        for name, item in getattr(definition, kind).items():
            members = {key: value for key, value in asdict(item).items() if key != "examples"}
            yield f"{kind}/{name}", _hash(members)


def _hash(content: object) -> str:
    text = json.dumps(content, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]
