from pathlib import Path

from machines import places, wheelhouse


def test_sources_are_the_package_and_its_description_without_bytecode(tmp_path: Path) -> None:
    package = tmp_path / "app" / "artbox"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__pycache__" / "x.pyc").write_bytes(b"")
    (package / "x.py").write_text("", encoding="ascii")
    (tmp_path / "pyproject.toml").write_text("", encoding="ascii")
    assert wheelhouse.source_files(tmp_path) == [package / "x.py", tmp_path / "pyproject.toml"]


def test_the_digest_depends_on_names_and_contents(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1", encoding="ascii")
    second.write_text("1", encoding="ascii")
    before = wheelhouse.digest([first], tmp_path)
    assert wheelhouse.digest([second], tmp_path) != before
    first.write_text("2", encoding="ascii")
    assert wheelhouse.digest([first], tmp_path) != before


def test_downloads_are_wheels_for_the_boxes_python_checked_by_hash() -> None:
    arguments = wheelhouse.download_arguments(Path("box.lock"), Path("wheels"))
    assert {"--require-hashes", "--only-binary=:all:", "--no-deps", "--python-version=3.13"} <= set(arguments)


def test_no_locked_requirement_depends_on_the_python_that_downloads_it() -> None:
    for name in wheelhouse.LOCKS:
        for line in (places.ROOT / "requirements" / name).read_text(encoding="ascii").splitlines():
            if " ; " in line:
                assert "python_version" not in line, line
                assert "python_full_version" not in line, line
