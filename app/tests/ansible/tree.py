"""The playbooks, roles and inventories as data, for tests about them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
ROLES = sorted(path for path in (ROOT / "roles").iterdir() if (path / "tasks").is_dir())
INVENTORIES = sorted(path for path in (ROOT / "inventory").iterdir() if (path / "hosts.yml").is_file())
GROUP_VARIABLES = ROOT / "inventory" / "group_vars"


def load(path: Path) -> Any:
    """Return a YAML file's content; an absent file is empty."""
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None


def options(role: Path) -> dict[str, dict[str, Any]]:
    """Return the options of a role's argument specification."""
    return dict(load(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"])


def variables(role: Path, kind: str) -> dict[str, Any]:
    """Return what a role's `defaults` or `vars` define."""
    return dict(load(role / kind / "main.yml") or {})


def task_files(role: Path) -> list[Path]:
    """Return a role's task and handler files."""
    return sorted([*(role / "tasks").glob("*.yml"), *(role / "handlers").glob("*.yml")])


def tasks(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the tasks of a file, those inside blocks included."""
    for task in load(path):
        yield task
        for part in ("block", "rescue", "always"):
            yield from task.get(part, ())


def module(task: dict[str, Any]) -> str:
    """Return the module a task calls, or an empty string for a block."""
    return next((key for key in task if key.startswith("ansible.")), "")


def written_files() -> list[Path]:
    """Return every file of the roles, playbooks and inventories that says something to a machine."""
    found = [*(ROOT / "playbooks").rglob("*"), *(ROOT / "roles").rglob("*"), *GROUP_VARIABLES.rglob("*")]
    found += [inventory / "hosts.yml" for inventory in INVENTORIES]
    return sorted(path for path in found if path.is_file() and path.suffix != ".md")
