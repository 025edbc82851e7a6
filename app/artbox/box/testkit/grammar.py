"""The command line's grammar of the kit. Nothing heavy is imported before a command runs."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from artbox.box.testkit.errors import KitError

REFUSED, INCOMPLETE = 1, 2
CENTRE_NO, PORT = 9999, 8484
OUT = Path("conformity")
LACKING = (
    "The test kit needs more packages. "
    "Install the wheel as: pipx install 'artbox-VERSION-py3-none-any.whl[testkit]'"
)


def add_testkit(commands: Any) -> None:
    """Add `testkit` and its actions to the commands of `artbox`."""
    kit: ArgumentParser = commands.add_parser("testkit", help="try a capture program without a box")
    actions = kit.add_subparsers(required=True, metavar="ACTION")
    serve = _add(
        actions, "serve", "serve the import interface on this machine for a capture program", "serve"
    )
    serve.add_argument("--port", type=int, default=PORT, help=f"default {PORT}")
    serve.add_argument(
        "--token-file", type=Path, metavar="FILE", help="write the token into this file as well"
    )
    serve.add_argument(
        "--retry-after",
        type=int,
        default=10,
        metavar="SECONDS",
        help="how long the kit locks itself at the second import; 0: never",
    )
    serve.add_argument(
        "--treatments", metavar="A,B", help="treatment types the program captures (default: all)"
    )
    run = _add(actions, "run", "send generated documents to an interface and judge its answers", "run")
    run.add_argument(
        "--url", metavar="URL", help="a box for testing; it stores what is sent (default: a bench)"
    )
    run.add_argument(
        "--token-file", type=Path, metavar="FILE", help="the token for --url", default=Path("token")
    )
    run.add_argument("--ca-file", type=Path, metavar="FILE", help="the certificate of the box at --url")
    written = _add(actions, "documents", "write the generated documents as files", "write_documents")
    fetched = _add(actions, "report", "write the report of a kit that is serving", "report")
    fetched.add_argument("--url", metavar="URL", default=f"http://127.0.0.1:{PORT}")
    for action in (serve, run, written):
        action.add_argument(
            "--centre-no", type=int, default=CENTRE_NO, metavar="N", help=f"default {CENTRE_NO}"
        )
    for action in (run, written):
        action.add_argument(
            "--patients", type=int, default=50, metavar="N", help="sound patients, default 50"
        )
        action.add_argument("--seed", type=int, default=1, metavar="N", help="other documents, default 1")
    for action in (serve, run, fetched, written):
        action.add_argument("--out", type=Path, default=OUT, metavar="DIR", help=f"default {OUT}")


def _add(actions: Any, name: str, description: str, function: str) -> ArgumentParser:
    added: ArgumentParser = actions.add_parser(name, help=description, description=description)
    added.set_defaults(command=_command(function))
    return added


def _command(function: str) -> Callable[[Namespace], int]:
    def command(chosen: Namespace) -> int:
        try:
            done: int = getattr(import_module("artbox.box.testkit.commands"), function)(chosen)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("artbox"):
                raise
            return _refused(LACKING, INCOMPLETE)
        except KitError as error:
            return _refused(str(error), REFUSED)
        return done

    return command


def _refused(message: str, code: int) -> int:
    sys.stderr.write(f"artbox: {message}\n")
    return code
