import ast
import sys
from pathlib import Path

import pytest

from machines import bootstrap, environment, places, prerequisites
from machines.messages import Problem

BEFORE_THE_ENVIRONMENT = [
    "__init__",
    "bootstrap",
    "environment",
    "locking",
    "messages",
    "places",
    "prerequisites",
    "supervisor",
]


@pytest.mark.parametrize("name", BEFORE_THE_ENVIRONMENT)
def test_what_runs_before_the_environment_imports_the_standard_library_alone(name: str) -> None:
    tree = ast.parse((places.ROOT / "machines" / f"{name}.py").read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            imported |= (
                {f"{module}.{alias.name}" for alias in node.names} if module == "machines" else {module}
            )
    ours = {part.split(".")[1] for part in imported if part.startswith("machines.")}
    foreign = {part.split(".")[0] for part in imported} - set(sys.stdlib_module_names) - {"machines"}
    assert foreign == set()
    assert ours <= set(BEFORE_THE_ENVIRONMENT)


def test_a_missing_program_is_named_by_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(prerequisites, "EXTRA_PATH", "")
    assert "mmdebstrap" in prerequisites.missing_packages("box")
    assert "nginx-light" in prerequisites.missing_packages("app")


def test_a_present_program_needs_no_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for program in prerequisites.FOR["check"]:
        (tmp_path / program.name).write_text("", encoding="ascii")
        (tmp_path / program.name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(prerequisites, "EXTRA_PATH", "")
    assert set(prerequisites.missing_packages("check")) <= {"python3-venv"}


def test_without_root_the_missing_packages_are_named_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prerequisites, "missing_packages", lambda _purpose: ["mmdebstrap", "nginx-light"])
    monkeypatch.setattr(prerequisites, "is_root", lambda: False)
    with pytest.raises(Problem, match="apt-get install mmdebstrap nginx-light"):
        prerequisites.provide("box")


def test_without_root_containers_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prerequisites, "is_root", lambda: False)
    (obstacle,) = prerequisites.obstacles_to_containers()
    assert "sudo make box" in obstacle


def test_where_containers_are_impossible_the_application_starts_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prerequisites, "obstacles_to_containers", lambda: ["You are not root."])
    monkeypatch.setattr(prerequisites, "provide", lambda _purpose: None)
    monkeypatch.setattr(environment, "ensure", lambda: places.PYTHON)
    assert bootstrap.prepare("box") == "app"
    said = capsys.readouterr().out
    assert "You are not root." in said
    assert "make app" in said


def test_too_little_disk_says_how_much_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prerequisites, "missing_packages", lambda _purpose: [])
    monkeypatch.setattr(prerequisites, "NEEDED_DISK_BYTES", 10**18)
    with pytest.raises(Problem, match="MiB are needed"):
        prerequisites.provide("box")


def test_pip_takes_files_from_no_other_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "/somewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example.org/simple")
    kept = environment.pip_environment()
    assert "PIP_FIND_LINKS" not in kept
    assert kept["PIP_INDEX_URL"] == "https://index.example.org/simple"
