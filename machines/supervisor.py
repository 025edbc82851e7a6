"""Keeps one machine running: starts its command, starts it again after a reboot, ends at power-off.

Runs detached with the standard library alone. Its lock file is held for as long as it lives, so "is it
running?" never depends on a stale process number. SIGTERM powers the machine off.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from machines.locking import try_lock

# systemd-nspawn's EXIT_FORCE_RESTART: the machine asked for a reboot.
REBOOTED = 133
POWER_OFF_SECONDS = 20.0
LOCK = "supervisor.lock"
LOG = "console.log"


class Supervisor:
    """Runs one machine until it powers off or we are told to end."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._ending = False

    def run(self) -> int:
        """Run the machine through all its reboots; return nspawn's last exit status."""
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        environment = dict(os.environ, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1")
        status = REBOOTED
        while status == REBOOTED and not self._ending:
            self._child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, env=environment)
            status = self._wait(self._child)
        return status

    def _wait(self, child: subprocess.Popen[bytes]) -> int:
        deadline: float | None = None
        while True:
            try:
                return child.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                if not self._ending:
                    continue
                deadline = deadline or time.monotonic() + POWER_OFF_SECONDS
                if time.monotonic() > deadline:
                    child.kill()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True
        if self._child is not None and self._child.poll() is None:
            # nspawn turns SIGTERM into an orderly power-off of the machine inside.
            self._child.terminate()


def cover_nspawn_state() -> None:
    """Give nspawn a temporary file system of its own for its state.

    Where /run is not a tmpfs it refuses to clean up after a reboot; the mount is private to this process.
    """
    state = Path("/run/systemd/nspawn")
    state.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(state)], check=True)


def main(arguments: list[str]) -> int:
    """Hold the machine's lock and run its command."""
    parser = argparse.ArgumentParser(prog="supervisor")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--container", action="store_true")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(arguments)
    lock = try_lock(options.directory / LOCK)
    if lock is None:
        return 0
    if options.container:
        cover_nspawn_state()
    return Supervisor(options.command).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
