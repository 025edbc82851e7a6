"""The page "Protokoll": every event in words, filters, pages, the table to download, and a broken chain."""

import csv
import io
from datetime import timedelta

import pytest

from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.web.formats import day
from artbox.box.web.pages.audit_texts import EVENTS
from tests.box.browsing import Browser, words
from tests.box.real_parts import ADMINISTRATOR, Box

PATH = "/system/protokoll"


def rows_of(browser: Browser, query: str = "") -> list[list[str]]:
    answer = browser.get(f"{PATH}.csv{query}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))[1:]


def test_every_event_has_words() -> None:
    assert set(EVENTS) == set(AuditTag)
    assert len(set(EVENTS.values())) == len(EVENTS)


def test_the_log_tells_who_did_what_from_where(administrator: Browser, box: Box) -> None:
    administrator.post("/eingang/programme", produkt="MedITEX")
    page = words(administrator.get(PATH))
    assert "Zugang eines Erfassungsprogramms angelegt" in page
    assert "Programm: MedITEX" in page
    assert f"Angemeldet {ADMINISTRATOR} Adresse: unknown" in page
    assert "wer das Masterpasswort kennt" not in page


def test_a_role_is_told_in_words(administrator: Browser) -> None:
    administrator.post("/system/benutzer/neu", benutzername="Frau Beispiel", rolle="read-only")
    assert "Konto: Frau Beispiel, Rolle: Nur lesen" in words(administrator.get(PATH))


def test_filters_narrow_page_and_table(administrator: Browser, box: Box) -> None:
    administrator.post("/anmelden", benutzername="niemand", passwort="x")
    query = f"?ereignis={AuditTag.SIGN_IN_FAILED.value}&person=unknown"
    assert "Ein Eintrag" in words(administrator.get(PATH + query))
    ((_, _, event, tag, who, _, _),) = rows_of(administrator, query)
    assert (event, tag, who) == ("Anmeldung gescheitert", "accounts:sign-in:failed", "unbekannt")
    nobody = administrator.get(f"{PATH}?person=Niemand")
    assert "Kein Eintrag passt zu dieser Auswahl" in words(nobody)


def test_days_are_those_in_germany_and_the_last_is_included(administrator: Browser, box: Box) -> None:
    today = day(box.clock(), "en")
    later = day(box.clock() + timedelta(days=2), "en")
    everything = len(rows_of(administrator))
    assert len(rows_of(administrator, f"?von={today}&bis={today}")) == everything
    assert rows_of(administrator, f"?von={later}") == []
    assert len(rows_of(administrator, f"?bis={later}")) == everything


@pytest.mark.parametrize(
    "query", ["?von=gestern", "?bis=9999-12-31", "?ereignis=x", "?seite=x", "?seite=999999"]
)
def test_a_filter_that_is_none_changes_nothing(administrator: Browser, query: str) -> None:
    assert "Angemeldet" in words(administrator.get(PATH + query))


def test_a_long_log_comes_in_pages_with_its_filter(administrator: Browser, box: Box) -> None:
    for number in range(60):
        box.application._handle.store.audit.append(
            AuditEntry(AuditTag.SIGN_OUT, "Frau Beispiel", {"count": number})
        )
    first = administrator.get(f"{PATH}?person=Frau+Beispiel")
    assert "60 Einträge, Seite 1 von 2" in words(first)
    assert 'rel="next"' in first.text
    assert "person=Frau+Beispiel" in first.text.split('class="pager"')[1]
    second = administrator.get(f"{PATH}?person=Frau+Beispiel&seite=2")
    assert "Anzahl: 9 " in words(second)
    assert "Anzahl: 10 " not in words(second)
    assert len(rows_of(administrator, "?person=Frau+Beispiel")) == 60


def test_the_table_carries_the_chain(administrator: Browser, box: Box) -> None:
    expected = [(str(row.sequence), row.hash) for row in box.application.audit.recent(1000)]
    assert [(row[0], row[6]) for row in rows_of(administrator)] == expected


def test_a_changed_log_is_said(administrator: Browser, box: Box) -> None:
    assert "Das Protokoll ist unverändert" in words(administrator.get(PATH))
    writer = box.application._handle.store._database._writer
    assert writer
    writer.executescript(
        "DROP TRIGGER audit_is_never_changed; UPDATE audit SET actor = 'nobody' WHERE sequence = 2;"
    )
    assert "Das Protokoll ist unverändert" in words(administrator.get(PATH))
    assert "Ab Eintrag 2 stimmt die Kette nicht mehr" in words(administrator.get(f"{PATH}?pruefen=1"))
    assert "Das Protokoll wurde verändert" in words(administrator.get(PATH))


def test_the_check_is_repeated_after_an_hour(administrator: Browser, box: Box) -> None:
    first = box.application.audit.checked()
    assert box.application.audit.checked() is first
    box.clock.advance(timedelta(hours=1))
    assert box.application.audit.checked().at > first.at
