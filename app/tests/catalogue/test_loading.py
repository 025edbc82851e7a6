"""A definition is used only when it is whole: every defect names its file, its entry and a remedy."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from artbox import catalogue
from artbox.catalogue import CatalogueError

Edit = Callable[[str, str, str], Path]

BIRTH = "    registers: []\n    anonymised: drop\n    identifier: true"

DEFECTS = [
    ("fields.yml", "  female_birth_date:", "  name: x\n  female_birth_date:", "name", "is no mapping"),
    ("fields.yml", "  cycle_start_date:\n", "  bmi:\n", "file", "defined twice: bmi"),
    ("fields.yml", BIRTH, BIRTH.replace("[]", "[DIR]"), "female_birth_date", "identifier is assigned"),
    (
        "fields.yml",
        "registers: [DIR, DERI]",
        "registers: [DIR, XYZ]",
        "partner_constellation",
        "unknown register XYZ",
    ),
    ("fields.yml", "    registers: [DIR, DERI]\n", "", "partner_constellation", "registers is missing"),
    ("fields.yml", "    anonymised: year\n", "", "cycle_start_date", "anonymised is missing"),
    ("fields.yml", "    anonymised: year\n", "    anonymised: keep\n", "cycle_start_date", "exact date"),
    ("fields.yml", "{bands: [18.5, 25, 30, 35]}", "{bands: [25, 18.5]}", "bmi", "do not rise"),
    ("fields.yml", "{bands: [18.5, 25, 30, 35]}", "year", "bmi", "no date"),
    ("fields.yml", "{map: {none: none, ", "{map: {", "pgt_method", "does not name every code"),
    (
        "fields.yml",
        "offset_days: cycle_start_date",
        "offset_days: cycle_start",
        "cancel_date",
        "no date field",
    ),
    ("fields.yml", "choices: infertility_type", "choices: infertility", "infertility_type", "Use one of"),
    ("fields.yml", "    hard: [12, 70]\n", "", "bmi", "without hard range"),
    ("fields.yml", "hard: [12, 70]", "hard: [70, 12]", "bmi", "upside down"),
    ("fields.yml", "hard: [12, 70]", "hard: [low, 70]", "bmi", "neither number nor date"),
    (
        "fields.yml",
        "label: {de: Body-Mass-Index, en: Body mass index}",
        "label: {de: BMI}",
        "bmi",
        "lacks a language",
    ),
    ("fields.yml", "en: Body mass index}", "en: ''}", "bmi", "empty text"),
    ("fields.yml", "    type: decimal\n", "    type: float\n", "bmi", "Use one of"),
    ("fields.yml", "    digits: 1\n", "    digts: 1\n", "bmi", "digits is missing"),
    ("anonymity.yml", "[cycle_start_date, ", "[cycle_start, ", "anonymity", "cycle_start is no field"),
    ("anonymity.yml", "[cycle_start_date, ", "[child_sex, ", "anonymity", "child_sex is no field"),
    ("anonymity.yml", "residence_region: drop", "residence_region: year", "residence_region", "no date"),
    ("anonymity.yml", "    - residence_region: drop\n", "    - {}\n", "anonymity", "steps is no list"),
    ("fields.yml", "  bmi:", "  patient_ref:", "patient_ref", "no permitted name"),
    ("fields.yml", "    origin: document\n", "", "centre_no", "no permitted name"),
    ("fields.yml", "formula: n_2pn == 0 and", "formula: n_2pn and", "fert_failure", "not a yes/no"),
    (
        "fields.yml",
        "choices: infertility_type\n",
        "choices: infertility_type\n    repeats: true\n",
        "",
        "repeats",
    ),
    ("fields.yml", "  bmi:", "  today:", "file", "word of the conditions"),
    ("fields.yml", "origin: derived", "origin: box", "female_birth_year", "formula and origin"),
    (
        "fields.yml",
        "years(female_birth_date, cycle_start_date)",
        "years(born, cycle_start_date)",
        "",
        "unknown field",
    ),
    ("fields.yml", "years(female_birth_date, cycle_start_date)", "given(bmi)", "", "unknown function|not a"),
    (
        "fields.yml",
        "years(female_birth_date, cycle_start_date)",
        "female_age_at_start + 1",
        "",
        "from a derived",
    ),
    ("fields.yml", "years(female_birth_date, cycle_start_date)", "child_weight_g + 1", "", "deeper level"),
    ("fields.yml", "  child_no:\n    level: child", "  child_no:\n    level: cycle", "file", "child_no"),
    (
        "choices.yml",
        "      ivf: {de: IVF, en: IVF}\n",
        "      ivf: {de: IVF}\n",
        "treatment_type/codes",
        "lacks",
    ),
    ("choices.yml", "      ivf: {de", "      icsi: {de", "file", "defined twice: icsi"),
    ("registers.yml", '== "fertility_protection"', '== "protection"', "FertiPROTEKT", "not in the list"),
    ("release.yml", 'version: "2026.1"', 'version: "2026.2"', "file", "differs from its folder"),
    ("release.yml", "2026-01-01", "2026-13-01", "file", "no date"),
    ("release.yml", "  cycles: 100\n", "", "limits", "cycles is missing"),
    ("release.yml", "status: Muster", "state: Muster", "file", "status is missing"),
    ("rules.yml", "opu_date <= et_date", "opu_date <= et_day", "D05", "unknown field et_day"),
    ("rules.yml", "opu_date <= et_date", "opu_date >= et_date", "D05/examples/sound", "is faulty"),
    ("rules.yml", "opu_date <= et_date", "opu_date <= today", "D05", "et_date|Use one of"),
    (
        "rules.yml",
        "embryos_transferred <= 3",
        "embryos_transferred <= 30",
        "C10",
        "outside the field's hard range",
    ),
    (
        "rules.yml",
        "embryos_transferred <= 3\n",
        "embryos_transferred <= 12\n",
        "C10/examples/faulty",
        "is sound",
    ),
    (
        "rules.yml",
        'when: treatment_type == "ivf"',
        'when: treatment_type == "icsi"',
        "T01/examples",
        "when|is sound",
    ),
    ("rules.yml", "  D02:\n", "  D01:\n", "file", "defined twice: D01"),
    ("rules.yml", "  D02:\n", "  F02:\n", "F02", "no rule id"),
    ("rules.yml", "  D02:\n", "  D2:\n", "D2", "no rule id"),
    (
        "rules.yml",
        "    kind: unknown_field\n",
        "    kind: structure\n",
        "file",
        "kind structure is declared 2",
    ),
    ("rules.yml", "{field}: Der Wert hat nicht", "{value}: Der Wert hat nicht", "F04", "placeholder value"),
    ("master_data.yml", "(?P<code>[0-9]{5})", "(?P<code>[0-9]{5}", "place", "pattern"),
    ("master_data.yml", "(?P<code>[0-9]{5})", "(?P<code>[0-9]{5,})", "place", "without bound"),
    ("master_data.yml", "(?P<code>[0-9]{5})", "(?P<code>[0-9]+)", "place", "without bound"),
    (
        "master_data.yml",
        '    patterns: ["(?<![A-Za-z0-9])[0-9]{2}',
        '    cues: ["',
        "pension",
        "patterns is missing",
    ),
    ("master_data.yml", "proof: place", "proof: guess", "place", "proof is 'guess'"),
    ("master_data.yml", "zwickau]", "Zürich]", "file", "plain small letters"),
    ("master_data.yml", "DE: 22", "DE: 2", "file", "DE is out of form"),
    ("master_data.yml", "[female_birth_date]", "[opu_date]", "names", "no date of the patient"),
    (
        "rules.yml",
        "require: given(opu_date)",
        "require: opu_date <= today",
        "C13/examples/faulty",
        "undecidable",
    ),
    (
        "rules.yml",
        "when: oocytes_retrieved > 0",
        "when: not given(n_2pn)",
        "C13/examples/missing",
        "as a fault",
    ),
    ("rules.yml", "oocytes_mii: 10}", "oocytes_mii: 100}", "C04/examples/faulty", "not permitted"),
    ("rules.yml", "oocytes_mii: 10}", "mature: 10}", "C04/examples/faulty", "unknown field mature"),
    (
        "rules.yml",
        "liegt mehr als 35 Tage nach dem Zyklusbeginn",
        "liegt vor dem Zyklusbeginn",
        "D02",
        "same message",
    ),
    (
        "stories.yml",
        "first: true\n    after: [ivf_",
        "first: true\n    after: [xyz_",
        "file",
        "follows unknown",
    ),
    (
        "stories.yml",
        "treatment_type: ivf\n",
        "treatment_type: IVF\n",
        "ivf_without_pregnancy",
        "not permitted",
    ),
    (
        "stories.yml",
        "n_2pn: {share_of: n_ins",
        "n_2pn: {part_of: n_ins",
        "ivf_without_pregnancy",
        "cannot be read",
    ),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "entry", "problem"),
    DEFECTS,
    ids=[f"{number}-{defect[3]}" for number, defect in enumerate(DEFECTS)],
)
def test_defect_is_refused(edited: Edit, file: str, old: str, new: str, entry: str, problem: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        catalogue.load(edited(file, old, new))
    error = refused.value
    assert error.file == f"2026.1/{file}"
    assert entry in error.entry
    assert error.remedy
    assert any(part in str(error) for part in problem.split("|"))


def test_a_rule_may_insist_on_a_decision(edited: Edit) -> None:
    directory = edited("rules.yml", "  C04:\n", "  C04:\n    undecided: finding\n")
    release = catalogue.load(directory).release("2026.1")
    patient = {
        "patient_ref": "p",
        "female_birth_date": "1990-01-01",
        "consents": [],
        "cycles": [{"cycle_ref": "c", "treatment_type": "none", "cycle_start_date": "2026-03-01"}],
    }
    found = release.check(patient, 0, centre_no=1, today=date(2026, 7, 1))
    assert [finding.rule for finding in found] == ["C04"]


def test_such_a_rule_must_leave_its_missing_example_open(edited: Edit) -> None:
    edited(
        "rules.yml", "missing: {oocytes_retrieved: 9, ", "missing: {oocytes_retrieved: 9, oocytes_mii: 9}\n#"
    )
    directory = edited("rules.yml", "  C04:\n", "  C04:\n    undecided: finding\n")
    with pytest.raises(CatalogueError, match="is decided although"):
        catalogue.load(directory)


@pytest.mark.parametrize(
    "name", ["release", "fields", "choices", "rules", "registers", "stories", "assurances", "prospectivity"]
)
def test_every_file_is_needed(copy: Path, name: str) -> None:
    (copy / "2026.1" / f"{name}.yml").unlink()
    with pytest.raises(CatalogueError, match="cannot be read"):
        catalogue.load(copy)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="holds no release"):
        catalogue.load(tmp_path)


def test_no_code_is_run_from_yaml(edited: Edit) -> None:
    with pytest.raises(CatalogueError, match="no valid YAML"):
        catalogue.load(edited("fields.yml", "fields:", "x: !!python/object/apply:os.getcwd []\nfields:"))
