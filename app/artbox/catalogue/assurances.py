"""Rules that no condition over one record can express, and what makes sure of them, as data.

They stand beside the rules and generic checks, so that a reader sees the whole list with an honest "by whom".
"""

import re
from collections.abc import Collection, Mapping

from artbox.catalogue.definition_files import Entry, entries
from artbox.catalogue.model import Assurance, AssuredBy, Severity

ASSURANCE_ID = re.compile(r"[A-EG-Z][0-9]{2}", re.ASCII)


def load_assurances(file: Entry, checks: Collection[str]) -> Mapping[str, Assurance]:
    """Read assurances.yml; raises CatalogueError for an unknown check or a missing explanation."""
    return {item.name: _assurance(item, checks) for item in entries(file, "assurances")}


def _assurance(item: Entry, checks: Collection[str]) -> Assurance:
    if not ASSURANCE_ID.fullmatch(item.name):
        raise item.error("is no rule id", "Use a capital letter other than F and two digits")
    by = AssuredBy(item.one_of("by", list(AssuredBy)))
    named = named_checks(item, checks)
    if by is AssuredBy.CHECKS and not named:
        raise item.error("names no check", "Name the generic checks that make sure of it")
    if by is AssuredBy.OPEN and named:
        raise item.error("is open, but names a check", "Say by: checks")
    assurance = Assurance(
        id=item.name,
        severity=Severity(item.one_of("severity", list(Severity))),
        by=by,
        checks=named,
        explanation=None if by is AssuredBy.CHECKS else item.text("explanation"),
        message=item.text("message"),
        source=item.word("source"),
    )
    item.close()
    return assurance


def named_checks(item: Entry, checks: Collection[str]) -> tuple[str, ...]:
    """Take the ids of generic checks an entry names; refuses unknown ones."""
    named = item.words("checks")
    strange = [name for name in named if name not in checks]
    if strange:
        raise item.error(f"unknown check {', '.join(strange)}", "Use the ids of `checks` in rules.yml")
    return named
