"""A box with real parts: an application on a temporary directory, and a real server with mutual TLS.

`box` is set up, enrolled by that server and open; `fresh` stands before its setup. The master password is
derived once for all tests, with the smallest cost the settings allow.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from artbox.box.adapters.control_client import ControlClient
from artbox.box.adapters.keyring_file import KeyringFile
from artbox.box.application import Application
from artbox.box.control import create_control
from artbox.box.domain import keyring
from artbox.box.domain.keys import ServiceKeys
from artbox.box.settings import Settings
from artbox.wire import certificates
from tests.box.real_parts import COST, MASTER_PASSWORD, Box, Clock, Server, running_server, settings_in


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def recipients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the certificate and key of the register DIR."""
    directory = tmp_path_factory.mktemp("recipients")
    certificates.create_recipient("DIR", directory)
    return directory


@pytest.fixture(scope="session")
def ring() -> tuple[keyring.Keyring, bytes]:
    """A keyring that MASTER_PASSWORD opens, and its root key."""
    return keyring.create(MASTER_PASSWORD, secrets.token_bytes(16), COST, datetime.now(UTC))


@pytest.fixture
def box_settings(tmp_path: Path, server: Server, recipients: Path) -> Settings:
    return settings_in(tmp_path, server, recipients)


@pytest.fixture
def fresh(box_settings: Settings, server: Server, ring: tuple[keyring.Keyring, bytes]) -> Iterator[Box]:
    """A box before its setup."""
    clock = Clock()
    application = Application(box_settings, now=clock, read_clock=clock.state)
    yield Box(application, box_settings, ServiceKeys.derive(ring[1]), clock, server)
    application.close()


@pytest.fixture
def box(fresh: Box, ring: tuple[keyring.Keyring, bytes]) -> Box:
    """A box that is set up, enrolled and open; MASTER_PASSWORD opens it again."""
    fresh.prepare()
    settings = fresh.settings
    KeyringFile(settings.keyring_path, settings.pending_keyring_path).write_pending(ring[0])
    fresh.application.lifecycle.open(fresh.keys, first=True)
    return fresh


@pytest.fixture
def reopened(box: Box) -> Callable[[], Application]:
    """Give a further application on the same directory, as after a crash of the first."""

    def reopen() -> Application:
        box.application.close()
        box.application = Application(box.settings, now=box.clock, read_clock=box.clock.state)
        box.application.lifecycle.open(box.keys)
        return box.application

    return reopen


@pytest.fixture
def control(fresh: Box) -> Iterator[ControlClient]:
    """The control client of `fresh`, answered by the real control application."""
    socket = fresh.settings.control_socket
    app = create_control(fresh.application)
    running = uvicorn.Server(uvicorn.Config(app, uds=str(socket), log_level="critical"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield ControlClient(socket)
    running.should_exit = True
    thread.join(timeout=10)
