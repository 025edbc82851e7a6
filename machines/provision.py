"""Running the playbooks from the controller, with what Ansible prints left visible."""

import os
import subprocess
from pathlib import Path

from machines import places
from machines.messages import Problem, step


def play(inventory: Path, playbook: str, *extra: str) -> None:
    """Run `playbooks/<playbook>.yml` against an inventory; raises Problem when it fails."""
    step(f"Playbook {playbook}.yml")
    done = subprocess.run(
        [
            str(places.ENVIRONMENT / "bin" / "ansible-playbook"),
            "-i",
            str(inventory / "hosts.yml"),
            *extra,
            f"playbooks/{playbook}.yml",
        ],
        cwd=places.ROOT,
        env=environment(),
        check=False,
    )
    if done.returncode != 0:
        raise Problem(
            f"The playbook {playbook}.yml failed.",
            "read the failed task above; the run continues where it stopped when you run the command again.",
        )


def environment() -> dict[str, str]:
    """Return the environment in which Ansible reads our configuration and no other."""
    search = f"{places.ENVIRONMENT / 'bin'}:{os.environ.get('PATH', '')}"
    return dict(
        os.environ,
        PATH=search,
        ANSIBLE_CONFIG=str(places.ROOT / "ansible.cfg"),
        LC_ALL="C.UTF-8",
        LANG="C.UTF-8",
    )
