"""The shipped definitions as a whole: what every field, choice and rule must offer its readers."""

import re

import pytest

from artbox.catalogue import Catalogue, Level, Release
from artbox.catalogue.model import Coarsening, FieldType


def test_the_example_release_says_so(release: Release) -> None:
    assert release.status == "Muster"
    assert list(release.registers) == ["DIR", "QSReproMed", "FertiPROTEKT", "DERI"]
    assert all(register.status == "Muster" for register in release.registers.values())


def test_the_current_release_is_the_one_for_today(shipped: Catalogue) -> None:
    assert shipped.current.version in shipped.releases


def test_fields_cover_all_levels_and_sections(release: Release) -> None:
    assert {field.level for field in release.fields.values()} == set(Level)
    assert {field.section for field in release.fields.values()} == set(release.sections)


def test_every_choice_list_is_used(release: Release) -> None:
    used = {field.choices for field in release.fields.values()}
    assert set(release.choice_lists) <= used


def test_every_register_receives_something(release: Release) -> None:
    for register in release.registers:
        assert len(release.received_by(register)) >= 5


def test_every_rule_concerns_a_register(release: Release) -> None:
    assert all(rule.registers for rule in release.rules.values())


def test_every_date_is_a_key_date(release: Release) -> None:
    for field in release.fields.values():
        assert field.key_date is (field.type in (FieldType.DATE, FieldType.DATETIME))


def test_no_key_date_stays_exact_when_anonymised(release: Release) -> None:
    assert all(
        field.anonymised.level is not Coarsening.KEEP for field in release.fields.values() if field.key_date
    )


def test_ids_are_stable(release: Release) -> None:
    """An id is never given a second meaning: these kinds keep their numbers."""
    assert {check.id: check.kind for check in release.checks.values()} == {
        "F01": "structure",
        "F02": "unknown_field",
        "F03": "master_data",
        "F04": "wrong_type",
        "F05": "not_in_list",
        "F06": "hard_range",
        "F07": "mandatory_missing",
        "F08": "too_many_digits",
        "F09": "bad_date",
        "F10": "text_form",
        "F11": "wrong_centre",
        "F12": "soft_range",
        "F13": "future_date",
        "F14": "duplicate",
        "F15": "mandatory_unknown",
        "F16": "unknown_marker",
        "F17": "too_many_entries",
        "F18": "unknown_version",
        "F19": "looks_like_master_data",
    }


@pytest.mark.parametrize("language", ["de", "en"])
def test_texts_are_sentences(release: Release, language: str) -> None:
    messages = {rule.id: rule.message for rule in release.rules.values()}
    messages |= {check.id: check.message for check in release.checks.values()}
    for name, message in messages.items():
        assert re.search(r"[.)]$", message[language]), name
        assert "  " not in message[language], name


def test_texts_answer_by_language(release: Release) -> None:
    label = release.fields["opu_date"].label
    assert label.de == label["de"] == str(label) == "Datum der Follikelpunktion"
    with pytest.raises(KeyError):
        label["fr"]
