"""The one table of pages: method, path, states in which it exists, and the least role that may see it.

What is not in this table does not exist. `None` as a role means: without signing in.
"""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from artbox.box.domain.accounts import Role
from artbox.box.domain.states import BoxState
from artbox.box.web.frame import OPEN_STATES
from artbox.box.web.pages import (
    anonymity,
    corrections,
    exports,
    imports,
    info,
    info_tables,
    ledger,
    programs,
    setup,
    signing_in,
    start,
    status,
)
from artbox.box.web.visit import Visit

ANY = frozenset(BoxState)
SETUP = frozenset({BoxState.SETUP})
LOCKED = frozenset({BoxState.LOCKED})
OPEN = OPEN_STATES


@dataclass(frozen=True)
class Page:
    """One row of the table."""

    method: str
    path: str
    endpoint: Callable[[Visit], Response]
    states: frozenset[BoxState]
    role: Role | None


PAGES = (
    Page("GET", "/", start.home, ANY, None),
    Page("POST", "/sprache", start.choose_language, ANY, None),
    Page("GET", "/einrichtung", setup.overview, SETUP, None),
    Page("GET", "/einrichtung/zentrum", setup.centre, SETUP, None),
    Page("POST", "/einrichtung/zentrum", setup.save_centre, SETUP, None),
    Page("GET", "/einrichtung/administrator", setup.administrator, SETUP, None),
    Page("POST", "/einrichtung/administrator", setup.save_administrator, SETUP, None),
    Page("GET", "/einrichtung/abschluss", setup.finish, SETUP, None),
    Page("GET", "/entsperren", start.unlock, LOCKED, None),
    Page("GET", "/anmelden", signing_in.form, OPEN, None),
    Page("POST", "/anmelden", signing_in.sign_in, OPEN, None),
    Page("POST", "/abmelden", signing_in.sign_out, OPEN, Role.READ_ONLY),
    Page("GET", "/sperren", start.confirm_lock, OPEN, Role.USER),
    Page("POST", "/sperren", start.lock, OPEN, Role.USER),
    Page("GET", "/status", status.show, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang", imports.recent, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/programme", programs.show, OPEN, Role.ADMINISTRATOR),
    Page("POST", "/eingang/programme", programs.create, OPEN, Role.ADMINISTRATOR),
    Page(
        "GET",
        "/eingang/programme/{token_id:int}/widerrufen",
        programs.confirm_revoke,
        OPEN,
        Role.ADMINISTRATOR,
    ),
    Page("POST", "/eingang/programme/{token_id:int}/widerrufen", programs.revoke, OPEN, Role.ADMINISTRATOR),
    Page("GET", "/eingang/befunde", corrections.worklist, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/befunde.csv", corrections.table, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/befunde/{finding_id:int}", corrections.show, OPEN, Role.READ_ONLY),
    Page("POST", "/eingang/befunde/{finding_id:int}", corrections.confirm, OPEN, Role.USER),
    Page("GET", "/eingang/{import_id}", imports.report, OPEN, Role.READ_ONLY),
    Page("GET", "/exporte", exports.overview, OPEN, Role.READ_ONLY),
    Page("GET", "/exporte/anonymitaet", anonymity.show, OPEN, Role.READ_ONLY),
    Page("GET", "/exporte/anonymitaet.json", anonymity.document, OPEN, Role.READ_ONLY),
    Page("GET", "/exporte/nachweise", ledger.show, OPEN, Role.READ_ONLY),
    Page("POST", "/exporte/nachweise", ledger.stamp, OPEN, Role.USER),
    Page("GET", "/exporte/nachweise.zip", ledger.download, OPEN, Role.READ_ONLY),
    Page("POST", "/exporte/jetzt", exports.deliver, OPEN, Role.USER),
    Page("GET", "/exporte/{number:int}", exports.package, OPEN, Role.READ_ONLY),
    Page("GET", "/exporte/{number:int}/paket", exports.package_file, OPEN, Role.USER),
    Page("POST", "/exporte/{number:int}/quittung", exports.take_receipt, OPEN, Role.USER),
    Page("GET", "/exporte/{number:int}/quittung", exports.receipt_file, OPEN, Role.READ_ONLY),
    Page("GET", "/exporte/{number:int}/quittung/signatur", exports.receipt_signature, OPEN, Role.READ_ONLY),
    Page("GET", "/info", info.overview, OPEN, Role.READ_ONLY),
    Page("GET", "/info/felder", info.fields, OPEN, Role.READ_ONLY),
    Page("GET", "/info/auswahllisten", info.choice_lists, OPEN, Role.READ_ONLY),
    Page("GET", "/info/plausibilitaeten", info.rules, OPEN, Role.READ_ONLY),
    Page("GET", "/info/felder.csv", info_tables.fields, OPEN, Role.READ_ONLY),
    Page("GET", "/info/auswahllisten.csv", info_tables.choice_lists, OPEN, Role.READ_ONLY),
    Page("GET", "/info/plausibilitaeten.csv", info_tables.rules, OPEN, Role.READ_ONLY),
)
