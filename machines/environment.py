"""The virtual environment in `.venv`: made from the locked development requirements, verified by hash.

A stamp holds the digest of the lock it was filled from, so that a changed lock fills it again and an
interrupted filling is repeated.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from machines import places
from machines.locking import exclusive
from machines.messages import Problem, step

LOCK = places.ROOT / "requirements" / "dev.lock"
STAMP = places.ENVIRONMENT / "lock.sha256"

# What would make pip choose, place or refuse files by something other than our locks.
_FOREIGN = {
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "PIP_CONSTRAINT",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_USER",
    "PIP_NO_BINARY",
    "PIP_ONLY_BINARY",
    "PIP_REQUIREMENT",
}


def pip_environment() -> dict[str, str]:
    """Return our environment for pip: the index and proxy of this machine, but no other source of files."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return kept | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def ensure() -> Path:
    """Make or refresh the virtual environment and return its Python."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if _filled_from(digest):
        return places.PYTHON
    with exclusive(places.BUILD / "environment.lock"):
        step("Preparing the virtual environment from requirements/dev.lock (once per lock)")
        if not places.PYTHON.exists():
            _run([sys.executable, "-m", "venv", "--clear", str(places.ENVIRONMENT)])
        _run([str(places.PYTHON), "-m", "pip", "install", "-qq", "--require-hashes", "-r", str(LOCK)])
        STAMP.write_text(digest + "\n", encoding="ascii")
    return places.PYTHON


def _filled_from(digest: str) -> bool:
    return places.PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="ascii").strip() == digest


def _run(command: list[str]) -> None:
    if subprocess.run(command, env=pip_environment(), check=False).returncode != 0:
        raise Problem(
            "The virtual environment could not be filled.",
            "check that this machine reaches its Python package index, then run this command again.",
        )
