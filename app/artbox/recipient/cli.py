"""The command `artbox-recipient`: open, check and load packages at a register.

Exit codes: 0 done, 1 refused (what came before the refused package stays taken), 2 wrong usage.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from artbox import __version__
from artbox.recipient.errors import Refused
from artbox.recipient.opening import Keys, Opened, open_package
from artbox.recipient.table import Table
from artbox.recipient.texts import LANGUAGES, language_of_environment, text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(given)
    chosen = parser(language).parse_args(given)
    try:
        _open(chosen, language)
    except Refused as error:
        sys.stderr.write(f"artbox-recipient: {text(error.code, language, **error.fields)}\n")
        return 1
    except OSError as error:
        detail = text("file", language, path=error.filename, detail=error.strerror)
        sys.stderr.write(f"artbox-recipient: {detail}\n")
        return 1
    return 0


def parser(language: str) -> argparse.ArgumentParser:
    """Return the command line's grammar, its help in this language."""
    made = argparse.ArgumentParser(prog="artbox-recipient", description=text("program", language))
    made.add_argument("--version", action="version", version=f"artbox-recipient {__version__}")
    made.add_argument("--language", choices=LANGUAGES, help=text("language", language))
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    opening = commands.add_parser("open", help=text("open", language), description=text("open", language))
    opening.add_argument("packages", nargs="+", type=Path, metavar="PACKAGE", help=text("package", language))
    for name in ("key", "certificate", "authority"):
        opening.add_argument(f"--{name}", required=True, type=Path, metavar="FILE", help=text(name, language))
    opening.add_argument("--into", type=Path, metavar="FILE", help=text("into", language))
    return made


def _language(given: Sequence[str]) -> str:
    """Find the wanted language before the grammar exists, which speaks it."""
    early = argparse.ArgumentParser(add_help=False)
    early.add_argument("--language", choices=LANGUAGES)
    try:
        chosen, _ = early.parse_known_args(given)
    except SystemExit:
        return language_of_environment()
    return chosen.language or language_of_environment()


def _open(chosen: argparse.Namespace, language: str) -> None:
    keys = Keys(chosen.certificate, chosen.key, chosen.authority)
    table = Table(chosen.into) if chosen.into else None
    try:
        for path in sorted(chosen.packages, key=lambda path: path.name):
            package = open_package(path, keys)
            if table is None:
                _print(package)
            else:
                said = "taken" if table.apply(package) else "known"
                _say(text(said, language, package=path.name, count=package.manifest.count))
    finally:
        if table is not None:
            table.close()


def _print(package: Opened) -> None:
    for record in package.records:
        members = {"kind": package.manifest.kind, **vars(record)}
        known = {name: value for name, value in members.items() if value is not None}
        _say(json.dumps(known, ensure_ascii=False, sort_keys=True))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
