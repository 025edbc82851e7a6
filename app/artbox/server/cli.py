"""The command `artbox-server`: the CA, enrolment codes, boxes, and serving.

`ca init` and `certificate issue` print `changed` or `unchanged`, so that a playbook can tell.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.serialization import Encoding

from artbox.server import ca
from artbox.server.application import Application
from artbox.server.errors import Refused
from artbox.server.settings import Settings
from artbox.wire.certificates import create_recipient
from artbox.wire.errors import WireError
from artbox.wire.reading import verify_package

Command = Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 with one line on standard error."""
    chosen = _parser().parse_args(arguments)
    command: Command = chosen.command
    try:
        command(chosen)
    except (Refused, WireError, OSError) as error:
        sys.stderr.write(f"artbox-server: {error}\n")
        return 1
    return 0


def _authority_init(_chosen: argparse.Namespace) -> None:
    _say("changed" if ca.initialise(Settings.load()) else "unchanged")


def _certificate_issue(chosen: argparse.Namespace) -> None:
    authority = ca.Authority.load(Settings.load())
    _say("changed" if ca.issue_tls_files(authority, chosen.name, chosen.address, chosen.out) else "unchanged")


def _code_create(chosen: argparse.Namespace) -> None:
    valid = timedelta(hours=chosen.valid_hours)
    _say(_application().enrolment.create_code(chosen.centre, valid=valid))


def _code_list(_chosen: argparse.Namespace) -> None:
    for code in _application().enrolment.codes():
        expires = _minutes(code.expires_at)
        _say(f"{code.id:6}  centre {code.centre_no:4}  until {expires}  {code.state:7}  {code.box_id or '-'}")


def _boxes(_chosen: argparse.Namespace) -> None:
    for box in _application().boxes.all():
        state = "active" if box.revoked_at is None else "revoked"
        expires = _minutes(box.certificate_expires)
        _say(f"{box.box_id}  centre {box.centre_no:4}  certificate until {expires}  {state}")


def _package_take(chosen: argparse.Namespace) -> None:
    application = Application.build(Settings.load())
    signer = verify_package(chosen.file, application.authority.certificate_path).signer
    sender = application.boxes.identify("SUCCESS", quote(signer.public_bytes(Encoding.PEM)))
    upload = application.intake.upload()
    try:
        upload.write(chosen.file.read_bytes())
        upload.finish()
        stored = application.intake.take(upload, chosen.file.name, sender)
    finally:
        upload.discard()
    chosen.receipt.write_text(json.dumps(stored.receipt.to_answer()) + "\n", encoding="ascii")
    _say("changed" if stored.new else "unchanged")


def _box_revoke(chosen: argparse.Namespace) -> None:
    _application().boxes.revoke(chosen.box_id)


def _recipient_create(chosen: argparse.Namespace) -> None:
    chosen.out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (chosen.out / f"{chosen.register}.crt").exists():
        _say("unchanged")
        return
    create_recipient(chosen.register, chosen.out)
    _say("changed")


def _serve(chosen: argparse.Namespace) -> None:
    # The HTTP framework takes longer to load than any other command takes to run.
    from artbox.server import serving

    serving.serve(Settings.load(), chosen.port)


def _application() -> Application:
    # The commands take no packages, so they need no catalogue.
    return Application.build(Settings.load(), registers=frozenset())


def _minutes(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="artbox-server", description="The ARTbox-Server's commands.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    authority = _group(commands, "ca", "the ARTbox CA")
    _add(authority, "init", _authority_init, "make the CA and the receipts key where missing")

    issue = _add(
        _group(commands, "certificate", "TLS server certificates"),
        "issue",
        _certificate_issue,
        "issue or renew",
    )
    issue.add_argument("--name", action="append", required=True, help="a host name (repeatable, first is CN)")
    issue.add_argument("--address", action="append", default=[], type=ip_address, help="an IP address")
    issue.add_argument("--out", required=True, type=Path, help="directory for server.key and server.crt")

    code = _group(commands, "code", "one-time enrolment codes")
    create = _add(code, "create", _code_create, "print a new code for a centre")
    create.add_argument("--centre", required=True, type=int, help="the centre's number, 1 to 9999")
    create.add_argument("--valid-hours", type=_hours, default=72, help="how long it may be used (1 to 720)")
    _add(code, "list", _code_list, "what became of each code")

    _add(commands, "boxes", _boxes, "list the enrolled boxes")
    box = _group(commands, "box", "one box")
    _add(box, "revoke", _box_revoke, "withdraw a box's access").add_argument("box_id")

    package = _group(commands, "package", "packages carried by hand")
    take = _add(package, "take", _package_take, "check and store a package and write its receipt")
    take.add_argument("file", type=Path, help="the package as the box wrote it")
    take.add_argument("--receipt", required=True, type=Path, help="where the receipt for the centre goes")

    recipient = _group(commands, "recipient", "development key pairs of registers")
    pair = _add(
        recipient, "create", _recipient_create, "make <REGISTER>.key and <REGISTER>.crt where missing"
    )
    pair.add_argument("--register", required=True)
    pair.add_argument("--out", required=True, type=Path)

    serve = _add(commands, "serve", _serve, "serve the HTTP interface")
    serve.add_argument("--port", type=int, help="on 127.0.0.1, where no socket is handed over")
    return parser


_Commands = argparse._SubParsersAction


def _group(
    commands: "_Commands[argparse.ArgumentParser]", name: str, text: str
) -> "_Commands[argparse.ArgumentParser]":
    return commands.add_parser(name, help=text).add_subparsers(required=True, metavar="ACTION")


def _add(
    commands: "_Commands[argparse.ArgumentParser]", name: str, command: Command, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text)
    parser.set_defaults(command=command)
    return parser


def _hours(text: str) -> int:
    hours = int(text)
    if not 1 <= hours <= 720:
        raise argparse.ArgumentTypeError("between 1 and 720")
    return hours
