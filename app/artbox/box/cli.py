"""The command `artbox`: runs the services, and speaks to the running one over its control socket.

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 box locked (no alarm for a timer), 4 service not running.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from artbox import __version__
from artbox.box.errors import ArtboxError
from artbox.box.testkit.grammar import add_testkit

LOCKED, NOT_RUNNING, REFUSED = 3, 4, 1
EXIT_CODES = {"box-locked": LOCKED, "service-unreachable": NOT_RUNNING}
ADVICE = {
    "box-locked": "The box is locked. Somebody at the centre has to enter the master password on its page.",
    "service-unreachable": "The service is not running. Look at: systemctl status artbox.service",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except ArtboxError as error:
        return _refused(error)


def parser() -> argparse.ArgumentParser:
    """Return the command line's grammar."""
    made = argparse.ArgumentParser(prog="artbox", description="The ARTbox's service and its commands.")
    made.add_argument("--version", action="version", version=f"artbox {__version__}")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "serve", "run the service on the sockets systemd hands over", _serve)
    _add(commands, "unlock", "answer one master password on the socket systemd hands over", _unlock)
    _add(commands, "status", "say in which state the box is", _status)
    token = commands.add_parser("token", help="access tokens of capture programs")
    actions = token.add_subparsers(required=True, metavar="ACTION")
    create = _add(actions, "create", "make a token and print it, this once", _create_token)
    create.add_argument("--product", required=True, metavar="NAME", help="the capture program, e.g. MedITEX")
    deliver = _add(commands, "deliver", "pack what is waiting, send it and verify the receipts", _deliver)
    deliver.add_argument("--register", metavar="DIR", help="only this register (default: all)")
    deliver.add_argument("--due", action="store_true", help="only where the daily turn, or a pause, has come")
    ledger = commands.add_parser("ledger", help="the chain of what came in and went out, for an auditor")
    parts = ledger.add_subparsers(required=True, metavar="ACTION")
    _add(parts, "stamp", "have the end of the chain stamped now", _stamp_ledger)
    export = _add(parts, "export", "write the chain and its time stamps into a new directory", _export_ledger)
    export.add_argument("directory", type=Path)
    verify = _add(parts, "verify", "verify an exported chain; needs no box", _verify_ledger)
    verify.add_argument("directory", type=Path)
    verify.add_argument("--roots", type=Path, metavar="FILE", help="time-stamp certificates you trust")
    verify.add_argument("--authority", type=Path, metavar="FILE", help="the ARTbox CA, for the receipts")
    _add(commands, "demo", "fill an unlocked box with synthetic records and deliver them", _demo)
    _add(commands, "lock", "lock the box", _lock)
    add_testkit(commands)
    return made


def _add(
    commands: Any, name: str, description: str, command: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands.add_parser(name, help=description, description=description)
    added.set_defaults(command=command)
    return added


def _serve(_arguments: argparse.Namespace) -> int:
    from artbox.box.serving import serve

    return serve()


def _unlock(_arguments: argparse.Namespace) -> int:
    from artbox.box.unlock import unlock

    return unlock()


def _status(_arguments: argparse.Namespace) -> int:
    state = _control().state()
    _say(f"{state['state']} since {state['since']}")
    if state.get("busy_with"):
        _say(f"busy with {state['busy_with']}")
    return 0


def _create_token(arguments: argparse.Namespace) -> int:
    _say(_control().create_token(arguments.product))
    return 0


def _deliver(arguments: argparse.Namespace) -> int:
    control = _control()
    delivered = control.deliver_due() if arguments.due else control.deliver(arguments.register)
    for package in delivered:
        _say(f"{package['name']}: {package['count']} records to {package['register']}, receipted")
    if not delivered:
        _say("nothing was waiting")
    return 0


def _stamp_ledger(_arguments: argparse.Namespace) -> int:
    stamped = _control().stamp()
    _say(f"entry {stamped['sequence']} stamped by {stamped['authority']} at {stamped['stamped_at']}")
    return 0


def _export_ledger(arguments: argparse.Namespace) -> int:
    from artbox.box.services.ledger_files import write

    if arguments.directory.exists():
        sys.stderr.write(f"artbox: {arguments.directory} exists already\n")
        return REFUSED
    write(_control().ledger(), arguments.directory)
    _say(f"written to {arguments.directory}")
    return 0


def _verify_ledger(arguments: argparse.Namespace) -> int:
    from artbox.box.services.ledger_proof import Trust, verify

    proof = verify(arguments.directory, Trust(arguments.roots, arguments.authority))
    _say(f"{proof.entries} entries and {proof.timestamps} time stamps fit together")
    _say(f"{proof.receipts} receipts and {proof.audit_entries} entries of the audit log fit to them")
    if proof.stamped_at is not None:
        _say(f"entries up to {proof.stamped_until} existed on {proof.stamped_at.isoformat()}")
    return 0


def _demo(_arguments: argparse.Namespace) -> int:
    _say(json.dumps(_control().demo(), indent=2, ensure_ascii=False))
    return 0


def _lock(_arguments: argparse.Namespace) -> int:
    _control().lock()
    _say("locked")
    return 0


def _control() -> Any:
    from artbox.box.adapters.control_client import ControlClient
    from artbox.box.settings import Settings

    return ControlClient(Settings.load().control_socket)


def _refused(error: ArtboxError) -> int:
    if error.code in ADVICE:
        message = ADVICE[error.code]
    else:
        from artbox.box.edge.sentences import sentence

        message = f"{sentence(error, 'en')} [{error}]"
    sys.stderr.write(f"artbox: {message}\n")
    return EXIT_CODES.get(error.code, REFUSED)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
