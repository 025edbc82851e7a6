"""The pages of an open box: what they show, what their buttons do, in both languages."""

import re
from typing import Any

import pytest

from artbox.box.web import assets
from tests.box.browsing import Browser, problem_of, value_of, words
from tests.box.real_parts import Box

PATHS = [
    "/status",
    "/eingang",
    "/eingang/programme",
    "/exporte",
    "/info",
    "/info/felder",
    "/info/auswahllisten",
    "/info/plausibilitaeten",
    "/sperren",
    "/konto",
    "/konto/passwort",
    "/konto/zwei-faktor",
    "/konto/zwei-faktor/ausschalten",
    "/system",
    "/system/masterpasswort",
    "/system/masterpasswort/geaendert",
    "/system/protokoll",
    "/system/benutzer",
    "/system/benutzer/neu",
    "/system/benutzer/1",
    "/system/benutzer/1/entfernen",
    "/anmelden/vergessen",
]
GERMAN_WORDS = re.compile(r"\b(und|nicht|noch|wird|wurde|der|die|das|für)\b")


@pytest.fixture
def delivered(box: Box, report: dict[str, Any]) -> int:
    """The number of a package that has its receipt."""
    return box.application.delivery.deliver("DIR")[0].package_id


def test_every_page_stands_in_the_frame(administrator: Browser, box: Box) -> None:
    frame = (f"Zentrum {box.centre_no}", "Betriebsbereit", "Status", "Eingang", "Exporte", "Info", "Abmelden")
    for path in PATHS:
        page = administrator.get(path)
        assert page.status_code == 200, path
        assert [word for word in (*frame, "Fingerabdruck des Zertifikats") if word not in words(page)] == []
        assert len(re.findall(r"<h1[ >]", page.text)) == 1, path


def test_every_page_speaks_english(administrator: Browser) -> None:
    administrator.client.cookies.set("__Host-artbox-language", "en")
    for path in PATHS:
        page = administrator.get(path)
        assert '<html lang="en">' in page.text
        assert GERMAN_WORDS.findall(words(page)) == [], path


def test_the_language_is_chosen_and_leads_back(administrator: Browser) -> None:
    answer = administrator.post("/sprache", sprache="en", zurueck="/info")
    assert (answer.status_code, answer.headers["location"]) == (303, "/info")
    assert "Choice lists" in words(administrator.get("/info"))


def test_choosing_a_language_leads_nowhere_else(administrator: Browser) -> None:
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "", "/a\tb"):
        assert administrator.post("/sprache", sprache="en", zurueck=target).headers["location"] == "/"


def test_an_unknown_language_is_not_remembered(administrator: Browser) -> None:
    assert "set-cookie" not in administrator.post("/sprache", sprache="xx", zurueck="/").headers


def test_the_status_says_that_the_vault_is_plain(administrator: Browser) -> None:
    page = administrator.get("/status")
    assert "Bitte ansehen" in words(page)
    assert "Testbetrieb: ohne Laufwerksverschlüsselung" in words(page)


def test_an_empty_intake_says_what_to_do_next(administrator: Browser) -> None:
    assert "Legen Sie zuerst einen Zugang" in words(administrator.get("/eingang"))


def test_an_import_is_listed_with_its_report(administrator: Browser, report: dict[str, Any]) -> None:
    page = administrator.get("/eingang")
    assert f'href="/eingang/{report["id"]}"' in page.text
    detail = administrator.get(f"/eingang/{report['id']}")
    assert "Alle Datensätze wurden angenommen" in words(detail)
    for result in report["results"]:
        assert result["patient_ref"] in words(detail)


def test_an_unknown_import_is_not_found(administrator: Browser) -> None:
    answer = administrator.get("/eingang/nothing")
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in words(answer)


def test_a_token_is_shown_once_and_works(administrator: Browser, box: Box) -> None:
    answer = administrator.post("/eingang/programme", produkt="MedITEX")
    found = re.search(r'id="schluessel">([^<]+)<', answer.text)
    assert found
    token = box.application.tokens.verify(found[1])
    assert token is not None
    assert token.product == "MedITEX"
    assert found[1] not in administrator.get("/eingang/programme").text


def test_a_programs_name_is_checked(administrator: Browser) -> None:
    answer = administrator.post("/eingang/programme", produkt="x" * 200)
    assert answer.status_code == 422
    assert "Zeichen" in problem_of(answer, "produkt")
    assert value_of(answer, "produkt") == "x" * 200


def test_a_token_is_revoked_after_asking(administrator: Browser, box: Box) -> None:
    token = box.token()
    asked = administrator.get(f"/eingang/programme/{token.id}/widerrufen")
    assert "kann danach nichts mehr übergeben" in words(asked)
    answer = administrator.post(f"/eingang/programme/{token.id}/widerrufen")
    assert answer.headers["location"] == "/eingang/programme"
    assert "widerrufen am" in words(administrator.get("/eingang/programme"))
    assert administrator.post(f"/eingang/programme/{token.id}/widerrufen").status_code == 404


