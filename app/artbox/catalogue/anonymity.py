"""Reads what keeps an anonymised record from standing alone: its group's fields, and the further steps."""

from collections.abc import Mapping
from itertools import chain

from artbox.catalogue.definition_files import Entry
from artbox.catalogue.field_loading import Known, load_anonymisation
from artbox.catalogue.model import Anonymisation, Anonymity, Field, Level


def load_anonymity(file: Entry, fields: Mapping[str, Field], known: Known) -> Anonymity:
    """Read anonymity.yml; raises CatalogueError for a field or level that cannot be."""
    item = Entry(file.file, "anonymity", file.mapping("anonymity"))
    group, steps = item.words("group"), item.optional("steps")
    if not group:
        raise item.error("group is missing", "Name the fields that a record has to share with others")
    if not isinstance(steps, list) or not all(isinstance(step, dict) and step for step in steps):
        raise item.error("steps is no list of fields with a level", "Write - field: {bands: [0, 35]}")
    strange = [name for name in chain(group, *steps) if name not in fields]
    strange += [name for name in group if name in fields and fields[name].level is Level.CHILD]
    if strange:
        raise item.error(f"{', '.join(strange)} is no field of patient or cycle", "Use names of fields.yml")
    item.word("source")
    item.close()
    return Anonymity(group, tuple(_step(item, step, fields, known) for step in steps))


def _step(
    item: Entry, step: Mapping[str, object], fields: Mapping[str, Field], known: Known
) -> Mapping[str, Anonymisation]:
    levels = {}
    for name, level in step.items():
        content = {"anonymised": level, "choices": fields[name].choices}
        entry = Entry(item.file, f"{item.name}/{name}", content)
        levels[name] = load_anonymisation(entry, fields[name].type, known, fields[name].origin)
    return levels
