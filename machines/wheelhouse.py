"""The wheelhouse in `build/wheelhouse`: our own wheel and every locked one, for the box's Python.

Rebuilt only when the sources or the locks change. `DIGEST` names its content, so that a role can tell a new
one from the old; the downloads are kept in the cache by the digest of the locks.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from machines import environment, places
from machines.messages import Problem, step

LOCKS = ("box.lock", "server.lock")
BOX_PYTHON = "3.13"
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")

# One fixed moment (2026-01-01) in every wheel, so that the same sources give the same bytes.
EPOCH = "1767225600"
_LEFT_OUT = {"__pycache__"}


def source_files(root: Path) -> list[Path]:
    """Return the files our wheel is made from, sorted."""
    package = root / "app" / "artbox"
    files = [
        path
        for path in package.rglob("*")
        if path.is_file() and not _LEFT_OUT.intersection(path.relative_to(package).parts)
    ]
    return sorted([root / "pyproject.toml", *files])


def digest(files: Iterable[Path], base: Path) -> str:
    """Return the SHA-256 over names and contents of files, in the order given."""
    total = hashlib.sha256()
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(base)}\0{content}\n".encode())
    return total.hexdigest()


def ensure() -> Path:
    """Return the wheelhouse, building it when sources or locks have changed."""
    locks = [places.ROOT / "requirements" / name for name in LOCKS]
    wanted = digest([*source_files(places.ROOT), *locks], places.ROOT)
    stamp = places.WHEELHOUSE / "SOURCES"
    if stamp.exists() and stamp.read_text(encoding="ascii").strip() == wanted:
        return places.WHEELHOUSE
    step("Building the wheelhouse for the box's Python")
    downloads = _ensure_downloads(locks)
    unfinished = places.WHEELHOUSE.with_name("wheelhouse.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(downloads, unfinished)
    for lock in locks:
        shutil.copyfile(lock, unfinished / lock.name)
    _build_own_wheel(unfinished)
    content = digest(sorted(unfinished.iterdir()), unfinished)
    (unfinished / "DIGEST").write_text(content + "\n", encoding="ascii")
    (unfinished / "SOURCES").write_text(wanted + "\n", encoding="ascii")
    shutil.rmtree(places.WHEELHOUSE, ignore_errors=True)
    unfinished.rename(places.WHEELHOUSE)
    return places.WHEELHOUSE


def _ensure_downloads(locks: list[Path]) -> Path:
    target = places.CACHE / f"wheels-{digest(locks, places.ROOT)[:16]}"
    if target.exists():
        return target
    unfinished = target.with_name(target.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for lock in locks:
        _pip(download_arguments(lock, unfinished))
    unfinished.rename(target)
    return target


def download_arguments(lock: Path, target: Path) -> list[str]:
    """Return pip's arguments that fetch the locked wheels for the box's Python, whatever Python runs here."""
    platforms = [f"--platform={platform}" for platform in PLATFORMS]
    return [
        "download",
        "-qq",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
        f"--python-version={BOX_PYTHON}",
        "--implementation=cp",
        *platforms,
        f"--dest={target}",
        f"--requirement={lock}",
    ]


def _build_own_wheel(target: Path) -> None:
    """Build from a copy with fixed modes: setuptools leaves files in the tree it builds from."""
    copy = places.CACHE / "wheel-sources"
    shutil.rmtree(copy, ignore_errors=True)
    for path in source_files(places.ROOT):
        place = copy / path.relative_to(places.ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        place.chmod(0o644)
    _pip(["wheel", "-qq", "--no-deps", "--no-build-isolation", f"--wheel-dir={target}", str(copy)])
    shutil.rmtree(copy)


def _pip(arguments: list[str]) -> None:
    own = environment.pip_environment() | {"SOURCE_DATE_EPOCH": EPOCH, "PATH": os.environ.get("PATH", "")}
    done = subprocess.run([sys.executable, "-m", "pip", *arguments], env=own, check=False, umask=0o022)
    if done.returncode != 0:
        raise Problem(
            f"pip {arguments[0]} failed.",
            "read pip's message above; is the package index reachable, are the locks fresh (`make lock`)?",
        )
