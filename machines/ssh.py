"""The lab's ssh: one key of its own, host keys known beforehand, and running a command on a machine."""

import shlex
import subprocess
import time
from pathlib import Path

from machines import places
from machines.labs import Lab, Machine
from machines.messages import Problem

USER = "maintenance"
READY_SECONDS = 60


def directory(lab: Lab) -> Path:
    """Return where the lab's key, known hosts and ssh configuration lie."""
    return lab.directory / "ssh"


def ensure_key(lab: Lab) -> str:
    """Return the lab's public key, making the pair when it is missing."""
    key = directory(lab) / "id_ed25519"
    directory(lab).mkdir(parents=True, exist_ok=True)
    directory(lab).chmod(0o700)
    if not key.exists():
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"artbox-{lab.name}", "-f", str(key)],
            check=True,
        )
    return key.with_suffix(".pub").read_text(encoding="ascii")


def write_known_hosts(lab: Lab) -> None:
    """Write the machines' host keys and a configuration in which each machine has its name."""
    hosts = [f"{machine.name},{machine.address} {host_key(machine)}\n" for machine in lab.machines]
    (directory(lab) / "known_hosts").write_text("".join(hosts), encoding="ascii")
    blocks = [f"Host {machine.name}\n    HostName {machine.address}\n" for machine in lab.machines]
    common = (
        f"Host *\n    User {USER}\n    IdentityFile {directory(lab) / 'id_ed25519'}\n    IdentitiesOnly yes\n"
        f"    UserKnownHostsFile {directory(lab) / 'known_hosts'}\n    StrictHostKeyChecking yes\n"
        "    ConnectTimeout 5\n    LogLevel ERROR\n"
    )
    (directory(lab) / "config").write_text("".join([*blocks, common]), encoding="utf-8")


def host_key(machine: Machine) -> str:
    """Return the machine's public host key (type and key, no comment)."""
    text = (machine.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text(encoding="ascii")
    return " ".join(text.split()[:2])


def base_command(lab: Lab, machine: Machine) -> list[str]:
    """Return the ssh command that reaches the machine, for a person in the working tree."""
    return ["ssh", "-F", places.shown(directory(lab) / "config"), machine.name]


def run(lab: Lab, machine: Machine, command: list[str], *, check: bool = True) -> str:
    """Run a command on the machine and return what it prints; raises Problem when it fails."""
    done = subprocess.run(
        [
            "ssh",
            "-F",
            str(directory(lab) / "config"),
            "-o",
            "BatchMode=yes",
            machine.name,
            shlex.join(command),
        ],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if check and done.returncode != 0:
        raise Problem(
            f"`{shlex.join(command)}` on {machine.name} failed: {done.stderr.strip()}",
            f"look at the machine: {shlex.join(base_command(lab, machine))}",
        )
    return done.stdout


def wait_until_running(lab: Lab, machine: Machine, *, seconds: float = READY_SECONDS) -> None:
    """Wait until the machine answers over ssh and has finished booting; raises Problem after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = run(lab, machine, ["systemctl", "is-system-running"], check=False).strip()
        if state in {"running", "degraded"}:
            return
        time.sleep(0.3)
    raise Problem(
        f"{machine.name} does not answer over ssh at {machine.address}.",
        f"read {places.shown(machine.directory / 'console.log')}, then `make down` and run again.",
    )
