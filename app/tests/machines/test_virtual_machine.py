from pathlib import Path

import pytest

from machines import labs, rootfs, virtual_machine
from machines.messages import Problem


def _machine(tmp_path: Path) -> labs.Machine:
    box = labs.load(virtual_machine.LAB).part("box")
    return labs.Machine(box.name, box.address, box.part, tmp_path)


def test_the_machine_boots_the_kernel_of_its_own_root(tmp_path: Path) -> None:
    boot = tmp_path / "root" / "boot"
    boot.mkdir(parents=True)
    for name in ("vmlinuz-6.12.1-cloud-amd64", "vmlinuz-6.12.2-cloud-amd64", "initrd.img-6.12.2-cloud-amd64"):
        (boot / name).write_bytes(b"")
    command = virtual_machine.qemu_command(_machine(tmp_path), tmp_path / "disk.qcow2")
    assert command[command.index("-kernel") + 1] == str(boot / "vmlinuz-6.12.2-cloud-amd64")
    assert f"file={tmp_path / 'disk.qcow2'},if=virtio,format=qcow2" in command
    assert any(f"ifname={virtual_machine.INTERFACE}" in word for word in command)


def test_a_root_without_a_kernel_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="vmlinuz"):
        virtual_machine.qemu_command(_machine(tmp_path), tmp_path / "disk.qcow2")


def test_the_virtual_machine_has_a_kernel_and_all_that_a_container_has() -> None:
    with_kernel = rootfs.packages(virtual_machine.PACKAGES)
    assert set(rootfs.packages()) < set(with_kernel)
    assert "linux-image-cloud-amd64" in with_kernel


def test_its_interface_name_fits() -> None:
    assert len(virtual_machine.INTERFACE) <= 15
