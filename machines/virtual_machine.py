"""`make vm`: the box as a virtual machine with a kernel of its own, where its vault is a real LUKS container.

It is provisioned as a container, which is fast, powered off, written into an ext4 image and booted by QEMU on
the lab's bridge with the same address and identity; its server stays a container. Runs start from an overlay,
so that `make vm` after a power-off boots what the last one left.
"""

import shutil
import subprocess
from pathlib import Path

from machines import containers, handover, labs, locking, network, places, provision, rootfs, ssh, wheelhouse
from machines.labs import Lab, Machine
from machines.messages import Problem, step

LAB = "virtual"
PACKAGES = ("initramfs-tools", "linux-image-cloud-amd64", "udev", "zstd")
IMAGE_SIZE = "4G"
MEMORY_MIB = 1536
PROCESSORS = 2
BOOT_SECONDS = 240
INTERFACE = "vm-artbox"
HARDWARE_ADDRESS = "52:54:00:0a:d8:0b"


def build() -> None:
    """Build or boot the virtual machine and say how to use it."""
    with locking.exclusive(places.BUILD / f"{LAB}.lock"):
        facts = handover.hand_over(up())
    handover.announce(facts, stop="make vm-down")


def up() -> Lab:
    """Return the lab with its virtual machine running and answering over ssh."""
    lab = labs.load(LAB)
    machine = lab.part("box")
    image = machine.directory / "image.ext4"
    _run_server(lab)
    if not image.exists():
        _make_image(lab, machine, image)
    _start(lab, machine, image)
    step(f"Waiting for {machine.name} to boot (about half a minute without hardware support)")
    ssh.wait_until_running(lab, machine, seconds=BOOT_SECONDS)
    return lab


def _run_server(lab: Lab) -> None:
    server = lab.part("server")
    wheelhouse.ensure()
    base = rootfs.ensure(rootfs.packages())
    network.ensure_bridge(lab)
    containers.ensure_root(lab, server, base, ssh.ensure_key(lab))
    containers.start(lab, server)


def _make_image(lab: Lab, machine: Machine, image: Path) -> None:
    """Provision the machine as a container and turn its root file system into an image."""
    base = rootfs.ensure(rootfs.packages(PACKAGES))
    containers.ensure_root(lab, machine, base, ssh.ensure_key(lab))
    containers.start(lab, machine)
    ssh.write_known_hosts(lab)
    for each in lab.machines:
        ssh.wait_until_running(lab, each)
    provision.play(lab.inventory, "server")
    provision.play(lab.inventory, "box")
    containers.stop(machine)
    step("Writing the image")
    unfinished = image.with_name(image.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    command = ["mkfs.ext4", "-q", "-L", "root", "-d", str(machine.root), str(unfinished), IMAGE_SIZE]
    subprocess.run(command, check=True)
    unfinished.rename(image)


def _start(lab: Lab, machine: Machine, image: Path) -> None:
    if containers.supervisor_process(machine) is not None:
        return
    disk = machine.directory / "disk.qcow2"
    if not disk.exists():
        unfinished = disk.with_name(disk.name + ".unfinished")
        command = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(image), str(unfinished)]
        subprocess.run(command, check=True)
        unfinished.rename(disk)
    network.ensure_tap(INTERFACE, lab.bridge)
    containers.run_supervised(machine, [], [], qemu_command(machine, disk))


def qemu_command(machine: Machine, disk: Path) -> list[str]:
    """Return the command that boots the machine's own kernel from its disk, on the lab's bridge."""
    return [
        "qemu-system-x86_64",
        *("-accel", "tcg,thread=multi"),
        *("-cpu", "max"),
        *("-smp", str(PROCESSORS)),
        *("-m", str(MEMORY_MIB)),
        *("-display", "none"),
        *("-monitor", "none"),
        *("-serial", f"file:{machine.directory / 'serial.log'}"),
        *("-kernel", str(_newest(machine.root / "boot", "vmlinuz-*"))),
        *("-initrd", str(_newest(machine.root / "boot", "initrd.img-*"))),
        *("-append", "root=/dev/vda rw console=ttyS0"),
        *("-drive", f"file={disk},if=virtio,format=qcow2"),
        *("-netdev", f"tap,id=lan,ifname={INTERFACE},script=no,downscript=no"),
        *("-device", f"virtio-net-pci,netdev=lan,mac={HARDWARE_ADDRESS},romfile="),
        *("-device", "virtio-rng-pci"),
    ]


def _newest(directory: Path, pattern: str) -> Path:
    found = sorted(directory.glob(pattern))
    if not found:
        raise Problem(f"No {pattern} in {directory}.", "`make vm-down`, then `make vm`.")
    return found[-1]


def remove() -> None:
    """Stop the virtual machine and its server and remove what they were made of."""
    lab = labs.load(LAB)
    with locking.exclusive(places.BUILD / f"{LAB}.lock"):
        for machine in lab.machines:
            containers.remove(machine)
        network.remove_device(INTERFACE)
        network.remove_bridge(lab)
        places.VM_FACTS.unlink(missing_ok=True)
        shutil.rmtree(lab.directory, ignore_errors=True)
    step("The virtual machine is removed; the cached root file systems stay for the next time.")


def power_cut() -> None:
    """End the running machine as a power failure does; its disk stays."""
    containers.stop(labs.load(LAB).part("box"))
