import re
import subprocess

import pytest

from machines import places, upkeep
from machines.__main__ import parser

MAKEFILE = (places.ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+): ## ", MAKEFILE, flags=re.MULTILINE)


def test_help_names_every_target() -> None:
    command = ["/usr/bin/make", "--no-print-directory", "help"]
    done = subprocess.run(command, cwd=places.ROOT, check=True, capture_output=True, text=True)
    assert [line.split()[1] for line in done.stdout.splitlines()] == TARGETS


@pytest.mark.parametrize("target", [name for name in TARGETS if name != "help"])
def test_every_target_is_one_line_and_one_command(target: str) -> None:
    found = re.search(rf"^{target}: ## .+\n\t(.+)\n(?:\n|\Z)", MAKEFILE, flags=re.MULTILINE)
    assert found is not None
    assert found.group(1) == f"$(RUN) {target}"
    assert parser().parse_args([target]).command == target


def test_locks_hold_hashes_and_no_index() -> None:
    command = upkeep.lock_command("box")
    assert {"--generate-hashes", "--no-emit-index-url", "--universal"} <= set(command)
    assert command[-1] == "requirements/box.lock"
