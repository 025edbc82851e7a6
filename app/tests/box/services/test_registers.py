"""A further register is one entry in a definition file and a certificate; what it does not name stays."""

import json
import shutil
from pathlib import Path

import pytest

from artbox import catalogue
from artbox.box.application import Application
from artbox.box.domain.deliveries import Kind
from artbox.catalogue import Catalogue
from artbox.catalogue.loading import SHIPPED
from artbox.wire import certificates
from tests.box.real_parts import Box, opened

ENTRY = """
  Fuenftes:
    label: {de: Fünftes Register, en: Fifth register}
    description: {de: Nur für diesen Test., en: For this test only.}
    status: Muster
    fields: [cycle_start_date, treatment_type, female_age_at_start]
"""
NAMED = {"cycle_start_date", "treatment_type", "female_age_at_start"}


@pytest.fixture
def extended(tmp_path: Path) -> Catalogue:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "definitions"))
    with (folder / "2026.1" / "registers.yml").open("a", encoding="utf-8") as file:
        file.write(ENTRY.lstrip("\n"))
    return catalogue.load(folder)


def test_a_fifth_register_is_an_entry_and_a_certificate(
    box: Box, extended: Catalogue, recipients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates.create_recipient("Fuenftes", recipients)
    registers = frozenset(extended.current.registers)
    monkeypatch.setattr(box.server.application.intake, "_registers", registers)
    box.application.close()
    box.application = Application(box.settings, now=box.clock, catalogue=extended)
    box.application.lifecycle.open(box.keys)
    document = box.document(patients=2, cycles=2, status="given")
    for patient, status in zip(document["patients"], ("given", "refused"), strict=True):
        patient["consents"] = [{"register": "Fuenftes", "status": status, "date": "2026-01-02"}]
    assert box.application.intake.receive(json.dumps(document).encode(), token=box.token())["complete"]
    delivered = box.application.delivery.deliver("Fuenftes")
    assert [(package.kind, package.count) for package in delivered] == [
        (Kind.ANONYMISED, 2),
        (Kind.PSEUDONYMISED, 2),
    ]
    for package in delivered:
        path = box.application.delivery.package_file(package.package_id)
        for record in opened(path, recipients, tmp_path):
            assert set(record["cycle"]) == NAMED


def test_what_an_entry_does_not_name_cannot_leave(extended: Catalogue) -> None:
    """Over the whole catalogue, every register, both kinds: the projection holds assigned fields alone."""
    for release in extended.releases.values():
        for name in release.registers:
            assigned = {field.name for field in release.received_by(name)}
            for kind in catalogue.Kind:
                projected: set[str] = {one.field.name for one in release.projection(name, kind).fields}
                assert projected <= assigned
    assert {field.name for field in extended.current.received_by("Fuenftes")} == NAMED


@pytest.mark.parametrize("name", ["female_birth_date", "no_such_field"])
def test_an_entry_can_name_no_identifier_and_nothing_unknown(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "definitions"))
    with (folder / "2026.1" / "registers.yml").open("a", encoding="utf-8") as file:
        file.write(ENTRY.lstrip("\n").replace("treatment_type, ", f"{name}, "))
    with pytest.raises(catalogue.CatalogueError, match=name):
        catalogue.load(folder)
