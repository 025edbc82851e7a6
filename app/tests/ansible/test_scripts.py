"""The shell scripts that run as root: strict, short, clean, and deaf to anything unexpected."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.ansible import tree

SCRIPTS = sorted(
    path
    for role in tree.ROLES
    for path in (role / "files").rglob("*")
    if path.is_file() and path.read_bytes().startswith(b"#!")
)
VAULT = tree.ROOT / "roles" / "artbox" / "files" / "usr" / "local" / "lib" / "artbox"

each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)


@each_script
def test_is_strict_and_short(script: Path) -> None:
    lines = script.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/bin/bash"
    assert "set -euo pipefail" in lines
    assert len(lines) < 100


@each_script
def test_is_clean(script: Path) -> None:
    done = subprocess.run(["shellcheck", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "said",
    ["", "\n", "ab" * 64, "ab" * 63 + "\n", "ab" * 65 + "\n", "xy" * 64 + "\n", "AB" * 64 + "\n", "$(id)\n"],
)
def test_opening_refuses_what_is_no_key(said: str, tmp_path: Path) -> None:
    done = _run(VAULT / "artbox-vault-open", said, tmp_path)
    assert done.stdout == "error bad-request\n"
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["artbox-vault-open", "artbox-vault-close"])
def test_takes_no_arguments(name: str, tmp_path: Path) -> None:
    done = _run(VAULT / name, "", tmp_path, "/etc")
    assert done.stdout == "error bad-request\n"


def _run(script: Path, said: str, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "ARTBOX_VAULT_FILE": str(directory / "vault.luks"),
        "ARTBOX_VAULT_DIRECTORY": str(directory / "vault"),
        "ARTBOX_VAULT_SIZE": "64M",
    }
    return subprocess.run(
        [str(script), *arguments],
        input=said,
        env=dict(os.environ, **settings),
        capture_output=True,
        text=True,
        check=False,
    )
