"""Every play stops at the first error, everywhere, and uses roles that exist; none is left over."""

from pathlib import Path
from typing import Any

import pytest

from tests.ansible import tree

PLAYS = [(path, play) for path in tree.PLAYBOOKS for play in tree.load(path)]

each_play = pytest.mark.parametrize(
    ("path", "play"), PLAYS, ids=[f"{path.stem}: {play['name']}" for path, play in PLAYS]
)


@each_play
def test_stops_at_the_first_error(path: Path, play: dict[str, Any]) -> None:
    assert play["any_errors_fatal"] is True
    assert play["max_fail_percentage"] == 0


@each_play
def test_runs_in_a_known_locale(path: Path, play: dict[str, Any]) -> None:
    assert play["environment"]["LC_ALL"] == "C.UTF-8"


@each_play
def test_is_only_a_list_of_roles(path: Path, play: dict[str, Any]) -> None:
    assert not {"tasks", "pre_tasks", "post_tasks", "vars", "handlers"} & set(play)
    assert {entry["role"] for entry in play["roles"]} <= {role.name for role in tree.ROLES}


def test_every_role_is_part_of_a_machine() -> None:
    used = {entry["role"] for _, play in PLAYS for entry in play["roles"]}
    assert used == {role.name for role in tree.ROLES}


def test_ansible_reads_only_what_is_in_the_tree() -> None:
    settings = (tree.ROOT / "ansible.cfg").read_text(encoding="utf-8")
    assert "host_key_checking = true" in settings
    assert "inject_facts_as_vars = false" in settings
