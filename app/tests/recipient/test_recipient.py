"""A register opens what a real box delivered: verified, in order, each package once, withdrawals heeded."""

import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artbox.recipient import cli
from artbox.recipient.texts import LANGUAGES, TEXTS
from artbox.wire import certificates
from tests.box.real_parts import Box, correct

pytestmark = pytest.mark.slow

Command = Callable[..., int]


@pytest.fixture
def packages(box: Box, tmp_path: Path) -> list[Path]:
    """Four packages: pseudonymised, a correction, a withdrawal after an objection, anonymised records."""
    document = box.document(patients=2, cycles=2, status="given")
    steps: list[Callable[[], Any]] = [
        lambda: None,
        lambda: correct(document["patients"][0]["cycles"][0]),
        lambda: document["patients"][0].update(
            consents=[{"register": "DIR", "status": "objected", "date": "2026-03-01"}]
        ),
    ]
    for step in steps:
        step()
        assert box.application.intake.receive(json.dumps(document).encode(), token=box.token())["complete"]
        while box.application.delivery.deliver("DIR"):
            pass
    folder = tmp_path / "inbox"
    folder.mkdir()
    rows = sorted(box.application.delivery.packages(), key=lambda row: row.sequence)
    assert [row.kind.value for row in rows] == ["pseudonymised", "pseudonymised", "withdrawal", "anonymised"]
    return [Path(shutil.copy(box.application.delivery.package_file(row.id), folder)) for row in rows]


@pytest.fixture
def run(box: Box, recipients: Path) -> Command:
    def run(*arguments: str | Path, register: str = "DIR", language: str = "en") -> int:
        keys = ["--key", recipients / f"{register}.key", "--certificate", recipients / f"{register}.crt"]
        keys += ["--authority", box.settings.ca_certificate]
        return cli.main([str(item) for item in ("--language", language, "open", *arguments, *keys)])

    return run


def rows(table: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(table) as connection:
        return connection.execute(
            "SELECT kind, version, pseudonym IS NOT NULL, cycle IS NOT NULL, withdrawn_at IS NOT NULL"
            " FROM records ORDER BY kind, version, withdrawn_at"
        ).fetchall()


def test_packages_become_a_table(packages: list[Path], run: Command, tmp_path: Path) -> None:
    table = tmp_path / "records.sqlite"
    assert run(*reversed(packages), "--into", table) == 0
    assert rows(table) == [
        ("anonymised", 1, 0, 1, 0),
        ("anonymised", 1, 0, 1, 0),
        ("pseudonymised", 1, 1, 1, 0),
        ("pseudonymised", 1, 1, 1, 0),
        ("pseudonymised", 1, 0, 0, 1),
        ("pseudonymised", 2, 0, 0, 1),
    ]
    with sqlite3.connect(table) as connection:
        (cycle,) = connection.execute("SELECT cycle FROM records WHERE kind = 'anonymised'").fetchone()
    assert json.loads(cycle)["treatment_type"]


def test_taking_them_again_changes_nothing(
    packages: list[Path], run: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "records.sqlite"
    assert run(*packages, "--into", table) == 0
    before = rows(table)
    assert run(*packages, "--into", table) == 0
    assert rows(table) == before
    assert capsys.readouterr().out.count("was taken before") == len(packages)


def test_a_gap_is_refused_and_named(
    packages: list[Path], run: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "records.sqlite"
    assert run(packages[0], packages[2], "--into", table) == 1
    assert "package number 2 is missing" in capsys.readouterr().err
    assert run(packages[1], packages[2], "--into", table) == 0


def test_without_a_table_the_records_are_printed(
    packages: list[Path], run: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(packages[0]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "record_key" in line]
    assert len(printed) == 4
    assert {record["kind"] for record in printed} == {"pseudonymised"}


def test_a_changed_byte_changes_no_record(
    packages: list[Path], run: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused, but for the few bits to which the compression gives no meaning: those change nothing."""
    whole, accepted = packages[0].read_bytes(), 0
    assert run(packages[0]) == 0
    records = capsys.readouterr().out
    places = range(0, len(whole), max(1, len(whole) // 60))
    for place in places:
        packages[0].write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        if run(packages[0]) == 0:
            accepted += 1
            assert capsys.readouterr().out == records
    assert accepted <= 2


def test_another_registers_key_opens_nothing(
    packages: list[Path], run: Command, recipients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not (recipients / "QSReproMed.key").exists():
        certificates.create_recipient("QSReproMed", recipients)
    assert run(packages[0], register="QSReproMed") == 1
    assert "cannot be read with this key" in capsys.readouterr().err


def test_a_foreign_archive_or_file_is_refused(run: Command, tmp_path: Path) -> None:
    archive = tmp_path / "0101-DIR-000001.tgz"
    with tarfile.open(archive, "w:gz") as made:
        made.add(__file__, arcname="content.cms")
    assert run(archive) == 1
    assert run(tmp_path / "0101-DIR-000002.tgz") == 1


def test_a_file_that_is_no_table_stays_untouched(packages: list[Path], run: Command, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("kept" * 1000)
    assert run(packages[0], "--into", notes) == 1
    assert notes.read_text() == "kept" * 1000


@pytest.mark.parametrize(("language", "word"), [("de", "Schlüssel"), ("en", "private key")])
def test_help_speaks_both_languages(language: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--language", language, "open", "--help"])
    assert word in capsys.readouterr().out


def test_every_text_is_there_in_both_languages_with_the_same_fields() -> None:
    for texts in TEXTS.values():
        assert set(texts) == set(LANGUAGES)
        fields = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in texts.values()]
        assert fields[0] == fields[1]
