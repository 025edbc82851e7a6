"""What exists on the box, pinned: method, path, states and role of every page and operation."""

from collections.abc import Sequence

from starlette.routing import Route

from artbox.box.api.application import create_api
from artbox.box.api.routes import OPERATIONS, PREFIX
from artbox.box.domain.states import BoxState
from artbox.box.web.application import create_web
from artbox.box.web.routes import ANY, LOCKED, OPEN, PAGES, SETUP
from tests.box.real_parts import Box

NAMES = {ANY: "any", SETUP: "setup", LOCKED: "locked", OPEN: "open"}
PINNED = """
GET / any -
POST /sprache any -
GET /einrichtung setup -
GET /einrichtung/zentrum setup -
POST /einrichtung/zentrum setup -
GET /einrichtung/administrator setup -
POST /einrichtung/administrator setup -
GET /einrichtung/abschluss setup -
GET /entsperren locked -
GET /anmelden open -
POST /anmelden open -
POST /anmelden/code open -
GET /anmelden/vergessen open -
POST /abmelden open read-only
POST /bestaetigen open read-only
GET /konto open read-only
GET /konto/passwort open read-only
POST /konto/passwort open read-only
GET /konto/zwei-faktor open read-only fresh
POST /konto/zwei-faktor open read-only fresh
GET /konto/zwei-faktor/ausschalten open read-only fresh
POST /konto/zwei-faktor/ausschalten open read-only fresh
POST /konto/ueberall-abmelden open read-only
GET /sperren open user
POST /sperren open user
GET /status open read-only
GET /eingang open read-only
GET /eingang/programme open administrator
POST /eingang/programme open administrator fresh
GET /eingang/programme/{token_id:int}/widerrufen open administrator
POST /eingang/programme/{token_id:int}/widerrufen open administrator fresh
GET /eingang/befunde open read-only
GET /eingang/befunde.csv open read-only
GET /eingang/befunde/{finding_id:int} open read-only
POST /eingang/befunde/{finding_id:int} open user
GET /eingang/ueberfaellig open read-only
GET /eingang/ueberfaellig.csv open read-only
GET /eingang/verspaetet open read-only
GET /eingang/verspaetet.csv open read-only
GET /eingang/verschoben open read-only
GET /eingang/verschoben.csv open read-only
GET /eingang/{import_id} open read-only
GET /exporte open read-only
GET /exporte/anonymitaet open read-only
GET /exporte/anonymitaet.json open read-only
GET /exporte/nachweise open read-only
POST /exporte/nachweise open user
GET /exporte/nachweise.zip open read-only
POST /exporte/jetzt open user
GET /exporte/{number:int} open read-only
GET /exporte/{number:int}/paket open user
POST /exporte/{number:int}/quittung open user
GET /exporte/{number:int}/quittung open read-only
GET /exporte/{number:int}/quittung/signatur open read-only
GET /info open read-only
GET /info/felder open read-only
GET /info/auswahllisten open read-only
GET /info/plausibilitaeten open read-only
GET /info/felder.csv open read-only
GET /info/auswahllisten.csv open read-only
GET /info/plausibilitaeten.csv open read-only
GET /system open read-only
GET /system/masterpasswort open administrator fresh
GET /system/masterpasswort/geaendert open administrator
GET /system/protokoll open administrator
GET /system/protokoll.csv open administrator
GET /system/benutzer open administrator
GET /system/benutzer/neu open administrator
POST /system/benutzer/neu open administrator fresh
GET /system/benutzer/{account_id:int} open administrator
POST /system/benutzer/{account_id:int}/rolle open administrator fresh
POST /system/benutzer/{account_id:int}/passwort open administrator fresh
POST /system/benutzer/{account_id:int}/sperren open administrator fresh
POST /system/benutzer/{account_id:int}/freigeben open administrator fresh
POST /system/benutzer/{account_id:int}/zwei-faktor open administrator fresh
POST /system/benutzer/{account_id:int}/entfernen open administrator fresh
GET /system/benutzer/{account_id:int}/entfernen open administrator
"""
PINNED_INTERFACE = """
GET /api/v1/status anyone
POST /api/v1/imports token
GET /api/v1/imports/{import_id} token
GET /api/v1/catalogue token
GET /api/v1/schema token
GET /api/v1/openapi.json token
"""
WITHOUT_TABLE = {("GET", "/static/{version}/{name:path}"), ("GET", "/robots.txt")}


def test_every_page_is_pinned() -> None:
    rows = [
        f"{page.method} {page.path} {NAMES[page.states]} {page.role.value if page.role else '-'}"
        + (" fresh" if page.fresh else "")
        for page in PAGES
    ]
    assert rows == PINNED.strip().splitlines()


def test_every_operation_is_pinned() -> None:
    rows = [
        f"{operation.method} {PREFIX}{operation.path} {'token' if operation.token else 'anyone'}"
        for operation in OPERATIONS
    ]
    assert rows == PINNED_INTERFACE.strip().splitlines()


def test_nothing_exists_beside_the_tables(fresh: Box) -> None:
    served = routes_of(create_web(fresh.application).routes)
    assert served == {(page.method, page.path) for page in PAGES} | WITHOUT_TABLE
    interface = routes_of(create_api(fresh.application).routes)
    assert interface == {(operation.method, PREFIX + operation.path) for operation in OPERATIONS}


def test_signing_in_is_needed_for_everything_but_the_way_to_it() -> None:
    assert {page.path for page in PAGES if page.role is None} == {
        "/",
        "/sprache",
        "/einrichtung",
        "/einrichtung/zentrum",
        "/einrichtung/administrator",
        "/einrichtung/abschluss",
        "/entsperren",
        "/anmelden",
        "/anmelden/code",
        "/anmelden/vergessen",
    }


def test_open_means_ready_or_busy() -> None:
    assert frozenset({BoxState.READY, BoxState.BUSY}) == OPEN


def routes_of(routes: Sequence[object]) -> set[tuple[str, str]]:
    found = set()
    for route in routes:
        path, methods = getattr(route, "path", None), getattr(route, "methods", None)
        assert isinstance(route, Route) or path, route
        found |= {(method, str(path)) for method in (methods or ()) if method != "HEAD"}
    return found
