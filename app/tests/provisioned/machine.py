"""One provisioned machine as the tests reach it: by ssh, as the maintenance account."""

import shlex
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from machines import places

# Not files: views of the kernel. Everything else on a machine is searched.
_VIEWS = ("/proc", "/sys", "/dev")


@dataclass(frozen=True)
class Reached:
    """A machine and the ssh command that reaches it from the working tree."""

    ssh: str

    def run(self, command: str, *, text: str = "", check: bool = True, seconds: float = 90) -> bytes:
        """Run a command line as root and return what it prints."""
        done = subprocess.run(
            self._command(command),
            cwd=places.ROOT,
            input=text.encode(),
            capture_output=True,
            check=False,
            timeout=seconds,
        )
        if check:
            assert done.returncode == 0, f"{command}: {done.stderr.decode(errors='replace')}"
        return done.stdout

    def feed(self, command: str, content: IO[bytes]) -> None:
        """Run a command line as root with a file as its input."""
        subprocess.run(self._command(command), cwd=places.ROOT, stdin=content, check=True, timeout=300)

    def _command(self, command: str) -> list[str]:
        return [*shlex.split(self.ssh), "-o", "BatchMode=yes", f"sudo sh -c {shlex.quote(command)}"]

    def lines(self, command: str) -> list[str]:
        """Return the lines a command prints."""
        return self.run(command).decode().splitlines()

    def failed_units(self) -> list[str]:
        """Return the units systemd calls failed."""
        return self.lines("systemctl list-units --failed --plain --no-legend")

    def readable_traces(self, wanted: Iterable[str]) -> list[str]:
        """Return the files, and the journal's lines, that hold one of the wanted strings."""
        text = "\n".join(wanted)
        roots = "$(find / -mindepth 1 -maxdepth 1 " + " ".join(f"-not -path {view}" for view in _VIEWS) + ")"
        files = self.run(f"grep -rlaF --devices=skip -f - {roots} || test $? -eq 1", text=text)
        journal = self.run(
            "t=$(mktemp -p /run) && cat > $t && journalctl --no-pager -o export | grep -aF -f $t; rm $t",
            text=text,
        )
        return files.decode().splitlines() + journal.decode(errors="replace").splitlines()

    def reboot(self) -> None:
        """Reboot and wait until the machine has booted anew."""
        before = self.run("cat /proc/sys/kernel/random/boot_id; stat -c %Y /run/systemd/system")
        self.run("systemctl reboot", check=False)
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            time.sleep(1)
            started = self.run(
                "cat /proc/sys/kernel/random/boot_id; stat -c %Y /run/systemd/system; "
                "systemctl is-system-running --wait >&2",
                check=False,
            )
            if started and started != before:
                return
        raise AssertionError("the machine did not come back")