def test_an_export_delivers_and_says_so(administrator: Browser, report: dict[str, Any]) -> None:
    assert "Datensätze warten" in words(administrator.get("/exporte"))
    answer = administrator.post("/exporte/jetzt", register="DIR")
    assert answer.status_code == 303
    page = administrator.get(answer.headers["location"])
    assert "zugestellt und quittiert" in words(page)


def test_an_export_of_nothing_says_so(administrator: Browser) -> None:
    answer = administrator.post("/exporte/jetzt")
    assert "Es gab nichts zu exportieren." in words(administrator.get(answer.headers["location"]))


def test_an_export_to_no_register_is_refused_in_words(administrator: Browser) -> None:
    answer = administrator.post("/exporte/jetzt", register="NIEMAND")
    assert answer.status_code == 502
    assert "Dieses Register gibt es nicht." in words(answer)


def test_a_package_shows_its_receipt_in_words(administrator: Browser, delivered: int) -> None:
    page = words(administrator.get(f"/exporte/{delivered}"))
    assert "Der Server des Registers bestätigt" in page
    assert "wurde geprüft und ist echt" in page


def test_package_receipt_and_signature_can_be_carried_away(
    administrator: Browser, box: Box, delivered: int
) -> None:
    receipt = box.application.delivery.receipt(delivered)
    assert receipt is not None
    package = administrator.get(f"/exporte/{delivered}/paket")
    assert package.content == box.application.delivery.package_file(delivered).read_bytes()
    assert ".tgz" in package.headers["content-disposition"]
    document = administrator.get(f"/exporte/{delivered}/quittung")
    assert document.content == receipt.document
    signature = administrator.get(f"/exporte/{delivered}/quittung/signatur")
    assert signature.content == receipt.signature
    for answer in (package, document, signature):
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["cache-control"] == "no-store"


def test_an_unknown_package_is_not_found(administrator: Browser) -> None:
    for path in ("/exporte/4711", "/exporte/4711/paket", "/exporte/4711/quittung", "/exporte/x"):
        assert administrator.get(path).status_code == 404, path


def test_the_search_works_with_and_without_script(administrator: Browser) -> None:
    whole = administrator.get("/info/felder?suche=cycle_start_date")
    part = administrator.get("/info/felder?suche=cycle_start_date", **{"HX-Request": "true"})
    assert "Ein Feld" in words(whole)
    assert "<html" in whole.text
    assert "Ein Feld" in words(part)
    assert "<html" not in part.text


def test_the_search_narrows_to_a_register(administrator: Browser, box: Box) -> None:
    page = administrator.get("/info/felder?register=DERI")
    release = box.application.catalogue.current
    expected = {name for name, field in release.fields.items() if "DERI" in field.registers}
    assert set(re.findall(r'<tr class="kern-table__row" id="(\w+)"', page.text)) == expected


def test_a_search_without_result_says_so(administrator: Browser) -> None:
    for path in ("felder", "auswahllisten", "plausibilitaeten"):
        assert "passt zu dieser Suche" in words(administrator.get(f"/info/{path}?suche=xyzzy"))


def test_every_rule_has_its_place_on_the_page(administrator: Browser, box: Box) -> None:
    page = administrator.get("/info/plausibilitaeten").text
    release = box.application.catalogue.current
    for rule in (*release.rules, *release.assurances, *release.checks, *release.prospectivity):
        assert f'id="{rule}"' in page
    assert "{" not in page.split("<main", 1)[1]


def test_a_form_of_another_type_is_not_understood(administrator: Browser) -> None:
    answer = administrator.client.post("/sprache", json={}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 422
    assert "nicht zu verstehen" in words(answer)


def test_a_form_too_large_is_refused_in_words(administrator: Browser) -> None:
    answer = administrator.post("/sprache", sprache="x" * 70000)
    assert answer.status_code == 413
    assert "65536" in words(answer)


def test_a_wrong_method_is_refused_in_the_frame(administrator: Browser) -> None:
    answer = administrator.post("/status")
    assert answer.status_code == 405
    assert "Zur Startseite" in words(answer)


def test_a_failure_of_the_box_is_told_without_details(
    administrator: Browser, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise KeyError("1988-05-01")

    monkeypatch.setattr(box.application.status, "snapshot", fail)
    answer = administrator.get("/status")
    assert answer.status_code == 500
    assert "ein Fehler aufgetreten" in words(answer)
    assert "1988" not in answer.text


def test_every_answer_carries_the_policy(administrator: Browser) -> None:
    for path in (*PATHS, "/nothing", assets.url("artbox.css"), "/api/v1/status"):
        assert "default-src 'none'" in administrator.get(path).headers["content-security-policy"]
