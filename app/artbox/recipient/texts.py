"""What the command line says, in German and English."""

import os

LANGUAGES = ("de", "en")
TEXTS: dict[str, dict[str, str]] = {
    "program": {
        "de": "Öffnet Pakete einer ARTbox für ein Register und führt dessen Tabelle.",
        "en": "Opens packages of an ARTbox for a register and keeps its table.",
    },
    "open": {
        "de": "Pakete prüfen, entschlüsseln und in die Tabelle übernehmen oder ausgeben",
        "en": "verify and decrypt packages, and take them into the table or print them",
    },
    "package": {
        "de": "Paket, Name wie von der ARTbox vergeben; mehrere werden nach ihrer Nummer geordnet",
        "en": "package, named as the ARTbox named it; several are taken in the order of their numbers",
    },
    "key": {"de": "privater Schlüssel des Registers (PEM)", "en": "private key of the register (PEM)"},
    "certificate": {"de": "Zertifikat des Registers (PEM)", "en": "certificate of the register (PEM)"},
    "authority": {"de": "Zertifikat der ARTbox-CA (PEM)", "en": "certificate of the ARTbox CA (PEM)"},
    "into": {
        "de": "SQLite-Datei, in die übernommen wird; ohne sie werden die Sätze ausgegeben",
        "en": "SQLite file to take the records into; without it they are printed",
    },
    "language": {"de": "Sprache der Meldungen", "en": "language of the messages"},
    "taken": {"de": "{package}: {count} Sätze übernommen", "en": "{package}: {count} records taken"},
    "known": {"de": "{package}: war schon übernommen", "en": "{package}: was taken before"},
    "not-genuine": {
        "de": "{package} ist nicht echt oder beschädigt und wurde nicht geöffnet: {detail}",
        "en": "{package} is not genuine or damaged, and was not opened: {detail}",
    },
    "not-readable": {
        "de": "{package} lässt sich mit diesem Schlüssel nicht lesen: {detail}",
        "en": "{package} cannot be read with this key: {detail}",
    },
    "out-of-sequence": {
        "de": "{package} kommt zu früh: es fehlt das Paket Nummer {expected}. Übernehmen Sie es zuerst.",
        "en": "{package} comes too early: package number {expected} is missing. Take that one first.",
    },
    "sequence-taken": {
        "de": "{package}: ein anderes Paket dieser Nummer wurde schon übernommen. Fragen Sie das Zentrum.",
        "en": "{package}: another package of this number was taken before. Ask the centre.",
    },
    "contradictory": {
        "de": "{package}, Zeile {line}: widerspricht der Tabelle ({detail}). Nichts wurde übernommen.",
        "en": "{package}, line {line}: contradicts the table ({detail}). Nothing was taken.",
    },
    "table-unusable": {
        "de": "{path} ist keine Tabelle dieses Programms.",
        "en": "{path} is no table of this program.",
    },
    "file": {"de": "{path}: {detail}", "en": "{path}: {detail}"},
}


def text(name: str, language: str, **fields: object) -> str:
    """Return a text with its fields filled in."""
    return TEXTS[name][language].format(**fields) if fields else TEXTS[name][language]


def language_of_environment() -> str:
    """Return the language the environment asks for: German where it says so, else English."""
    wanted = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "de" if wanted.lower().startswith("de") else "en"
