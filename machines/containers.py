"""A lab's containers: their root copies, started and stopped under a supervisor each."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

from machines import locking, network, places, rootfs, supervisor
from machines.labs import Lab, Machine
from machines.messages import Problem, step

INTERFACE_NAME_LENGTH = 15
START_SECONDS = 20
STOP_SECONDS = supervisor.POWER_OFF_SECONDS + 10

NETWORK_FILE = """\
[Match]
Name=host0 en*

[Network]
Address={address}/{prefix}
LinkLocalAddressing=no
"""


def nspawn_command(name: str, root: Path, bridge: str) -> list[str]:
    """Return the command that boots the root file system as a machine on the bridge."""
    return [
        "systemd-nspawn",
        "--quiet",
        f"--directory={root}",
        f"--machine={name}",
        f"--hostname={name}",
        f"--network-bridge={bridge}",
        "--register=no",
        "--keep-unit",
        "--link-journal=no",
        "--resolv-conf=off",
        "--timezone=off",
        "--console=pipe",
        "--boot",
    ]


def supervisor_process(machine: Machine) -> int | None:
    """Return the process id of the machine's supervisor, or None when the machine is not running."""
    return locking.holder(machine.directory / supervisor.LOCK)


def ensure_root(lab: Lab, machine: Machine, base: Path, public_key: str) -> None:
    """Give the machine its own copy of the root file system with its own identity; keep an existing one."""
    if machine.root.exists():
        _add_new_packages(machine, base)
        return
    step(f"Making the machine {machine.name} ({machine.address})")
    unfinished = machine.directory / "root.unfinished"
    rootfs.remove_tree(unfinished)
    machine.directory.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "--archive", "--reflink=auto", str(base), str(unfinished)], check=True)
    write_identity(unfinished, machine.name, public_key)
    write_network(unfinished, machine, lab)
    unfinished.rename(machine.root)


def _add_new_packages(machine: Machine, base: Path) -> None:
    """Install what the roles have come to need since the machine was made; its data stays.

    The machine itself has no way out, so its root file system gets them with this machine's network.
    """
    lacking = sorted(rootfs.installed(base) - rootfs.installed(machine.root))
    if not lacking:
        return
    stop(machine)
    step(f"Adding {len(lacking)} packages to {machine.name}")
    log = machine.directory / "packages.log"
    with log.open("wb") as output:
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *lacking]):
            done = subprocess.run(
                apt_command(machine.root, arguments), stdout=output, stderr=subprocess.STDOUT, check=False
            )
            if done.returncode != 0:
                raise Problem(
                    f"The packages {', '.join(lacking)} could not be installed; see {places.shown(log)}.",
                    "or make the machines anew: `make down`, `make box`. What they hold is removed by that.",
                )


def apt_command(root: Path, arguments: list[str]) -> list[str]:
    """Return the command that runs apt-get inside a root file system that is not booted."""
    isolation = ["unshare", "--mount", "--propagation=private"]
    nspawn = [
        "systemd-nspawn",
        "--quiet",
        f"--directory={root}",
        "--register=no",
        "--keep-unit",
        "--as-pid2",
        "--resolv-conf=bind-host",
        "--setenv=DEBIAN_FRONTEND=noninteractive",
        "--console=pipe",
    ]
    return [*isolation, *nspawn, "apt-get", "--quiet", *arguments]


def write_identity(root: Path, name: str, public_key: str) -> None:
    """Write host name, machine id, ssh host key and the lab's key for the maintenance account."""
    (root / "etc/hostname").write_text(f"{name}\n", encoding="ascii")
    (root / "etc/hosts").write_text(
        f"127.0.0.1 localhost\n127.0.1.1 {name}\n::1 localhost\n", encoding="ascii"
    )
    (root / "etc/machine-id").write_text(f"{uuid.uuid4().hex}\n", encoding="ascii")
    host_key = root / "etc/ssh/ssh_host_ed25519_key"
    if not host_key.exists():
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(host_key)], check=True
        )
    directory = root / "home/maintenance/.ssh"
    directory.mkdir(mode=0o700, exist_ok=True)
    keys = directory / "authorized_keys"
    keys.write_text(public_key, encoding="ascii")
    keys.chmod(0o600)
    owner = (root / "home/maintenance").stat()
    for path in (directory, keys):
        os.chown(path, owner.st_uid, owner.st_gid)


def write_network(root: Path, machine: Machine, lab: Lab) -> None:
    """Write the address; the name sorts before the file systemd ships, which would choose its own."""
    path = root / "etc/systemd/network/10-host0.network"
    prefix = lab.gateway.network.prefixlen
    path.write_text(NETWORK_FILE.format(address=machine.address, prefix=prefix), encoding="ascii")
    path.chmod(0o644)


def start(lab: Lab, machine: Machine) -> None:
    """Start the machine unless it runs already."""
    if supervisor_process(machine) is None:
        # A container that was killed can leave its end of the cable behind, and the name is taken then.
        network.remove_device(f"vb-{machine.name}"[:INTERFACE_NAME_LENGTH])
    command = nspawn_command(machine.name, machine.root, lab.bridge)
    isolation = ["unshare", "--mount", "--propagation=private"]
    run_supervised(machine, [*_scope(), *isolation], ["--container"], command)


def _scope() -> list[str]:
    """Return what gives a container a cgroup of its own where systemd manages them."""
    if Path("/run/systemd/system").exists() and shutil.which("systemd-run"):
        return ["systemd-run", "--quiet", "--scope", "--property=Delegate=yes"]
    return []


def run_supervised(machine: Machine, prefix: list[str], options: list[str], command: list[str]) -> None:
    """Run a machine's command under a detached supervisor, unless one is running."""
    if supervisor_process(machine) is not None:
        return
    ours = [sys.executable, "-m", "machines.supervisor", f"--directory={machine.directory}", *options, "--"]
    log = machine.directory / supervisor.LOG
    with log.open("ab") as output:
        subprocess.Popen(
            [*prefix, *ours, *command],
            cwd=places.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while supervisor_process(machine) is None:
        if time.monotonic() > deadline:
            raise Problem(f"{machine.name} did not start.", f"read {places.shown(log)}.")
        time.sleep(0.05)


def stop(machine: Machine) -> None:
    """Power the machine off and wait until it is gone."""
    process = supervisor_process(machine)
    if process is None:
        return
    step(f"Stopping {machine.name}")
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while supervisor_process(machine) is not None:
        if time.monotonic() > deadline:
            raise Problem(f"{machine.name} does not stop (process {process}).", f"kill -KILL {process}")
        time.sleep(0.2)


def remove(machine: Machine) -> None:
    """Stop the machine and remove everything it consisted of."""
    stop(machine)
    rootfs.remove_tree(machine.root)
    rootfs.remove_tree(machine.directory / "root.unfinished")
    shutil.rmtree(machine.directory, ignore_errors=True)
