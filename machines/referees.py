"""Programs of others that judge a machine: unpacked once, lent to it, never installed there.

A scanner that is installed would change what it judges, and the list of packages with it.
"""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from machines import places, rootfs
from machines.messages import Problem, step

PLACE = Path("/run/referees")
"""Where the programs lie on the machine that is judged; gone at its next start."""

TOOLS = ("lynis", "openscap-scanner", "openscap-common")
# Trixie's own content ends at Debian 12; this package is nothing but data.
CONTENT_SUITE = "forky"
CONTENT = ("ssg-debian",)
CONTENT_FILE = "usr/share/xml/scap/ssg/content/ssg-debian13-ds.xml"
LENT = (
    "etc/lynis",
    "usr/bin/oscap",
    "usr/lib/x86_64-linux-gnu",
    "usr/sbin/lynis",
    "usr/share/lynis",
    "usr/share/openscap",
)
UNUSED = ("*/gconv", "*/perl*", "*/systemd", "*/security")


def pack() -> Path:
    """Return the archive to unpack at PLACE, making it when the cache lacks it; raise Problem."""
    recipe = json.dumps([rootfs.SUITE, TOOLS, CONTENT_SUITE, CONTENT, LENT, UNUSED])
    target = places.CACHE / f"referees-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}.tar"
    if target.exists():
        return target
    step("Unpacking the referees (once)")
    workshop = places.CACHE / "referees.unfinished"
    rootfs.remove_tree(workshop)
    workshop.mkdir(parents=True)
    tools, content = workshop / "tools", workshop / "content"
    _extract(rootfs.SUITE, TOOLS, tools)
    _extract(CONTENT_SUITE, CONTENT, content)
    shutil.copy(content / CONTENT_FILE, tools / "content.xml")
    unfinished = target.with_suffix(".unfinished")
    exclusions = [f"--exclude={pattern}" for pattern in UNUSED]
    subprocess.run(
        ["tar", "--create", "--file", unfinished, "--directory", tools, *exclusions, *LENT, "content.xml"],
        check=True,
    )
    rootfs.remove_tree(workshop)
    unfinished.rename(target)
    return target


def _extract(suite: str, names: tuple[str, ...], target: Path) -> None:
    done = subprocess.run(
        [
            "mmdebstrap",
            "--variant=extract",
            "--architectures=amd64",
            # A suite under way may be published less often than its signature says.
            '--aptopt=Acquire::Check-Valid-Until "false"',
            f"--include={','.join(names)}",
            suite,
            str(target),
            *rootfs.mirrors(rootfs.host_sources(), suite)[:1],
        ],
        capture_output=True,
        text=True,
        env=dict(os.environ, LC_ALL="C.UTF-8"),
        check=False,
    )
    if done.returncode != 0:
        raise Problem(
            f"mmdebstrap could not unpack {', '.join(names)} of {suite}:\n{done.stderr[-800:]}",
            "check that this machine reaches its Debian mirror, then run this command again.",
        )
