"""The ledger: what enters it, its time stamps, what an objection leaves of it, what an auditor can check."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from artbox.box import cli
from artbox.box.adapters.server_client import ServerClient, ServerTrouble
from artbox.box.application import Application
from artbox.box.domain.ledger import EntryKind
from artbox.box.errors import DeliveryFailed, LedgerBroken, TimestampFailed
from artbox.box.services import ledger_files, ledger_proof
from artbox.box.services.ledger_proof import Trust
from artbox.box.settings import TimestampAuthority
from tests.box.real_parts import Box, correct
from tests.timestamp_authority import Authority, running_authority

AUDITORS = Path(__file__).resolve().parents[4] / "docs" / "auditors.md"


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Authority]]:
    with (
        running_authority(tmp_path_factory.mktemp("first")) as first,
        running_authority(tmp_path_factory.mktemp("second")) as second,
    ):
        yield [first, second]


@pytest.fixture
def stamped(box: Box, authorities: list[Authority]) -> Iterator[Box]:
    """A box that asks two authorities, the second where the first gives nothing valid."""
    box.application.close()
    known = tuple(
        TimestampAuthority(name, one.url, str(one.chain)) for name, one in zip("AB", authorities, strict=True)
    )
    box.settings = replace(box.settings, timestamp_authorities=known)
    box.application = Application(box.settings, now=box.clock)
    box.application.lifecycle.open(box.keys)
    yield box
    for one in authorities:
        one.spoil.clear()


@pytest.fixture
def document(stamped: Box) -> dict[str, Any]:
    return stamped.document(patients=2, cycles=2, status="given")


def receive(box: Box, document: dict[str, Any]) -> None:
    assert box.application.intake.receive(json.dumps(document).encode(), token=box.token())["complete"]


def kinds(box: Box) -> list[str]:
    return [kind for (kind,) in box.query("SELECT kind FROM ledger ORDER BY sequence")]


@pytest.fixture
def exported(stamped: Box, document: dict[str, Any], tmp_path: Path) -> Path:
    """An export after two deliveries."""
    for _ in range(2):
        correct(document["patients"][0]["cycles"][0])
        receive(stamped, document)
        stamped.application.rounds.deliver("DIR")
    stamped.application.ledger.update()
    target = tmp_path / "export"
    ledger_files.write(stamped.application.ledger.export(with_audit=True), target)
    return target


def test_imports_and_exports_enter_and_a_delivery_is_stamped(stamped: Box, document: dict[str, Any]) -> None:
    receive(stamped, document)
    stamped.application.rounds.deliver("DIR")
    assert kinds(stamped) == ["record"] * 4 + ["package", "receipt", "audit", "timestamp"]
    assert stamped.application.ledger.first_broken() is None
    last = stamped.application.ledger.last_timestamp()
    assert last is not None
    assert (last.sequence, last.authority) == (7, "A")
    correct(document["patients"][0]["cycles"][0])
    receive(stamped, document)
    stamped.application.ledger.update()
    stamped.application.ledger.update()
    assert kinds(stamped)[8:] == ["record"]


def test_each_day_has_a_stamp_and_failures_wait_longer(
    stamped: Box, document: dict[str, Any], authorities: list[Authority]
) -> None:
    receive(stamped, document)
    ledger = stamped.application.ledger
    for one in authorities:
        one.spoil.append("down")
        one.requests.clear()
    stamped.application.rounds.deliver("DIR")
    ledger.stamp_if_due(delivered=True)
    assert [len(one.requests) for one in authorities] == [1, 1], "the pause has begun"
    stamped.clock.advance(timedelta(minutes=15))
    for one in authorities:
        one.spoil.clear()
    ledger.stamp_if_due(delivered=False)
    assert kinds(stamped).count("timestamp") == 1
    ledger.stamp_if_due(delivered=False)
    stamped.clock.advance(timedelta(days=1))
    stamped.application.rounds.deliver_due()
    assert kinds(stamped).count("timestamp") == 2


@pytest.mark.parametrize("how", ["down", "replay", "changed"])
def test_what_one_authority_gives_wrongly_the_next_gives(
    stamped: Box, document: dict[str, Any], authorities: list[Authority], how: str
) -> None:
    receive(stamped, document)
    if not authorities[0].requests:
        stamped.application.ledger.stamp()
    authorities[0].spoil.append(how)
    assert stamped.application.ledger.stamp().authority == "B"
    authorities[1].spoil.append(how)
    with pytest.raises(TimestampFailed) as failed:
        stamped.application.ledger.stamp()
    assert failed.value.fields["reason"] == "none-answered"


def test_a_failed_delivery_does_not_hinder_the_stamp(
    stamped: Box, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(stamped, document)

    def unreachable(*_: object) -> None:
        raise ServerTrouble("server-unreachable", reached=False)

    monkeypatch.setattr(ServerClient, "send_package", unreachable)
    with pytest.raises(DeliveryFailed):
        stamped.application.rounds.deliver("DIR")
    assert kinds(stamped) == ["record"] * 4 + ["audit", "timestamp"]


def test_an_entry_is_never_older_than_the_one_before(stamped: Box, document: dict[str, Any]) -> None:
    receive(stamped, document)
    stamped.application.ledger.update()
    stamped.clock.advance(timedelta(days=-3))
    correct(document["patients"][0]["cycles"][0])
    receive(stamped, document)
    stamped.application.ledger.update()
    times = [at for (at,) in stamped.query("SELECT at FROM ledger ORDER BY sequence")]
    assert times == sorted(times)
    assert stamped.application.ledger.first_broken() is None


def test_an_objection_destroys_what_would_open_the_commitments(
    stamped: Box, document: dict[str, Any]
) -> None:
    receive(stamped, document)
    stamped.application.rounds.deliver("DIR")
    document["patients"][0]["consents"] = [{"register": "DIR", "status": "objected", "date": "2026-03-01"}]
    receive(stamped, document)
    stamped.application.ledger.update()
    openings = stamped.query(
        "SELECT salt IS NULL, document IS NULL FROM ledger_openings o JOIN ledger USING (sequence)"
        " WHERE kind = 'record'"
    )
    assert sorted(openings) == [(0, 0)] * 2 + [(1, 1)] * 2
    assert stamped.application.ledger.first_broken() is None


def test_an_export_verifies_without_a_box_and_says_nothing_of_patients(
    stamped: Box, exported: Path, authorities: list[Authority], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert cli.main(["ledger", "verify", str(exported)]) == 0
    assert cli.main(["ledger", "verify", str(exported), "--roots", str(authorities[0].chain)]) == 0
    assert "2 time stamps fit together" in capsys.readouterr().out
    assert cli.main(["ledger", "verify", str(exported), "--roots", str(authorities[1].chain)]) == 1
    for line in (exported / "ledger.jsonl").read_text().splitlines():
        entry = json.loads(line)
        assert ("document" in entry) == (entry["kind"] != EntryKind.RECORD)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda lines: lines[:2] + lines[3:], "chain"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "chain"),
        (lambda lines: [lines[0].replace('"record"', '"receipt"'), *lines[1:]], "chain"),
        (lambda lines: ["{", *lines[1:]], "unreadable"),
        (lambda lines: ["{}", *lines[1:]], "unreadable"),
        (lambda lines: [line.replace("-DIR-000001", "-DIR-000009") for line in lines], "commitment"),
        (lambda lines: [_without_document(line) for line in lines], "commitment"),
    ],
)
def test_a_change_in_the_ledger_is_noticed(
    exported: Path, spoil: Callable[[list[str]], list[str]], reason: str
) -> None:
    path = exported / "ledger.jsonl"
    path.write_text("\n".join(spoil(path.read_text().splitlines())) + "\n")
    with pytest.raises(LedgerBroken) as broken:
        ledger_proof.verify(exported)
    assert broken.value.fields["reason"] == reason


def test_receipts_and_audit_log_are_verified_with_the_ledger(stamped: Box, exported: Path) -> None:
    trust = Trust(authority=stamped.settings.ca_certificate)
    proof = ledger_proof.verify(exported, trust)
    assert (proof.receipts, proof.audit_entries > 10) == (2, True)
    document, signature = sorted(exported.glob("0*.receipt.*"))[:2]
    for path in (document, signature, exported / "audit.jsonl"):
        whole = path.read_bytes()
        for place in range(10, len(whole), len(whole) // 12):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(LedgerBroken):
                ledger_proof.verify(exported, trust)
        path.write_bytes(whole)
    assert ledger_proof.verify(exported, trust) == proof
    document.unlink()
    with pytest.raises(LedgerBroken) as broken:
        ledger_proof.verify(exported)
    assert broken.value.fields["reason"] == "receipt"


def test_an_end_that_was_cut_off_is_noticed_by_its_token(exported: Path) -> None:
    path = exported / "ledger.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n")
    with pytest.raises(LedgerBroken):
        ledger_proof.verify(exported)


def _without_document(line: str) -> str:
    return json.dumps({name: value for name, value in json.loads(line).items() if name != "document"})


def test_a_changed_byte_in_a_token_is_noticed(exported: Path) -> None:
    token = sorted(exported.glob("*.tsr"))[0]
    whole = token.read_bytes()
    for place in range(0, len(whole), len(whole) // 20):
        token.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(LedgerBroken):
            ledger_proof.verify(exported)
    token.unlink()
    with pytest.raises(LedgerBroken):
        ledger_proof.verify(exported)


def test_a_token_holds_after_its_certificate_ran_out(exported: Path, tmp_path: Path) -> None:
    """Verified at the token's own time: the certificate of 30 days is long gone in a year."""
    lines = (exported / "ledger.jsonl").read_text().splitlines()
    token = sorted(exported.glob("*.tsr"))[0]
    digest = json.loads(lines[int(token.stem) - 1])["hash"]
    arguments = ["-digest", digest, "-in", str(token), "-CAfile", str(token.with_suffix(".pem"))]
    late = subprocess.run(
        ["openssl", "ts", "-verify", *arguments, "-attime", "4000000000"], capture_output=True, check=False
    )
    assert late.returncode != 0, "at a later time openssl refuses the same token"
    assert ledger_proof.verify(exported).timestamps == 2


def test_the_auditors_page_works_as_it_stands(exported: Path, authorities: list[Authority]) -> None:
    """Its commands use sha256sum, openssl and python3 -m json.tool, and are run from the page itself."""
    blocks = AUDITORS.read_text(encoding="utf-8").split("```sh\n")[1:]
    script = "\n".join(block.split("```")[0] for block in blocks)
    shutil.copy(authorities[0].chain, exported / "roots.pem")
    bash = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(bash, cwd=exported, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    entries = len((exported / "ledger.jsonl").read_text().splitlines())
    assert f"the chain holds: {entries} entries" in done.stdout
    assert done.stdout.count("Verification: OK") == 2
    path = exported / "ledger.jsonl"
    path.write_text(path.read_text().replace('"record"', '"receipt"', 1))
    assert subprocess.run(bash, cwd=exported, capture_output=True, check=False).returncode != 0
