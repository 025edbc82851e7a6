"""A box's process that takes NDJSON again and again, each time in a child that is killed from outside.

Standard input: a line of JSON with settings, keys and token; then one for each round with the path of the
NDJSON and the size of a portion. Standard output: `pid N`, `taken` after each line, then `died` or `ended`.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from artbox.box.application import Application
from artbox.box.domain.imports import Handover
from artbox.box.domain.keys import ServiceKeys
from artbox.box.services import importing
from artbox.box.services.streaming import Stream
from artbox.box.settings import Settings
from artbox.catalogue import load


def main() -> None:
    """Fork a child for each round; what costs time is loaded once."""
    load()
    common = json.loads(sys.stdin.readline())
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            take(common, json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        say("died" if os.WIFSIGNALED(status) else "ended" if status == 0 else "failed")


def take(common: dict[str, Any], order: dict[str, Any]) -> None:
    """Open the box and take the lines."""
    say(f"pid {os.getpid()}")
    importing.PORTION = order["portion"]
    application = Application(Settings.from_mapping(common["settings"]))
    application.lifecycle.open(ServiceKeys.from_hex(common["keys"]))
    token = application.tokens.verify(common["token"])
    assert token is not None
    stream = Stream(application.intake, Handover(token))
    for line in Path(order["lines"]).read_bytes().splitlines(keepends=True):
        stream.take(line)
        say("taken")
    stream.finish()
    application.close()


def say(word: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
