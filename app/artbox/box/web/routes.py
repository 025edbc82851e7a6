"""The one table of pages: method, path, states in which it exists, and the least role that may see it.

What is not in this table does not exist. `None` as a role means: without signing in. `fresh` marks what asks
for the password again unless it was given in the last minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from artbox.box.domain.accounts import Role
from artbox.box.domain.states import BoxState
from artbox.box.web.frame import OPEN_STATES
from artbox.box.web.pages import (
    anonymity,
    audit,
    cases,
    corrections,
    exports,
    imports,
    info,
    info_rules,
    info_tables,
    ledger,
    own_account,
    people,
    programs,
    setup,
    signing_in,
    start,
    status,
    system,
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
    fresh: bool = False


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
    Page("POST", "/anmelden/code", signing_in.complete, OPEN, None),
    Page("GET", "/anmelden/vergessen", signing_in.forgotten, OPEN, None),
    Page("POST", "/abmelden", signing_in.sign_out, OPEN, Role.READ_ONLY),
    Page("POST", "/bestaetigen", start.confirm, OPEN, Role.READ_ONLY),
    Page("GET", "/konto", own_account.show, OPEN, Role.READ_ONLY),
    Page("GET", "/konto/passwort", own_account.password, OPEN, Role.READ_ONLY),
    Page("POST", "/konto/passwort", own_account.change_password, OPEN, Role.READ_ONLY),
    Page("GET", "/konto/zwei-faktor", own_account.factor, OPEN, Role.READ_ONLY, fresh=True),
    Page("POST", "/konto/zwei-faktor", own_account.add_factor, OPEN, Role.READ_ONLY, fresh=True),
    Page(
        "GET",
        "/konto/zwei-faktor/ausschalten",
        own_account.confirm_factor_removal,
        OPEN,
        Role.READ_ONLY,
        fresh=True,
    ),
    Page(
        "POST",
        "/konto/zwei-faktor/ausschalten",
        own_account.remove_factor,
        OPEN,
        Role.READ_ONLY,
        fresh=True,
    ),
    Page("POST", "/konto/ueberall-abmelden", own_account.sign_out_everywhere, OPEN, Role.READ_ONLY),
    Page("GET", "/sperren", start.confirm_lock, OPEN, Role.USER),
    Page("POST", "/sperren", start.lock, OPEN, Role.USER),
    Page("GET", "/status", status.show, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang", imports.recent, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/programme", programs.show, OPEN, Role.ADMINISTRATOR),
    Page("POST", "/eingang/programme", programs.create, OPEN, Role.ADMINISTRATOR, fresh=True),
    Page(
        "GET",
        "/eingang/programme/{token_id:int}/widerrufen",
        programs.confirm_revoke,
        OPEN,
        Role.ADMINISTRATOR,
    ),
    Page(
        "POST",
        "/eingang/programme/{token_id:int}/widerrufen",
        programs.revoke,
        OPEN,
        Role.ADMINISTRATOR,
        fresh=True,
    ),
    Page("GET", "/eingang/befunde", corrections.worklist, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/befunde.csv", corrections.table, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/befunde/{finding_id:int}", corrections.show, OPEN, Role.READ_ONLY),
    Page("POST", "/eingang/befunde/{finding_id:int}", corrections.confirm, OPEN, Role.USER),
    Page("GET", "/eingang/ueberfaellig", cases.overdue, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/ueberfaellig.csv", cases.overdue_table, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/verspaetet", cases.late, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/verspaetet.csv", cases.late_table, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/verschoben", cases.moved, OPEN, Role.READ_ONLY),
    Page("GET", "/eingang/verschoben.csv", cases.moved_table, OPEN, Role.READ_ONLY),
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
    Page("GET", "/info/plausibilitaeten", info_rules.rules, OPEN, Role.READ_ONLY),
    Page("GET", "/info/felder.csv", info_tables.fields, OPEN, Role.READ_ONLY),
    Page("GET", "/info/auswahllisten.csv", info_tables.choice_lists, OPEN, Role.READ_ONLY),
    Page("GET", "/info/plausibilitaeten.csv", info_tables.rules, OPEN, Role.READ_ONLY),
    Page("GET", "/system", system.overview, OPEN, Role.READ_ONLY),
    Page("GET", "/system/masterpasswort", system.master_password, OPEN, Role.ADMINISTRATOR, fresh=True),
    Page("GET", "/system/masterpasswort/geaendert", system.master_changed, OPEN, Role.ADMINISTRATOR),
    Page("GET", "/system/protokoll", audit.show, OPEN, Role.ADMINISTRATOR),
    Page("GET", "/system/protokoll.csv", audit.table, OPEN, Role.ADMINISTRATOR),
    Page("GET", "/system/benutzer", people.show, OPEN, Role.ADMINISTRATOR),
    Page("GET", "/system/benutzer/neu", people.new, OPEN, Role.ADMINISTRATOR),
    Page("POST", "/system/benutzer/neu", people.create, OPEN, Role.ADMINISTRATOR, fresh=True),
    Page("GET", "/system/benutzer/{account_id:int}", people.one, OPEN, Role.ADMINISTRATOR),
    *(
        Page(
            "POST",
            f"/system/benutzer/{{account_id:int}}/{action}",
            endpoint,
            OPEN,
            Role.ADMINISTRATOR,
            fresh=True,
        )
        for action, endpoint in (
            ("rolle", people.change_role),
            ("passwort", people.reset_password),
            ("sperren", people.lock),
            ("freigeben", people.release),
            ("zwei-faktor", people.drop_factor),
            ("entfernen", people.remove),
        )
    ),
    Page(
        "GET", "/system/benutzer/{account_id:int}/entfernen", people.confirm_removal, OPEN, Role.ADMINISTRATOR
    ),
)
