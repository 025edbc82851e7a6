"""Every role refuses a wrong value before it touches anything (Ansible itself says so)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ansible import tree

pytestmark = pytest.mark.slow

# One wrong value per type; text has none, so a choice is violated instead.
WRONG: dict[str, Any] = {"bool": "perhaps", "dict": "neither", "int": "many"}


def sample(option: dict[str, Any]) -> Any:
    """Return a value the specification of `option` accepts."""
    if "choices" in option:
        return option["choices"][0]
    inner = {name: sample(each) for name, each in option.get("options", {}).items()}
    if option["type"] == "list":
        return [inner if option["elements"] == "dict" else sample({"type": option["elements"]})]
    return {"int": 1, "bool": True, "dict": inner}.get(option["type"], "/text")


def wrong(option: dict[str, Any]) -> Any:
    """Return a value the specification of `option` refuses, or None when there is none."""
    if "choices" in option:
        return "something-else"
    if option["type"] == "list" and option["elements"] == "dict":
        return ["neither"]
    if option["type"] == "list":
        return [WRONG[option["elements"]]] if option["elements"] in WRONG else None
    return WRONG.get(option["type"])


def cases() -> list[tuple[str, str, dict[str, Any]]]:
    """Return (role, wrong variable, all given variables) for every variable that has a wrong value."""
    found = []
    for role in tree.ROLES:
        options = tree.options(role)
        given = {name: sample(option) for name, option in options.items()}
        for name, option in options.items():
            if wrong(option) is not None:
                found.append((role.name, name, given | {name: wrong(option)}))
    return found


CASES = cases()


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Run every case in one check-mode playbook on this machine; return what Ansible said of each."""
    directory = tmp_path_factory.mktemp("refusals")
    answers = directory / "answers"
    answers.mkdir()
    playbook = directory / "playbook.yml"
    plays = [_play(role, name, given, answers) for role, name, given in CASES]
    playbook.write_text(yaml.safe_dump(plays, allow_unicode=True), encoding="utf-8")
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible-playbook"),
            "--check",
            "--connection=local",
            "--inventory=localhost,",
            str(playbook),
        ],
        cwd=tree.ROOT,
        env=_environment(directory),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return {path.name: path.read_text(encoding="utf-8") for path in answers.iterdir()}


def _play(role: str, name: str, given: dict[str, Any], answers: Path) -> dict[str, Any]:
    return {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [
            {
                "block": [
                    {"ansible.builtin.include_role": {"name": role}, "vars": given},
                ],
                "rescue": [
                    {
                        "ansible.builtin.copy": {
                            "content": "{{ ansible_failed_result | to_json }}",
                            "dest": str(answers / name),
                            "mode": "0600",
                        },
                        "check_mode": False,
                    }
                ],
            }
        ],
    }


def _environment(directory: Path) -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(directory),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_CONFIG": str(tree.ROOT / "ansible.cfg"),
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }


def test_every_role_has_a_case() -> None:
    assert {role for role, _, _ in CASES} == {role.name for role in tree.ROLES}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("role", "name"), [(role, name) for role, name, _ in CASES])
def test_refuses_a_wrong_value(role: str, name: str, refusals: dict[str, str]) -> None:
    answer = json.loads(refusals[name])
    assert "Validation of arguments failed" in answer["msg"]
    assert any(name in error for error in answer["argument_errors"])
