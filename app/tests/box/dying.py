"""A box's process that dies: run as a program, opens the box and is killed, by itself or from outside.

Reads one line of JSON from standard input: the settings, the keys, what to do, and where to die.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.adapters.server_client import ServerClient
from artbox.box.adapters.store import Store
from artbox.box.adapters.store.packages import PackagesTable
from artbox.box.application import Application
from artbox.box.domain.keys import ServiceKeys
from artbox.box.services.packing import Packing
from artbox.box.settings import Settings
from artbox.catalogue import load
from tests.box.real_parts import ADMINISTRATOR, PASSWORD

PLACES: dict[str, tuple[Any, str]] = {
    "creating": (Store, "create"),
    "set-up": (Store, "set_up"),
    "settling": (KeyringFile, "settle"),
    "reserving": (PackagesTable, "reserve"),
    "packing": (Packing, "pack"),
    "packed": (PackagesTable, "packed"),
    "attempting": (PackagesTable, "attempting"),
    "sending": (ServerClient, "send_package"),
    "sent": (PackagesTable, "sent"),
    "receipted": (PackagesTable, "receipted"),
}


def die_at(place: str, when: str) -> None:
    """Let the process die by SIGKILL before or after the step of this name."""
    owner, name = PLACES[place]
    step: Callable[..., Any] = getattr(owner, name)

    def dying(*arguments: Any, **named: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        step(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, dying)


def die_within(place: str, seconds: float) -> None:
    """Let the process die by SIGKILL so long after the step of this name begins, wherever it is then."""
    owner, name = PLACES[place]
    step: Callable[..., Any] = getattr(owner, name)

    def dying(*arguments: Any, **named: Any) -> Any:
        end = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL))
        end.daemon = True
        end.start()
        return step(*arguments, **named)

    setattr(owner, name, dying)


def main() -> None:
    """Do what standard input says until the end comes."""
    order = json.loads(sys.stdin.readline())
    catalogue = load(Path(order["catalogue"])) if "catalogue" in order else None
    application = Application(Settings.from_mapping(order["settings"]), catalogue=catalogue)
    keys = ServiceKeys.from_hex(order["keys"])
    if order["do"] == "set-up":
        application.setup.set_administrator(ADMINISTRATOR, PASSWORD, PASSWORD)
    if "seconds" in order:
        die_within(order["place"], order["seconds"])
    elif "place" in order:
        die_at(order["place"], order["when"])
    application.lifecycle.open(keys, first=order["do"] == "set-up")
    if order["do"] == "import":
        token = application.tokens.verify(order["token"])
        assert token is not None
        for path in order["documents"]:
            application.intake.receive(Path(path).read_bytes(), token=token)
            sys.stdout.write("stored\n")
            sys.stdout.flush()
    if order["do"] == "upkeep":
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        application.upkeep.run()
    if order["do"] == "deliver":
        application.delivery.deliver()


if __name__ == "__main__":
    main()
