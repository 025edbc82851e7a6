"""`make lock` and `make clean`: the locked dependencies, and removing what was built."""

import subprocess

from machines import containers, environment, labs, locking, places, rootfs
from machines.application import instance as instances
from machines.messages import Problem, step

EXTRAS = ("box", "server", "dev")


def lock_command(extra: str) -> list[str]:
    """Return the command that resolves one extra for every supported Python, with hashes."""
    return [
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-header",
        "--no-emit-index-url",
        "--extra",
        extra,
        "pyproject.toml",
        "-o",
        f"requirements/{extra}.lock",
    ]


def lock() -> None:
    """Resolve the dependencies anew; an unchanged pyproject.toml keeps the versions that are locked."""
    for extra in EXTRAS:
        step(f"Resolving requirements/{extra}.lock")
        done = subprocess.run(
            lock_command(extra), cwd=places.ROOT, env=environment.pip_environment(), check=False
        )
        if done.returncode != 0:
            raise Problem(f"The extra {extra!r} cannot be resolved.", "read uv's message above.")


def clean() -> None:
    """Remove everything built, cache included; refuses while something of it runs."""
    running = [
        machine.name
        for lab in labs.BRIDGES
        for machine in labs.load(lab).machines
        if containers.supervisor_process(machine) is not None
    ]
    if running or locking.holder(instances.default().lock) is not None:
        raise Problem(
            f"Still running: {', '.join(running) or 'the application'}.",
            "`make down`, `make app-down` or `make vm-down` first.",
        )
    rootfs.remove_tree(places.BUILD)
    step("build/ is removed.")
