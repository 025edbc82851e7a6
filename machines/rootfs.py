"""The Debian root file system every machine starts from, made once by mmdebstrap and kept in the cache.

Its packages are what the roles say they need, so that a machine needs no way out to be provisioned. It is
named by the digest of the recipe; a changed recipe makes another one and leaves the running machines alone.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import yaml

from machines import places
from machines.messages import Problem, step

SUITE = "trixie"
KEPT = 4

# What makes a Debian a machine that Ansible can reach; everything else is a role's own.
FOUNDATION = (
    "dbus",
    "iproute2",
    "openssh-server",
    "python3",
    "python3-apt",
    "sudo",
    "systemd-sysv",
)

# The maintenance account exists from the start, as an image has it; its key is each lab's own.
CUSTOMISATION = (
    'chroot "$1" useradd --create-home --shell /bin/bash maintenance',
    'printf "maintenance ALL=(ALL) NOPASSWD: ALL\\n" > "$1/etc/sudoers.d/maintenance"',
    'chmod 0440 "$1/etc/sudoers.d/maintenance"',
    'chroot "$1" passwd --quiet --lock root',
    'chroot "$1" systemctl enable --quiet systemd-networkd',
    'rm -f "$1"/etc/ssh/ssh_host_*',
    'rm -f "$1/etc/resolv.conf"',
)


def role_packages(roles: Path) -> list[str]:
    """Return every package named by a role's own `<role>_packages` default, sorted, each once."""
    wanted: set[str] = set()
    for path in sorted(roles.glob("*/defaults/main.yml")):
        role = path.parent.parent.name
        defaults = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        wanted.update(defaults.get(f"{role}_packages") or ())
    return sorted(wanted)


def packages(extra: Iterable[str] = ()) -> list[str]:
    """Return all packages of the root file system, sorted."""
    return sorted({*FOUNDATION, *role_packages(places.ROOT / "roles"), *extra})


def digest(names: list[str]) -> str:
    """Return the short digest that names the root file system of this recipe."""
    recipe = json.dumps([SUITE, names, CUSTOMISATION])
    return hashlib.sha256(recipe.encode()).hexdigest()[:16]


def ensure(names: list[str]) -> Path:
    """Return the root file system holding `names`, making it when the cache lacks it."""
    target = places.CACHE / f"rootfs-{digest(names)}"
    if target.exists():
        return target
    step(f"Making the Debian {SUITE} root file system (once per package list, about half a minute)")
    places.CACHE.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".unfinished")
    remove_tree(unfinished)
    log = places.CACHE / "mmdebstrap.log"
    with log.open("wb") as output:
        done = subprocess.run(
            command(names, unfinished),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            env=_environment(),
        )
    if done.returncode != 0:
        remove_tree(unfinished)
        raise Problem(
            f"mmdebstrap failed; the last lines of its log:\n{_tail(log)}",
            "check that this machine reaches its Debian mirror, then run this command again.",
        )
    unfinished.rename(target)
    _forget_old_ones()
    return target


def _forget_old_ones() -> None:
    """Keep the root file systems made last; older recipes are not built again."""
    made = sorted(places.CACHE.glob("rootfs-*"), key=lambda path: path.stat().st_mtime)
    for old in made[:-KEPT]:
        remove_tree(old)


def command(names: list[str], target: Path) -> list[str]:
    """Return the mmdebstrap command for these packages."""
    hooks = [f"--customize-hook={line}" for line in CUSTOMISATION]
    return [
        "mmdebstrap",
        "--variant=minbase",
        "--architectures=amd64",
        "--format=directory",
        f"--include={','.join(names)}",
        *hooks,
        SUITE,
        str(target),
        *mirrors(host_sources()),
    ]


def mirrors(sources: Iterable[tuple[str, str]], wanted: str = SUITE) -> list[str]:
    """Turn this machine's own Debian sources (address, suite) into sources of our suite, or another one.

    Empty when the machine has none of Debian: mmdebstrap then uses Debian's own default.
    """
    lines = []
    for address, suite in sources:
        release, _, pocket = suite.partition("-")
        if release in {"bookworm", SUITE} and pocket in {"", "updates", "security"}:
            lines.append(f"deb {address} {wanted}{'-' if pocket else ''}{pocket} main")
    return list(dict.fromkeys(lines))


def host_sources() -> list[tuple[str, str]]:
    """Return address and suite of each of this machine's own Debian sources."""
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    pairs = (line.split() for line in done.stdout.splitlines())
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def _environment() -> dict[str, str]:
    return dict(os.environ, LC_ALL="C.UTF-8", DEBIAN_FRONTEND="noninteractive")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])


def installed(root: Path) -> set[str]:
    """Return the names of the packages installed in a root file system."""
    names = set()
    for block in (root / "var/lib/dpkg/status").read_text(encoding="utf-8").split("\n\n"):
        facts = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != " ")
        if facts.get("Status") == "install ok installed":
            names.add(facts["Package"])
    return names


def remove_tree(path: Path) -> None:
    """Remove a root file system with everything below it, but nothing that is mounted into it."""
    if not path.exists():
        return
    mounted = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    if f" {path}/" in mounted:
        raise Problem(f"Something is still mounted below {path}.", f"unmount it (see `findmnt -R {path}`).")
    subprocess.run(["rm", "-rf", "--one-file-system", str(path)], check=True)
