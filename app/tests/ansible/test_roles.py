"""Every role is built alike: what it says about itself, how its files are laid out, what its tasks may do."""

import re
from pathlib import Path

import pytest

from tests.ansible import tree

ONE_SCREEN = 40
LONGEST_FILE = 120

each_role = pytest.mark.parametrize("role", tree.ROLES, ids=lambda role: role.name)


@each_role
def test_says_on_one_screen_what_it_is(role: Path) -> None:
    lines = (role / "README.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"# {role.name}"
    assert len(lines) <= ONE_SCREEN


@each_role
def test_main_is_a_table_of_contents(role: Path) -> None:
    entries = tree.load(role / "tasks" / "main.yml")
    assert entries
    for entry in entries:
        assert set(entry) <= {"name", "ansible.builtin.import_tasks", "when"}
        assert (role / "tasks" / entry["ansible.builtin.import_tasks"]).is_file()


@each_role
def test_every_task_file_is_imported(role: Path) -> None:
    imported = {entry["ansible.builtin.import_tasks"] for entry in tree.load(role / "tasks" / "main.yml")}
    assert {path.name for path in (role / "tasks").glob("*.yml")} - {"main.yml"} == imported


@each_role
def test_files_stay_short(role: Path) -> None:
    for path in tree.task_files(role):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE, path


@each_role
def test_specifies_every_variable_that_may_be_given(role: Path) -> None:
    specified = tree.options(role)
    assert set(tree.variables(role, "defaults")) <= set(specified)
    assert not set(tree.variables(role, "vars")) & set(specified)
    for option in specified.values():
        assert option["description"]
        assert option["type"]


@each_role
def test_variables_carry_the_role_as_prefix(role: Path) -> None:
    names = {
        *tree.options(role),
        *tree.variables(role, "defaults"),
        *tree.variables(role, "vars"),
        *(
            task["register"]
            for path in tree.task_files(role)
            for task in tree.tasks(path)
            if "register" in task
        ),
    }
    assert [name for name in names if not name.startswith(f"{role.name}_")] == []


@each_role
def test_uses_no_other_roles_variables(role: Path) -> None:
    others = [
        name
        for other in tree.ROLES
        if other != role
        for name in (*tree.options(other), *tree.variables(other, "vars"))
    ]
    for path in role.rglob("*"):
        if path.is_file() and path.suffix in {".yml", ".j2"}:
            used = set(re.findall(r"\b[a-z][a-z_]+\b", path.read_text(encoding="utf-8")))
            assert used.isdisjoint(others), path


@each_role
def test_every_variable_is_used(role: Path) -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("tasks", "handlers", "templates", "vars", "defaults")
        for path in (role / folder).rglob("*")
        if path.is_file()
    )
    for name in {*tree.options(role), *tree.variables(role, "vars")}:
        uses = len(re.findall(rf"\b{name}\b(?!:\s)", text))
        assert uses, f"{name} is never used"


@each_role
def test_templates_and_files_mirror_where_they_go(role: Path) -> None:
    for folder in ("templates", "files"):
        for path in (role / folder).rglob("*"):
            if path.is_file():
                assert path.relative_to(role / folder).parts[0] in {"etc", "home", "usr", "var"}, path
                assert (path.suffix == ".j2") == (folder == "templates"), path


@each_role
def test_calls_modules_of_ansible_itself_by_their_full_names(role: Path) -> None:
    for path in tree.task_files(role):
        for task in tree.tasks(path):
            called = tree.module(task)
            assert called.startswith("ansible.builtin.") or "block" in task, (path, task["name"])
            assert called.rpartition(".")[2] not in {"shell", "raw", "lineinfile", "replace", "script"}, path


@each_role
def test_asks_no_package_index_for_news(role: Path) -> None:
    for path in tree.task_files(role):
        for task in tree.tasks(path):
            if tree.module(task) == "ansible.builtin.apt":
                assert set(task["ansible.builtin.apt"]) == {"name", "install_recommends"}
                assert task["ansible.builtin.apt"]["name"] == f"{{{{ {role.name}_packages }}}}"


@each_role
def test_hides_no_failure(role: Path) -> None:
    for path in tree.task_files(role):
        for task in tree.tasks(path):
            assert "ignore_errors" not in task, (path, task["name"])
            assert "ignore_unreachable" not in task, (path, task["name"])
            assert task.get("failed_when") is not False, (path, task["name"])


@each_role
def test_gives_its_reason_beside_every_fixed_outcome(role: Path) -> None:
    for path in tree.task_files(role):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"\b(changed_when|check_mode|no_log|force): (true|false)", line):
                assert " # " in line, f"{path}: {line.strip()}"


@each_role
def test_files_have_an_owner_and_a_mode(role: Path) -> None:
    for path in tree.task_files(role):
        for task in tree.tasks(path):
            arguments = task.get(tree.module(task), {})
            if tree.module(task).endswith((".copy", ".template")):
                assert {"owner", "group", "mode"} <= set(arguments), (path, task["name"])


@each_role
def test_handlers_are_sentences_that_something_notifies(role: Path) -> None:
    notified = {
        topic
        for other in tree.ROLES
        for path in tree.task_files(other)
        for task in tree.tasks(path)
        for topic in _listed(task.get("notify"))
    }
    handlers = role / "handlers" / "main.yml"
    for handler in tree.load(handlers) or ():
        assert re.match(r"[A-Z][a-z-]+ .", handler["name"])
        assert notified & {handler["name"], *_listed(handler.get("listen"))}, handler["name"]


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
