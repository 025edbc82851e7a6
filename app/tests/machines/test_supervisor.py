import signal
import subprocess
import sys
import time
from pathlib import Path

from machines import locking, places, supervisor

REBOOT_ONCE = """\
import pathlib, sys
marks = pathlib.Path(sys.argv[1])
marks.write_text(marks.read_text() + "x" if marks.exists() else "x")
sys.exit(133 if len(marks.read_text()) == 1 else 0)
"""


def test_a_reboot_starts_the_machine_again_and_a_power_off_ends_it(tmp_path: Path) -> None:
    marks = tmp_path / "starts"
    assert supervisor.Supervisor([sys.executable, "-c", REBOOT_ONCE, str(marks)]).run() == 0
    assert marks.read_text() == "xx"


def test_another_exit_status_ends_it() -> None:
    assert supervisor.Supervisor([sys.executable, "-c", "raise SystemExit(1)"]).run() == 1


def test_being_told_to_end_ends_the_machine() -> None:
    script = (
        "from machines.supervisor import Supervisor\n"
        "print('started', flush=True)\n"
        "raise SystemExit(0 if Supervisor(['sleep', '60']).run() == -15 else 1)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=places.ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


def test_a_lock_is_held_by_a_process_and_free_after_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert locking.holder(path) is None
    script = (
        "import sys, time, pathlib\nfrom machines.locking import try_lock\n"
        "held = try_lock(pathlib.Path(sys.argv[1]))\nprint('held', flush=True)\ntime.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    process = subprocess.Popen(command, cwd=places.ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    assert locking.holder(path) == process.pid
    assert locking.try_lock(path) is None
    process.kill()
    process.wait()
    assert locking.holder(path) is None
