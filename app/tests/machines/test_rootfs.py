from pathlib import Path

import pytest

from machines import places, rootfs


def _role(roles: Path, name: str, defaults: str) -> None:
    (roles / name / "defaults").mkdir(parents=True)
    (roles / name / "defaults" / "main.yml").write_text(defaults, encoding="utf-8")


def test_packages_are_the_union_of_what_the_roles_name_for_themselves(tmp_path: Path) -> None:
    _role(tmp_path, "time", "---\ntime_packages: [chrony]\n")
    _role(
        tmp_path, "web_server", "---\nweb_server_packages: [nginx, openssl]\ntime_packages: [not-its-own]\n"
    )
    _role(tmp_path, "vault", "---\nvault_packages: [openssl]\n")
    _role(tmp_path, "empty", "---\n")
    assert rootfs.role_packages(tmp_path) == ["chrony", "nginx", "openssl"]


def test_the_roles_of_this_tree_name_plain_packages() -> None:
    for name in rootfs.packages():
        assert name.replace("-", "").replace("+", "").replace(".", "").isalnum(), name


def test_every_machine_can_be_reached_by_ansible() -> None:
    assert {"openssh-server", "python3", "python3-apt", "sudo", "systemd-sysv"} <= set(rootfs.packages())


def test_the_digest_changes_with_the_packages_and_with_nothing_else() -> None:
    assert rootfs.digest(["a", "b"]) == rootfs.digest(["a", "b"])
    assert rootfs.digest(["a", "b"]) != rootfs.digest(["a", "c"])


def test_this_machines_own_mirror_serves_our_suite() -> None:
    sources = [
        ("http://mirror.example.org/debian/", "bookworm"),
        ("http://mirror.example.org/debian/", "bookworm-updates"),
        ("http://mirror.example.org/debian-security/", "bookworm-security"),
        ("http://mirror.example.org/debian/", "bookworm-backports"),
        ("http://packages.example.org/", "nodistro"),
        ("http://mirror.example.org/debian/", "bookworm"),
    ]
    assert rootfs.mirrors(sources) == [
        "deb http://mirror.example.org/debian/ trixie main",
        "deb http://mirror.example.org/debian/ trixie-updates main",
        "deb http://mirror.example.org/debian-security/ trixie-security main",
    ]


def test_without_debian_sources_the_builder_uses_its_own() -> None:
    assert rootfs.mirrors([("http://packages.example.org/", "nodistro")]) == []


def test_the_builder_is_told_packages_and_target() -> None:
    command = rootfs.command(["nginx", "sudo"], Path("/cache/rootfs-1"))
    assert "--include=nginx,sudo" in command
    assert "/cache/rootfs-1" in command


def test_installed_packages_are_read_from_the_package_database(tmp_path: Path) -> None:
    status = tmp_path / "var/lib/dpkg/status"
    status.parent.mkdir(parents=True)
    status.write_text(
        "Package: nginx\nStatus: install ok installed\nDescription: server\n more\n\n"
        "Package: gone\nStatus: deinstall ok config-files\n",
        encoding="utf-8",
    )
    assert rootfs.installed(tmp_path) == {"nginx"}


def test_removing_refuses_while_something_is_mounted_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "root").mkdir()
    rootfs.remove_tree(tmp_path / "root")
    assert not (tmp_path / "root").exists()
    rootfs.remove_tree(tmp_path / "root")


def test_no_registry_or_mirror_is_named_in_the_recipe() -> None:
    for path in (places.ROOT / "machines").rglob("*.py"):
        assert "deb.debian.org" not in path.read_text(encoding="utf-8")
