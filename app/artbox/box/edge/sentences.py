"""The German sentence for every code a service can refuse with; English follows by `texts.en.yml`.

A code with a reason is looked up as `code.reason` first. Sentences say what happened and what to do next.
"""

from artbox.box.edge.texts import mark, translate
from artbox.box.errors import ArtboxError

SENTENCES: dict[str, str] = {
    "error": mark("Das hat nicht geklappt. Bitte versuchen Sie es noch einmal."),
    "settings-invalid": mark(
        "Die Einstellungen der ARTbox sind fehlerhaft. Bitte rufen Sie die Betreuung an."
    ),
    "box-locked": mark("Die ARTbox ist gesperrt. Bitte entsperren Sie sie mit dem Masterpasswort."),
    "not-locked": mark("Die ARTbox ist bereits entsperrt."),
    "wrong-master-password": mark(
        "Das Masterpasswort ist nicht richtig. Bitte achten Sie auf Groß- und Kleinschreibung."
    ),
    "master-password-too-short": mark("Das Masterpasswort braucht mindestens {minimum} Zeichen."),
    "master-password-too-long": mark("Das Masterpasswort darf höchstens {maximum} Zeichen haben."),
    "master-passwords-differ": mark("Die beiden Eingaben des Masterpassworts stimmen nicht überein."),
    "master-password-change-refused": mark(
        "Das Masterpasswort ändern kann nur, wer die ARTbox verwaltet und gerade sein Passwort "
        "eingegeben hat."
    ),
    "keyring-damaged": mark(
        "Die Schlüsseldatei der ARTbox ist beschädigt. "
        "Bitte rufen Sie die Betreuung an, bevor Sie etwas anderes versuchen."
    ),
    "keyring-missing": mark("Diese ARTbox ist noch nicht eingerichtet."),
    "throttled": mark(
        "Zu viele Fehlversuche. Bitte warten Sie {wait_seconds} Sekunden und versuchen Sie es dann erneut."
    ),
    "vault-refused": mark(
        "Der verschlüsselte Datenbereich ließ sich nicht öffnen. Bitte rufen Sie die Betreuung an."
    ),
    "store-unreadable": mark("Die Datenbank ließ sich nicht öffnen. Bitte rufen Sie die Betreuung an."),
    "store-unreadable.newer": mark(
        "Die Datenbank stammt von einer neueren Version der ARTbox. Bitte rufen Sie die Betreuung an."
    ),
    "service-unreachable": mark(
        "Die ARTbox startet gerade. Bitte versuchen Sie es in einer Minute noch einmal."
    ),
    "setup-already-done": mark("Diese ARTbox ist bereits eingerichtet."),
    "setup-incomplete": mark("Es fehlen noch Angaben. Bitte füllen Sie die vorigen Schritte aus."),
    "centre-number-invalid": mark("Die Zentrumsnummer ist eine ganze Zahl von 1 bis 9999."),
    "enrolment-refused": mark(
        "Die Anmeldung beim Register ist nicht gelungen. Bitte rufen Sie die Betreuung an."
    ),
    "enrolment-refused.code-unknown": mark(
        "Diesen Anmeldecode gibt es nicht. Bitte prüfen Sie ihn Zeichen für Zeichen."
    ),
    "enrolment-refused.code-used": mark(
        "Dieser Anmeldecode wurde schon verwendet. Bitte lassen Sie sich einen neuen geben."
    ),
    "enrolment-refused.code-expired": mark(
        "Dieser Anmeldecode ist abgelaufen. Bitte lassen Sie sich einen neuen geben."
    ),
    "enrolment-refused.centre-mismatch": mark("Dieser Anmeldecode gehört zu einer anderen Zentrumsnummer."),
    "enrolment-refused.too-many-attempts": mark(
        "Zu viele Versuche mit falschen Anmeldecodes. Bitte versuchen Sie es später noch einmal."
    ),
    "enrolment-refused.server-unreachable": mark(
        "Der Server des Registers ist nicht erreichbar. "
        "Bitte prüfen Sie den Internetanschluss und die Freigaben der Firewall."
    ),
    "enrolment-refused.intercepted": mark(
        "Die Verbindung zum Register wird unterwegs aufgebrochen (SSL-Inspektion). "
        "Bitte nehmen Sie die ARTbox in Ihrer Firewall davon aus."
    ),
    "enrolment-refused.answer-invalid": mark(
        "Die Antwort des Registers war nicht zu verwenden. Bitte rufen Sie die Betreuung an."
    ),
    "not-enrolled": mark("Die ARTbox ist noch nicht beim Register angemeldet."),
    "account-name-invalid": mark("Der Benutzername braucht {minimum} bis {maximum} Zeichen."),
    "password-too-short": mark("Das Passwort braucht mindestens {minimum} Zeichen."),
    "password-too-long": mark("Das Passwort darf höchstens {maximum} Zeichen haben."),
    "passwords-differ": mark("Die beiden Eingaben des Passworts stimmen nicht überein."),
    "password-too-easy": mark("Dieses Passwort ist zu leicht zu erraten."),
    "password-too-easy.common": mark(
        "Dieses Passwort ist zu leicht zu erraten, weil es zu den häufigsten Passwörtern gehört oder "
        "eines davon enthält. Besser sind mehrere Wörter, die nichts miteinander zu tun haben."
    ),
    "password-too-easy.word": mark(
        "Dieses Passwort ist zu leicht zu erraten, weil es aus zu wenigen gebräuchlichen Wörtern besteht. "
        "Fügen Sie Wörter hinzu, die nichts damit zu tun haben."
    ),
    "password-too-easy.name": mark(
        "Dieses Passwort ist zu leicht zu erraten, weil es vor allem aus einem Namen besteht. "
        "Fügen Sie Wörter hinzu, die nichts damit zu tun haben."
    ),
    "password-too-easy.own-word": mark(
        "Dieses Passwort ist zu leicht zu erraten, weil es Ihren Namen, Ihr Zentrum oder ein Wort aus Ihrem "
        "Alltag enthält. Fügen Sie Wörter hinzu, die nichts damit zu tun haben."
    ),
    "password-too-easy.repeat": mark(
        "Dieses Passwort ist zu leicht zu erraten, weil sich darin dasselbe wiederholt. "
        "Besser sind mehrere verschiedene Wörter."
    ),
    "password-too-easy.sequence": mark(
        "Dieses Passwort ist zu leicht zu erraten, weil es eine Folge wie abcd oder 6543 enthält. "
        "Besser sind mehrere verschiedene Wörter."
    ),
    "password-too-easy.keyboard": mark(
        "Dieses Passwort ist zu leicht zu erraten, weil seine Tasten auf der Tastatur nebeneinander liegen. "
        "Besser sind mehrere verschiedene Wörter."
    ),
    "password-too-easy.date": mark(
        "Dieses Passwort ist zu leicht zu erraten, weil es vor allem aus einem Datum oder einer Jahreszahl "
        "besteht. Fügen Sie Wörter hinzu, die nichts damit zu tun haben."
    ),
    "password-too-easy.short": mark(
        "Dieses Passwort ist zu leicht zu erraten, weil es zu kurz ist. Fügen Sie weitere Wörter hinzu."
    ),
    "sign-in-failed": mark("Benutzername oder Passwort ist nicht richtig."),
    "sign-in-expired": mark("Die Anmeldung hat zu lange gedauert. Bitte beginnen Sie noch einmal."),
    "account-locked": mark(
        "Dieses Konto ist gesperrt. Bitte wenden Sie sich an eine Person, die die ARTbox verwaltet."
    ),
    "account-name-taken": mark("Diesen Benutzernamen gibt es schon. Bitte wählen Sie einen anderen."),
    "account-unknown": mark("Dieses Konto gibt es nicht."),
    "administrator-unknown": mark("Unter diesem Namen gibt es kein Administratorkonto. Es gibt: {names}."),
    "last-administrator": mark(
        "Das geht nicht: Danach gäbe es niemanden mehr, der die ARTbox verwalten kann. "
        "Geben Sie zuerst einer anderen Person die Rolle Administrator."
    ),
    "password-wrong": mark("Das ist nicht Ihr Passwort. Bitte achten Sie auf Groß- und Kleinschreibung."),
    "second-factor-needed": mark("Bitte geben Sie den Code Ihres zweiten Faktors ein."),
    "second-factor-refused": mark(
        "Dieser Code gilt nicht. Jeder Code gilt nur einmal und nur kurze Zeit; "
        "bitte geben Sie den nächsten ein, den Ihr Gerät zeigt."
    ),
    "product-name-invalid": mark("Der Name des Erfassungsprogramms braucht {minimum} bis {maximum} Zeichen."),
    "token-unknown": mark("Diesen Zugang gibt es nicht."),
    "document-refused": mark("Das Importdokument ist nicht zu lesen."),
    "document-refused.too-large": mark("Das Importdokument ist zu groß."),
    "document-refused.not-json": mark("Das Importdokument ist kein gültiges JSON."),
    "document-refused.line": mark("Eine Zeile des Importdokuments ist kein gültiges JSON-Objekt."),
    "document-refused.too-deep": mark("Das Importdokument ist zu tief verschachtelt."),
    "document-refused.not-a-document": mark("Das ist kein Importdokument der ARTbox."),
    "document-refused.release-unknown": mark("Diese Katalogversion kennt die ARTbox nicht."),
    "document-refused.line-too-long": mark("Eine Zeile des Importdokuments ist zu lang."),
    "document-refused.too-many-patients": mark("Das Importdokument enthält zu viele Patientinnen."),
    "document-refused.too-many-cycles": mark("Das Importdokument enthält zu viele Zyklen."),
    "idempotency-conflict": mark("Derselbe Idempotency-Key kam mit einem anderen Dokument."),
    "import-under-way": mark("Der Import mit diesem Idempotency-Key läuft noch."),
    "intake-busy": mark("Es laufen schon so viele Importe, wie die ARTbox zugleich annimmt."),
    "finding-unknown": mark("Diesen offenen Befund gibt es nicht."),
    "reason-missing": mark("Bitte geben Sie eine Begründung von {minimum} bis {maximum} Zeichen an."),
    "delivery-failed": mark(
        "Der Export ist nicht gelungen. Die Pakete bleiben erhalten und werden erneut gesendet."
    ),
    "delivery-failed.server-unreachable": mark(
        "Der Server des Registers ist nicht erreichbar. "
        "Die Pakete bleiben erhalten und werden erneut gesendet."
    ),
    "delivery-failed.intercepted": mark(
        "Die Verbindung zum Register wird unterwegs aufgebrochen (SSL-Inspektion). "
        "Bitte nehmen Sie die ARTbox in Ihrer Firewall davon aus."
    ),
    "delivery-failed.refused": mark(
        "Der Server des Registers hat das Paket abgelehnt. Bitte rufen Sie die Betreuung an."
    ),
    "delivery-failed.receipt-invalid": mark(
        "Die Quittung des Registers ist nicht echt. Das Paket gilt als nicht zugestellt. "
        "Bitte rufen Sie die Betreuung an."
    ),
    "delivery-failed.recipient-missing": mark(
        "Für das Register {register} fehlt der Schlüssel des Empfängers. Bitte rufen Sie die Betreuung an."
    ),
    "delivery-failed.register-unknown": mark("Dieses Register gibt es nicht."),
    "delivery-failed.file-missing": mark(
        "Die Datei eines bereits gesendeten Pakets fehlt. Bitte rufen Sie die Betreuung an."
    ),
    "delivery-failed.packing-failed": mark(
        "Das Paket ließ sich nicht erstellen. Bitte rufen Sie die Betreuung an."
    ),
    "timestamp-failed": mark("Es gab keinen Zeitstempel. Die ARTbox versucht es von selbst wieder."),
    "timestamp-failed.no-authority": mark("Es ist kein Zeitstempeldienst eingestellt."),
    "timestamp-failed.none-answered": mark("Kein Zeitstempeldienst gab einen gültigen Zeitstempel."),
    "timestamp-failed.nothing-to-stamp": mark("Es gibt noch nichts, was einen Zeitstempel bekommen könnte."),
    "ledger-broken": mark("Das Hauptbuch stimmt ab Eintrag {sequence} nicht."),
    "ledger-broken.unreadable": mark(
        "Die Datei des Hauptbuchs ist nicht lesbar, zuerst in Zeile {sequence}."
    ),
    "ledger-broken.chain": mark("Die Kette des Hauptbuchs ist bei Eintrag {sequence} unterbrochen."),
    "ledger-broken.commitment": mark("Der offengelegte Text von Eintrag {sequence} passt nicht zu ihm."),
    "ledger-broken.timestamp": mark("Der Zeitstempel zu Eintrag {sequence} ist nicht gültig."),
    "ledger-broken.token-missing": mark("Der Zeitstempel zu Eintrag {sequence} fehlt oder ist ein anderer."),
    "ledger-broken.receipt": mark("Die Quittung zu Eintrag {sequence} fehlt oder ist nicht echt."),
    "ledger-broken.audit": mark("Das Protokoll passt nicht zum Hauptbuch."),
    "package-unknown": mark("Dieses Paket gibt es nicht."),
    "socket-missing": mark(
        "Der Dienst wurde ohne seine Anschlüsse gestartet. Bitte rufen Sie die Betreuung an."
    ),
    # What only the edges know
    "receipt-not-this": mark("Das ist keine gültige Quittung zu diesem Paket."),
    "not-found": mark("Unter dieser Adresse gibt es nichts."),
    "method-not-allowed": mark("Das geht an dieser Stelle nicht."),
    "forbidden": mark("Dafür reicht Ihre Berechtigung nicht aus."),
    "foreign-origin": mark("Diese Anfrage kam nicht von einer Seite der ARTbox und wurde nicht ausgeführt."),
    "body-too-large": mark("Die Anfrage ist größer als {limit_bytes} Bytes."),
    "unprocessable": mark("Die Angaben waren nicht zu verstehen."),
    "unsupported-media-type": mark("Erwartet wird application/json oder application/x-ndjson."),
    "token-missing": mark("Es fehlt der Zugang: Authorization: Bearer …"),
    "token-refused": mark("Dieser Zugang gilt nicht oder nicht mehr."),
    "internal": mark("In der ARTbox ist ein Fehler aufgetreten. Er ist vermerkt."),
}


def sentence_for(code: str, language: str, **fields: object) -> str:
    """Return the sentence of a code, by its reason where there is one; unknown codes get the general one."""
    for key in (f"{code}.{fields.get('reason')}", code):
        if key in SENTENCES:
            return translate(SENTENCES[key], language, **fields)
    return translate(SENTENCES["error"], language)


def sentence(error: ArtboxError, language: str) -> str:
    """Return what a refusal means to a reader."""
    return sentence_for(error.code, language, **error.fields)
