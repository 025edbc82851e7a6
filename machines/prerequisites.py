"""What the machine at hand must offer before anything is built: programs, rights, kernel, disk.

Runs on the system's own Python with the standard library. Missing Debian packages are installed when we are
root; what cannot be mended from here is reported as a list of plain sentences.
"""

import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from machines import places
from machines.messages import Problem, say, step

NEEDED_DISK_BYTES = 4 * 1024**3

POLICY = Path("/usr/sbin/policy-rc.d")
EXTRA_PATH = ":/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Program:
    """A program and the Debian package that brings it."""

    name: str
    package: str


BASE = (Program("openssl", "openssl"),)
MACHINES = (
    Program("mmdebstrap", "mmdebstrap"),
    Program("systemd-nspawn", "systemd-container"),
    Program("ip", "iproute2"),
    Program("ssh", "openssh-client"),
    Program("unshare", "util-linux"),
)
APPLICATION = (Program("nginx", "nginx-light"),)
CHECKS = (Program("shellcheck", "shellcheck"),)
BROWSER = (Program("chromium", "chromium"),)
VIRTUAL_MACHINE = (
    Program("qemu-system-x86_64", "qemu-system-x86"),
    Program("qemu-img", "qemu-utils"),
    Program("mkfs.ext4", "e2fsprogs"),
)
FOR = {
    "environment": BASE,
    "check": (*BASE, *APPLICATION, *CHECKS),
    "app": (*BASE, *APPLICATION),
    "box": (*BASE, *MACHINES),
    "vm": (*BASE, *MACHINES, *VIRTUAL_MACHINE),
    "test": (*BASE, *MACHINES, *APPLICATION, *CHECKS, *BROWSER, *VIRTUAL_MACHINE),
}


def missing_packages(purpose: str) -> list[str]:
    """Return the Debian packages that `purpose` needs and this machine lacks, sorted."""
    search = os.environ.get("PATH", "") + EXTRA_PATH
    missing = {program.package for program in FOR[purpose] if shutil.which(program.name, path=search) is None}
    if importlib.util.find_spec("ensurepip") is None:
        missing.add("python3-venv")
    if "mmdebstrap" in {program.name for program in FOR[purpose]}:
        missing |= _missing_keyring()
    return sorted(missing)


def _missing_keyring() -> set[str]:
    present = Path("/usr/share/keyrings/debian-archive-keyring.gpg").exists()
    return set() if present else {"debian-archive-keyring"}


def is_root() -> bool:
    """Say whether this process may do everything on this machine."""
    return os.geteuid() == 0


def install(packages: list[str]) -> None:
    """Install Debian packages without letting any of their services start."""
    if not packages:
        return
    step(f"Installing Debian packages: {' '.join(packages)}")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    had_nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + EXTRA_PATH) is not None
    own_policy = _forbid_service_starts()
    try:
        _apt(["update", "-q"], environment)
        _apt(["install", "-q", "-y", "--no-install-recommends", *packages], environment)
    finally:
        if own_policy:
            POLICY.unlink(missing_ok=True)
    if not had_nginx and "nginx-light" in packages:
        # The package enables a service on port 80, which nobody asked for.
        subprocess.run(["systemctl", "disable", "--quiet", "nginx"], check=False, capture_output=True)


def _forbid_service_starts() -> bool:
    if POLICY.exists():
        return False
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    return True


def _apt(arguments: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(["apt-get", *arguments], env=environment, check=False)
    if done.returncode != 0:
        raise Problem(
            f"apt-get {arguments[0]} failed.",
            "read apt's message above, mend the package sources, run again.",
        )


def provide(purpose: str) -> None:
    """Bring everything `purpose` needs, or raise the Problem that says what a person has to do."""
    packages = missing_packages(purpose)
    if packages and not is_root():
        raise Problem(
            f"These Debian packages are missing: {' '.join(packages)}.",
            f"apt-get install {' '.join(packages)} (as root), then run this command again.",
        )
    if packages and shutil.which("apt-get") is None:
        raise Problem(f"Not Debian, and these are missing: {' '.join(packages)}.", "use Debian 12 or 13.")
    install(packages)
    free = shutil.disk_usage(places.ROOT).free
    if free < NEEDED_DISK_BYTES:
        raise Problem(
            f"Only {free // 1024**2} MiB of disk are free, {NEEDED_DISK_BYTES // 1024**2} MiB are needed.",
            "free disk space, for example with `make clean`.",
        )


def obstacles_to_containers() -> list[str]:
    """Return one sentence for each thing that keeps containers from running here; empty means they run."""
    if not is_root():
        return ["You are not root: containers and their bridge need root. Run `sudo make box`."]
    release = debian_release()
    if release not in {"12", "13"}:
        return [f"This is not Debian 12 or 13 but {release or 'something else'}: its packages are needed."]
    found = []
    if not _works("unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--mount-proc", "true"):
        found.append("This kernel or sandbox allows no new namespaces, so systemd-nspawn cannot run.")
    if not _works("unshare", "--net", "ip", "link", "add", "name", "artbr-try", "type", "bridge"):
        found.append("This kernel or sandbox allows no network bridge. Load the kernel module `bridge`.")
    return found


def debian_release() -> str | None:
    """Return Debian's release number, such as "12", or None on another system."""
    facts = {}
    path = Path("/etc/os-release")
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            facts[key] = value.strip('"')
    return facts.get("VERSION_ID") if facts.get("ID") == "debian" else None


def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def explain_fallback(obstacles: list[str]) -> None:
    """Say why there will be no containers and what happens instead."""
    say("\nThe box cannot be built as a container on this machine:")
    for obstacle in obstacles:
        say(f"  - {obstacle}")
    say("Starting `make app` instead: the same application and server as ordinary processes.\n")
