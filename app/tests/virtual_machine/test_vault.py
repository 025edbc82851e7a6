"""The vault as a real LUKS2 container, on a machine with its own kernel: open, locked, after a power cut."""

from collections.abc import Iterator

import pytest

from machines import handover, labs, virtual_machine
from tests import markers
from tests.centre import Centre
from tests.provisioned.machine import Reached

pytestmark = [pytest.mark.vm, pytest.mark.timeout(900)]

CONTAINER = "/var/lib/artbox/vault.luks"
MOUNT = "/var/lib/artbox/vault"


class Appliance:
    """The running virtual machine, a centre that uses it, and its capture program's key."""

    def __init__(self) -> None:
        facts = handover.hand_over(virtual_machine.up())
        self.machine = Reached(facts["ssh"]["box"])
        self.centre = Centre.of(facts)
        self.leave_a_container_of_an_interrupted_setup()
        self.centre.set_up(facts["enrolment_code"])
        self.centre.sign_in()
        self.token = self.centre.make_token("Prüfprogramm")
        answer = self.centre.hand_over(self.token, markers.marked_document(self.centre.centre_no))
        assert answer.status_code == 200, answer.text
        self.centre.deliver()
        self.packages = self.centre.package_numbers()

    def leave_a_container_of_an_interrupted_setup(self) -> None:
        """Make the container with another key, as a setup does that dies before it is done."""
        scripts = "/usr/local/lib/artbox/artbox-vault"
        made = f"printf '%0128d\\n' 0 | {scripts}-open && {scripts}-close"
        answers = self.machine.lines(f"set -a; . /etc/artbox/vault.conf; {made}")
        assert answers == ["ok", "ok"]

    def unlock(self) -> None:
        """Open the vault and sign in again."""
        self.centre.unlock()
        self.centre.sign_in()


@pytest.fixture(scope="module")
def appliance() -> Iterator[Appliance]:
    """A virtual machine made for these tests, in place of any that was there."""
    virtual_machine.remove()
    try:
        yield Appliance()
    finally:
        virtual_machine.remove()


def test_the_vault_is_one_encrypted_file_with_the_promised_cipher(appliance: Appliance) -> None:
    dump = appliance.machine.run(f"cryptsetup luksDump {CONTAINER}").decode()
    assert "Version:       \t2" in dump
    assert "cipher: aes-xts-plain64" in dump
    assert "Cipher key: 512 bits" in dump
    assert "sector: 4096 [bytes]" in dump
    mounted = appliance.machine.lines(f"findmnt --noheadings --output SOURCE,OPTIONS {MOUNT}")[0]
    assert mounted.startswith("/dev/mapper/")
    assert {"nodev", "nosuid", "noexec"} <= set(mounted.split()[1].split(","))
    size, blocks = map(int, appliance.machine.lines(f"stat -c '%s %b' {CONTAINER}")[0].split())
    assert blocks * 512 >= size, "a container with holes can run out of space while it is written"


def test_the_status_page_does_not_speak_of_test_operation(appliance: Appliance) -> None:
    assert "Testbetrieb" not in appliance.centre.page("/status")


def test_no_unit_has_failed(appliance: Appliance) -> None:
    assert appliance.machine.failed_units() == []


def test_locking_closes_the_container(appliance: Appliance) -> None:
    appliance.centre.lock()
    assert appliance.machine.lines("ls /dev/mapper") == ["control"]
    assert appliance.machine.lines(f"ls -A {MOUNT}") == []
    appliance.unlock()
    assert appliance.centre.package_numbers() == appliance.packages


def test_a_power_cut_leaves_the_box_locked_and_whole(appliance: Appliance) -> None:
    virtual_machine.power_cut()
    virtual_machine.up()
    appliance.centre.wait_for("locked")
    assert appliance.machine.lines("ls /dev/mapper") == ["control"]
    appliance.unlock()
    assert appliance.centre.package_numbers() == appliance.packages
    repeated = appliance.centre.hand_over(
        appliance.token, markers.marked_document(appliance.centre.centre_no)
    )
    assert repeated.json()["summary"]["unchanged"] == 1


def test_a_stolen_disk_holds_nothing_readable(appliance: Appliance) -> None:
    virtual_machine.power_cut()
    directory = labs.load(virtual_machine.LAB).part("box").directory
    disk = [directory / "disk.qcow2", directory / "image.ext4"]
    assert markers.hunt_in_files(disk, markers.patterns(appliance.token)) == []
    assert markers.hunt_in_files(disk, ["artbox-vault-open"]), "the hunt would not find anything"
