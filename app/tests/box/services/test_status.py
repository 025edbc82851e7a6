"""The status page's snapshot: what is found, and what each card tells."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from artbox.box.adapters.server_client import ServerClient, ServerTrouble
from artbox.box.domain.states import Light
from artbox.box.errors import DeliveryFailed
from tests.box.real_parts import Box


def findings(box: Box) -> dict[str, Mapping[str, object]]:
    return {finding.code: finding.fields for finding in box.application.status.snapshot().findings}


def card(box: Box, code: str) -> dict[str, Any]:
    return next(dict(card.facts) for card in box.application.status.snapshot().cards if card.code == code)


def hand_over(box: Box, document: dict[str, Any]) -> None:
    box.application.intake.receive(json.dumps(document).encode(), token=box.token())


def test_a_new_box_says_what_to_do_next(box: Box) -> None:
    report = box.application.status.snapshot()
    assert report.light is Light.YELLOW
    assert set(findings(box)) == {"vault-plain", "no-token"}
    assert [card.code for card in report.cards] == [
        "database",
        "intake",
        "exports",
        "certificate",
        "server",
        "disk",
    ]
    assert card(box, "certificate")["centre_no"] == box.centre_no
    assert card(box, "server") == {"last_at": None, "result": None}


def test_a_delivery_shows(box: Box) -> None:
    hand_over(box, box.document(patients=2, cycles=2, status="given"))
    dir_before = card(box, "exports")["registers"][0]
    assert (dir_before["register"], dir_before["waiting"], dir_before["last_at"]) == ("DIR", 4, None)
    box.application.delivery.deliver()
    dir_after = card(box, "exports")["registers"][0]
    assert (dir_after["waiting"], dir_after["last_sequence"], dir_after["error"]) == (0, 1, None)
    assert card(box, "server")["result"] == "ok"
    assert card(box, "database")["patients"] == 2
    assert card(box, "intake")["imports"] == 1


def test_a_failed_delivery_is_found(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_over(box, box.document(patients=1, cycles=2, status="given"))

    def intercepted(*_: object) -> None:
        raise ServerTrouble("intercepted", reached=False, issuer="CN=Proxy")

    with monkeypatch.context() as broken:
        broken.setattr(ServerClient, "send_package", intercepted)
        with pytest.raises(DeliveryFailed):
            box.application.delivery.deliver()
    assert findings(box)["delivery-failed"]["reason"] == "intercepted"
    assert box.application.status.snapshot().light is Light.RED
    assert card(box, "server")["result"] == "intercepted"
    box.application.delivery.deliver()
    assert "delivery-failed" not in findings(box)


def test_rejected_records_are_found_with_the_way_to_the_report(box: Box) -> None:
    document = box.document(patients=2, cycles=2, status="given")
    document["patients"][0]["nickname"] = "x"
    hand_over(box, document)
    found = {finding.code: finding for finding in box.application.status.snapshot().findings}
    last = box.application.intake.recent(1)[0]
    assert found["imports-rejected"].fields == {"import_id": last.id, "count": 2}
    assert found["imports-rejected"].remedy_path == f"/eingang/{last.id}"


def test_a_missing_recipient_matters_once_something_waits(box: Box, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert "recipient-missing" not in findings(box)
    hand_over(box, box.document(patients=1, cycles=2, status="given"))
    box.application.delivery._packing._recipients_dir = tmp_path / "none"
    assert findings(box)["recipient-missing"]["register"] is not None


@pytest.mark.parametrize(("days", "light"), [(340, Light.YELLOW), (370, Light.RED)])
def test_an_ending_certificate_is_found(box: Box, days: int, light: Light) -> None:
    box.clock.advance(timedelta(days=days))
    found = {finding.code: finding for finding in box.application.status.snapshot().findings}
    assert found["certificate-expiring"].light is light


def test_a_lost_identity_is_found(box: Box) -> None:
    (box.settings.identity_dir / "centre.json").unlink()
    assert "not-enrolled" in findings(box)
    assert box.application.status.snapshot().light is Light.RED
