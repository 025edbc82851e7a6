"""What the entries of the audit log mean to a reader."""

from collections.abc import Mapping

from artbox.box.domain.audit import AuditTag
from artbox.box.edge.texts import mark

EVENTS: Mapping[AuditTag, str] = {
    AuditTag.BOX_SET_UP: mark("ARTbox eingerichtet"),
    AuditTag.BOX_UNLOCKED: mark("ARTbox entsperrt"),
    AuditTag.BOX_LOCKED: mark("ARTbox gesperrt"),
    AuditTag.MASTER_CHANGE_BEGUN: mark("Änderung des Masterpassworts begonnen"),
    AuditTag.MASTER_CHANGED: mark("Masterpasswort geändert"),
    AuditTag.MASTER_REFUSED: mark("Falsches Masterpasswort eingegeben"),
    AuditTag.SIGN_IN: mark("Angemeldet"),
    AuditTag.SIGN_IN_FAILED: mark("Anmeldung gescheitert"),
    AuditTag.SIGN_IN_THROTTLED: mark("Anmeldung zu früh wiederholt"),
    AuditTag.SIGN_OUT: mark("Abgemeldet"),
    AuditTag.SIGN_OUT_EVERYWHERE: mark("Überall abgemeldet"),
    AuditTag.PASSWORD_CONFIRMED: mark("Passwort bestätigt"),
    AuditTag.PASSWORD_REFUSED: mark("Falsches Passwort bei einer Bestätigung"),
    AuditTag.PASSWORD_CHANGED: mark("Eigenes Passwort geändert"),
    AuditTag.PASSWORD_RESET: mark("Neues Anfangspasswort vergeben"),
    AuditTag.PASSWORD_RECOVERED: mark("Passwort mit dem Masterpasswort ersetzt"),
    AuditTag.ACCOUNT_CREATED: mark("Konto angelegt"),
    AuditTag.ACCOUNT_REMOVED: mark("Konto entfernt"),
    AuditTag.ACCOUNT_LOCKED: mark("Konto gesperrt"),
    AuditTag.ACCOUNT_RELEASED: mark("Konto freigegeben"),
    AuditTag.ROLE_CHANGED: mark("Rolle geändert"),
    AuditTag.FACTOR_ADDED: mark("Zweiter Faktor eingeschaltet"),
    AuditTag.FACTOR_REMOVED: mark("Zweiter Faktor ausgeschaltet"),
    AuditTag.FACTOR_REFUSED: mark("Falscher Code des zweiten Faktors"),
    AuditTag.FACTOR_ACCEPTED: mark("Code des zweiten Faktors angenommen"),
    AuditTag.RECOVERY_CODE_USED: mark("Ersatzcode benutzt"),
    AuditTag.TOKEN_CREATED: mark("Zugang eines Erfassungsprogramms angelegt"),
    AuditTag.TOKEN_REVOKED: mark("Zugang eines Erfassungsprogramms widerrufen"),
    AuditTag.IMPORT_BEGUN: mark("Import begonnen"),
    AuditTag.IMPORT_STORED: mark("Import gespeichert"),
    AuditTag.IMPORT_ABORTED: mark("Import abgebrochen"),
    AuditTag.FINDING_CONFIRMED: mark("Befund bestätigt"),
    AuditTag.PACKAGE_RESERVED: mark("Paket begonnen"),
    AuditTag.PACKAGE_PACKED: mark("Paket erstellt"),
    AuditTag.PACKAGE_REVISED: mark("Paket neu zusammengestellt"),
    AuditTag.PACKAGE_ATTEMPTED: mark("Versand eines Pakets versucht"),
    AuditTag.PACKAGE_NEVER_LEFT: mark("Paket nicht abgeschickt"),
    AuditTag.PACKAGE_FAILED: mark("Versand eines Pakets gescheitert"),
    AuditTag.PACKAGE_SENT: mark("Paket gesendet"),
    AuditTag.PACKAGE_RECEIPTED: mark("Paket quittiert"),
}
ACTORS = {
    "unknown": mark("unbekannt"),
    "control": mark("die ARTbox selbst"),
    "box": mark("die ARTbox selbst"),
    "master-password": mark("wer das Masterpasswort kennt"),
}
DETAILS = {
    "account": mark("Konto"),
    "account_id": mark("Konto"),
    "address": mark("Adresse"),
    "centre_no": mark("Zentrum"),
    "count": mark("Anzahl"),
    "failures": mark("Fehlversuche davor"),
    "finding_id": mark("Befund"),
    "import_id": mark("Import"),
    "kind": mark("Form"),
    "package_id": mark("Paket"),
    "product": mark("Programm"),
    "register": mark("Register"),
    "role": mark("Rolle"),
    "token_id": mark("Zugang"),
}
"""What is not here is shown under its own name."""
