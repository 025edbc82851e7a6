"""The pages around deliveries: receipts by hand, anonymity, and proofs for an auditor."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from artbox.box.adapters.server_client import ServerClient, ServerTrouble
from artbox.box.application import Application
from artbox.box.errors import DeliveryFailed
from artbox.box.services.ledger_proof import verify
from artbox.box.settings import AnonymitySettings, TimestampAuthority
from artbox.wire.packages import Signer
from tests.box.browsing import Browser, problem_of, words
from tests.box.real_parts import Box
from tests.timestamp_authority import Authority, running_authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with running_authority(tmp_path_factory.mktemp("authority")) as authority:
        yield authority


@pytest.fixture
def centre(box: Box, authority: Authority) -> Browser:
    """A signed-in administrator of a box with real limits and a time-stamp authority."""
    box.application.close()
    known = (TimestampAuthority("Zeitdienst", authority.url, str(authority.chain)),)
    settings = replace(box.settings, anonymity=AnonymitySettings(), timestamp_authorities=known)
    box.application = Application(settings, now=box.clock)
    box.application.lifecycle.open(box.keys)
    return Browser.of(box.application).sign_in()


def receive(box: Box, status: str) -> None:
    document = json.dumps(box.document(patients=2, cycles=2, status=status)).encode()
    assert box.application.intake.receive(document, token=box.token())["complete"]


def upload(browser: Browser, path: str, content: bytes) -> Any:
    files = {"quittung": ("quittung.json", content, "application/json")}
    return browser.client.post(path, files=files, headers={"Sec-Fetch-Site": "same-origin"})


def test_a_receipt_carried_by_hand_is_uploaded(
    centre: Browser, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(box, "given")
    real, answers = ServerClient.send_package, []

    def lost(client: ServerClient, package: Path, signer: Signer) -> None:
        answers.append(real(client, package, signer))
        raise ServerTrouble("server-unreachable", reached=True)

    monkeypatch.setattr(ServerClient, "send_package", lost)
    with pytest.raises(DeliveryFailed):
        box.application.delivery.deliver("DIR")
    (row,) = box.application.delivery.packages()
    page = f"/exporte/{row.id}"
    assert "Quittung hochladen" in words(centre.get(page))
    refused = upload(centre, f"{page}/quittung", b"{}")
    assert refused.status_code == 422
    assert "keine gültige Quittung" in problem_of(refused, "quittung")
    assert upload(centre, f"{page}/quittung", b"\xff\xfe").status_code == 422
    taken = upload(centre, f"{page}/quittung", json.dumps(answers[0]).encode())
    assert (taken.status_code, taken.headers["location"]) == (303, page)
    assert "Die Unterschrift der Quittung wurde geprüft und ist echt." in words(centre.get(page))


def test_what_is_not_anonymous_enough_is_shown_with_its_number_and_reason(centre: Browser, box: Box) -> None:
    receive(box, "refused")
    assert "Noch nicht anonym genug 4" in words(centre.get("/exporte"))
    page = words(centre.get("/exporte/anonymitaet"))
    assert "4 – Es gibt noch zu wenige Patientinnen mit denselben Merkmalen." in page
    assert "mindestens 5 Patientinnen" in page
    report = centre.get("/exporte/anonymitaet.json").json()
    (own,) = (one for one in report["registers"] if one["register"] == "DIR")
    assert own["retained"] == {"group": 4}
    assert (own["records"], own["smallest_group"]) == (0, None)
    assert own["levels"]["cycle_start_date"] == "year"


def test_proofs_are_stamped_and_taken_away(centre: Browser, box: Box, tmp_path: Path) -> None:
    receive(box, "given")
    assert "noch keiner" in words(centre.get("/exporte/nachweise"))
    assert centre.post("/exporte/jetzt").status_code == 303
    stamped = centre.post("/exporte/nachweise")
    assert stamped.status_code == 303
    page = words(centre.get(stamped.headers["location"]))
    assert "Der Zeitstempel ist da und wurde geprüft." in page
    assert "Zeitdienst" in page
    content = centre.get("/exporte/nachweise.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path / "proofs")
    proof = verify(tmp_path / "proofs")
    assert (proof.timestamps, proof.receipts) == (2, 1)
    assert proof.audit_entries == 0, "names of staff do not leave with a click"


def test_without_an_authority_the_page_says_what_that_means(box: Box) -> None:
    browser = Browser.of(box.application).sign_in()
    assert "kein Zeitstempeldienst eingestellt" in words(browser.get("/exporte/nachweise"))
    refused = browser.post("/exporte/nachweise")
    assert refused.status_code == 502
