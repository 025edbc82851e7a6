"""Reads a release from its folder, refusing it as a whole when any part must not be used."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from artbox.catalogue.anonymity import load_anonymity
from artbox.catalogue.assurances import load_assurances
from artbox.catalogue.conditions.parser import RESERVED
from artbox.catalogue.conditions.vocabulary import Vocabulary, vocabulary
from artbox.catalogue.definition_files import Entry, read_file
from artbox.catalogue.errors import CatalogueError
from artbox.catalogue.field_loading import (
    Known,
    assign,
    load_choice_lists,
    load_fields,
    load_registers,
    load_sections,
)
from artbox.catalogue.master_data_loading import load_master_data
from artbox.catalogue.model import Check, Definition, Field, FieldType, Level, Limits, Register, Rule
from artbox.catalogue.proofs import ExampleReader, prove_formulas, prove_rule
from artbox.catalogue.prospectivity import load_prospectivity
from artbox.catalogue.records import CHILD_NUMBER, START_FIELD
from artbox.catalogue.rule_loading import exposure, load_checks, load_rules, read_condition
from artbox.catalogue.story_loading import load_stories

SHIPPED = Path(__file__).parent / "definitions"


def load_definitions(directory: Path) -> list[Definition]:
    """Read every release folder, ordered by the day it begins to hold."""
    folders = sorted(path for path in directory.iterdir() if path.is_dir()) if directory.is_dir() else []
    if not folders:
        raise CatalogueError(directory.name, "folder", "holds no release", "Add a folder such as 2026.1")
    releases = sorted((load_definition(folder) for folder in folders), key=lambda found: found.valid_from)
    for earlier, later in pairwise(releases):
        if earlier.valid_from == later.valid_from:
            raise CatalogueError(
                f"{later.version}/release.yml",
                "valid_from",
                f"is also the first day of {earlier.version}",
                "Let each release begin on its own day",
            )
    return releases


def load_definition(folder: Path) -> Definition:
    """Read one release; raises CatalogueError naming file, entry and remedy."""
    head = read_file(folder / "release.yml")
    sections = load_sections(head)
    choice_file, register_file = read_file(folder / "choices.yml"), read_file(folder / "registers.yml")
    choice_lists, registers = load_choice_lists(choice_file), load_registers(register_file)
    field_file, rule_file = read_file(folder / "fields.yml"), read_file(folder / "rules.yml")
    story_file, person_file = read_file(folder / "stories.yml"), read_file(folder / "master_data.yml")
    assurance_file, lag_file = read_file(folder / "assurances.yml"), read_file(folder / "prospectivity.yml")
    anonymity_file, known = read_file(folder / "anonymity.yml"), Known(sections, choice_lists, registers)
    fields = assign(register_file, load_fields(field_file, known), registers)
    _anchored(field_file, fields)
    words = vocabulary(fields, choice_lists)
    prove_formulas(field_file.file, fields, words)
    _register_conditions(register_file, registers, words)
    checks = load_checks(rule_file)
    definition = Definition(
        version=head.word("version"),
        status=head.word("status"),
        valid_from=head.day("valid_from"),
        limits=_limits(Entry(head.file, "limits", head.mapping("limits"))),
        sections=sections,
        fields=fields,
        choice_lists=choice_lists,
        rules=load_rules(rule_file, words, exposure(fields, words), checks),
        checks=checks,
        assurances=load_assurances(assurance_file, checks),
        prospectivity=load_prospectivity(lag_file, fields, choice_lists, registers),
        registers=registers,
        stories=load_stories(story_file, fields, choice_lists),
        master_data=load_master_data(person_file, fields),
        anonymity=load_anonymity(anonymity_file, fields, known),
    )
    read = (head, choice_file, register_file, field_file, rule_file, story_file, assurance_file, lag_file)
    for file in (*read, person_file, anonymity_file):
        file.close()
    _once(assurance_file, definition)
    _consistent(head, folder, definition.version)
    _prove_rules(rule_file.file, definition.rules, checks, ExampleReader(fields, choice_lists, words), words)
    return definition


def _once(file: Entry, definition: Definition) -> None:
    doubled = sorted({name[:3] for name in definition.rules} & set(definition.assurances))
    if doubled:
        raise file.error(f"{', '.join(doubled)} is also a rule between fields", "Declare it once")


def _anchored(file: Entry, fields: Mapping[str, Field]) -> None:
    """Refuse a release without the field that chooses releases and the one that tells children apart."""
    wanted = {START_FIELD: (Level.CYCLE, FieldType.DATE), CHILD_NUMBER: (Level.CHILD, FieldType.INTEGER)}
    for name, form in wanted.items():
        found = fields.get(name)
        if found is None or (found.level, found.type) != form or not found.mandatory:
            raise file.error(
                f"{name} lacks or has another form", f"Declare it: {form[0]}, {form[1]}, mandatory"
            )
    doubled = sorted(RESERVED & set(fields))
    if doubled:
        raise file.error(f"{', '.join(doubled)} is a word of the conditions", "Choose another name")


def _register_conditions(file: Entry, registers: Mapping[str, Register], words: Vocabulary) -> None:
    for register in registers.values():
        if register.cycles is not None:
            read_condition(Entry(file.file, register.name, {}), register.cycles, words)


def _limits(item: Entry) -> Limits:
    names = ("patients", "cycles", "children", "consents", "reference")
    limits = Limits(**{name: item.count(name) for name in names})
    item.close()
    return limits


def _consistent(head: Entry, folder: Path, version: str) -> None:
    if version != folder.name:
        raise head.error(f"version {version!r} differs from its folder {folder.name!r}", "Make them equal")


def _prove_rules(
    file: str,
    rules: Mapping[str, Rule],
    checks: Mapping[str, Check],
    reader: ExampleReader,
    words: Vocabulary,
) -> None:
    for rule in rules.values():
        prove_rule(file, rule, words, reader)
    texts: dict[str, str] = {}
    for name, text in [(rule.id, rule.message.de) for rule in rules.values()] + [
        (check.id, check.message.de) for check in checks.values()
    ]:
        if text in texts:
            raise CatalogueError(
                file, name, f"has the same message as {texts[text]}", "Write its own message"
            )
        texts[text] = name
