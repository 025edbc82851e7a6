"""Everything the status service can say has words."""

import inspect
import re
from datetime import UTC, datetime

import pytest

from artbox.box.domain.states import Card, Light, StatusFinding
from artbox.box.services.status import Status
from artbox.box.web.pages import status_texts


def documented(kind: str) -> list[str]:
    """Return the codes the service documents for `kind`: findings or cards."""
    text = " ".join((inspect.getdoc(Status) or "").split())
    found = re.search(rf"{kind} \(code: \w+\) are (.*?)\.(?: |$)", text)
    assert found, kind
    parts = re.sub(r"\[[^]]*\]", "", found[1]).split(";")
    return [part.split(":")[0].strip() for part in parts]


@pytest.mark.parametrize("code", documented("Findings"))
def test_every_finding_has_a_sentence(code: str) -> None:
    assert code in status_texts.FINDINGS


@pytest.mark.parametrize("code", documented("Cards"))
def test_every_card_has_a_title(code: str) -> None:
    assert code in status_texts.CARDS


def test_an_unknown_finding_is_shown_rather_than_lost() -> None:
    said = status_texts.finding(StatusFinding("new-thing", Light.RED, {}, "/x"), "de")
    assert said.sentence == "Die ARTbox meldet: new-thing"


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (1, "Ein Datensatz wurde beim Import abgelehnt."),
        (1200, "1.200 Datensätze wurden beim Import abgelehnt."),
    ],
)
def test_one_record_is_spoken_of_as_one(count: int, sentence: str) -> None:
    found = StatusFinding("imports-rejected", Light.YELLOW, {"count": count})
    assert status_texts.finding(found, "de").sentence == sentence


@pytest.mark.parametrize(
    ("days", "words"), [(12, "in 12 Tagen"), (1, "morgen"), (0, "heute"), (-3, "ist abgelaufen")]
)
def test_the_end_of_the_enrolment_is_said_in_words(days: int, words: str) -> None:
    found = StatusFinding("certificate-expiring", Light.YELLOW, {"days": days})
    assert words in status_texts.finding(found, "de").sentence


def test_a_card_says_its_facts_in_the_readers_formats() -> None:
    moment = datetime(2026, 1, 5, 9, 7, tzinfo=UTC)
    card = Card("database", Light.GREEN, {"size_bytes": 2048, "patients": 1200, "vault": "plain"})
    assert status_texts.card(card, "de").rows == (
        ("Größe", "2,0 KiB"),
        ("Patientinnen", "1.200"),
        ("Verschlüsselung", "Testbetrieb: ohne Laufwerksverschlüsselung"),
    )
    server = Card("server", Light.GREEN, {"last_at": moment, "result": "server-unreachable"})
    rows = dict(status_texts.card(server, "de").rows)
    assert rows["Zuletzt"] == "05.01.2026, 10:07 Uhr (MEZ)"
    assert "nicht erreichbar" in rows["Ergebnis"]


def test_registers_are_one_row_each() -> None:
    registers = [{"register": "DIR", "waiting": 3, "held": 1, "last_at": None}]
    card = Card("exports", Light.GREEN, {"registers": registers})
    assert status_texts.card(card, "de").rows == (("DIR", "3 wartend · 1 zurückgehalten · zuletzt noch nie"),)
