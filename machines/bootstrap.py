"""The first thing every make target runs: the system's Python, nothing installed yet.

Provides the prerequisites and the virtual environment, then hands over to `python -m machines TARGET` in it.
"""

import os
import sys

from machines import environment, places, prerequisites
from machines.messages import Problem, complain

NEEDS_CONTAINERS = {"box"}
PURPOSES = {"box": "box", "app": "app", "vm": "vm", "check": "check", "test": "test"}


def prepare(target: str) -> str:
    """Provide what `target` needs and return the target to run: `app` where containers are impossible."""
    if target in NEEDS_CONTAINERS:
        obstacles = prerequisites.obstacles_to_containers()
        if obstacles:
            prerequisites.explain_fallback(obstacles)
            target = "app"
    purpose = PURPOSES.get(target, "environment")
    if target == "test" and prerequisites.obstacles_to_containers():
        purpose = "check"
    prerequisites.provide(purpose)
    environment.ensure()
    return target


def main(arguments: list[str]) -> int:
    """Prepare and replace this process by the command proper."""
    try:
        target = prepare(arguments[0])
    except Problem as problem:
        complain(problem)
        return 1
    except KeyboardInterrupt:
        return 130
    return hand_over(target, arguments[1:])


def hand_over(target: str, arguments: list[str]) -> int:
    """Replace this process by the command in the virtual environment."""
    search = f"{places.ENVIRONMENT / 'bin'}:{os.environ.get('PATH', '')}{prerequisites.EXTRA_PATH}"
    os.environ["PATH"] = search
    os.environ["PYTHONPATH"] = f"{places.ROOT / 'app'}:{places.ROOT}"
    return os.execv(places.PYTHON, [str(places.PYTHON), "-m", "machines", target, *arguments])  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
