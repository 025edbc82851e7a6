"""The settings file: read whole, or refused with the reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from artbox.box.errors import SettingsInvalid
from artbox.box.settings import Settings

CONTENT: dict[str, Any] = {
    "data_dir": "/var/lib/artbox",
    "run_dir": "/run/artbox",
    "vault": {"backend": "plain", "directory": "/var/lib/artbox/vault"},
    "argon2": {"memory_kib": 262144, "iterations": 3, "lanes": 4},
    "allowed_hosts": ["artbox.local", "10.213.0.11"],
    "web_certificate": "/etc/artbox/tls/box.crt",
    "ca_certificate": "/etc/artbox/artbox-ca.crt",
    "recipients_dir": "/etc/artbox/recipients",
    "services": {
        "enrolment": {"host": "manage.artbox-service.net", "port": 443},
        "provisioning": {"host": "manage.artbox-service.net", "port": 4430},
        "intake": {"host": "api.artbox-service.net", "port": 443, "address": "10.213.0.12"},
    },
    "support_contact": {"name": "Support", "phone": "030 1", "email": "support@example.org"},
}
LUKS = {"backend": "luks", "directory": "/v", "open_socket": "/o", "close_socket": "/c"}
Write = Callable[[object], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: object) -> Path:
        path = tmp_path / "box.yml"
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return path

    return write


def test_the_file_of_the_contract_is_read(write: Write) -> None:
    settings = Settings.load(write(CONTENT))
    assert settings.services.intake.address == "10.213.0.12"
    assert settings.services.enrolment.address is None
    assert settings.database_path == Path("/var/lib/artbox/vault/artbox.db")
    assert settings.packages_dir == Path("/var/lib/artbox/vault/packages")
    assert settings.control_socket == Path("/run/artbox/control.sock")
    assert settings.keyring_path == Path("/var/lib/artbox/keyring.json")


def test_the_environment_names_the_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTBOX_SETTINGS", str(write(CONTENT | {"vault": LUKS})))
    assert Settings.load().vault.open_socket == Path("/o")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "- a",
        "a: [",
        {},
        CONTENT | {"unknown": 1},
        CONTENT | {"vault": {"backend": "tape", "directory": "/v"}},
        CONTENT | {"vault": {"backend": "luks", "directory": "/v"}},
        CONTENT | {"vault": {"backend": "plain", "directory": "/v", "size": "/x"}},
        CONTENT | {"argon2": {"memory_kib": 65535, "iterations": 3, "lanes": 4}},
        CONTENT | {"argon2": {"memory_kib": 65536, "iterations": 2, "lanes": 4}},
        CONTENT | {"services": {"enrolment": {"host": "x", "port": 443}}},
        CONTENT | {"services": {**CONTENT["services"], "other": {"host": "x", "port": 1}}},
        {name: value for name, value in CONTENT.items() if name != "data_dir"},
    ],
)
def test_what_does_not_fit_is_refused(write: Write, content: object) -> None:
    path = write(content)
    with pytest.raises(SettingsInvalid) as refused:
        Settings.load(path)
    assert refused.value.fields["path"] == str(path)
    assert refused.value.fields["problem"]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        Settings.load(tmp_path / "none.yml")
    assert refused.value.fields["problem"] == "FileNotFoundError"
