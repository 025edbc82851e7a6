import ipaddress
from pathlib import Path
from typing import Any

import pytest

from machines import containers, labs, network, places, ssh
from machines.messages import Problem


@pytest.mark.parametrize("name", sorted(labs.BRIDGES))
def test_every_lab_has_one_box_and_one_server_in_one_network(name: str) -> None:
    lab = labs.load(name)
    assert {machine.part for machine in lab.machines} == {"box", "server"}
    assert all(machine.address in lab.gateway.network for machine in lab.machines)
    assert lab.gateway.ip not in {machine.address for machine in lab.machines}


def test_labs_share_neither_bridge_nor_network_nor_names() -> None:
    all_labs = [labs.load(name) for name in labs.BRIDGES]
    assert len({lab.bridge for lab in all_labs}) == len(all_labs)
    assert len({lab.gateway.network for lab in all_labs}) == len(all_labs)
    assert len({machine.name for lab in all_labs for machine in lab.machines}) == 2 * len(all_labs)


def test_machine_names_fit_into_an_interface_name() -> None:
    for name in labs.BRIDGES:
        for machine in labs.load(name).machines:
            assert len(f"vb-{machine.name}") <= 15


def test_an_unknown_lab_is_refused_by_name() -> None:
    with pytest.raises(Problem, match="development, testing"):
        labs.load("nowhere")


def test_facts_of_a_lab_that_is_down_say_how_to_build_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(places, "BUILD", tmp_path)
    with pytest.raises(Problem, match="make test"):
        labs.facts("testing")


def _device(name: str, address: str, prefix: int) -> dict[str, Any]:
    return {"ifname": name, "addr_info": [{"family": "inet", "local": address, "prefixlen": prefix}]}


NETWORK = ipaddress.IPv4Network("10.213.0.0/24")


def test_our_own_bridge_is_no_stranger() -> None:
    assert network.foreign_user([_device("artbr0", "10.213.0.1", 24)], "artbr0", NETWORK) is None


@pytest.mark.parametrize(("address", "prefix"), [("10.213.0.7", 24), ("10.213.0.7", 32), ("10.1.2.3", 8)])
def test_another_interface_in_our_network_is_named(address: str, prefix: int) -> None:
    devices = [_device("lo", "127.0.0.1", 8), _device("eth7", address, prefix)]
    assert network.foreign_user(devices, "artbr0", NETWORK) == "eth7"


def test_the_machine_boots_its_own_root_on_its_bridge() -> None:
    command = containers.nspawn_command("artbox1", Path("/lab/artbox1/root"), "artbr0")
    assert command[0] == "systemd-nspawn"
    assert {"--directory=/lab/artbox1/root", "--machine=artbox1", "--network-bridge=artbr0", "--boot"} <= set(
        command
    )
    assert {"--register=no", "--keep-unit"} <= set(command)


def test_the_address_is_written_for_the_machine(tmp_path: Path) -> None:
    lab = labs.load("testing")
    (tmp_path / "etc/systemd/network").mkdir(parents=True)
    containers.write_network(tmp_path, lab.part("box"), lab)
    text = (tmp_path / "etc/systemd/network/10-host0.network").read_text(encoding="ascii")
    assert f"Address={lab.part('box').address}/24" in text


def test_the_ssh_command_names_no_secret() -> None:
    lab = labs.load("development")
    assert ssh.base_command(lab, lab.part("box")) == ["ssh", "-F", "build/development/ssh/config", "artbox1"]


PLUGGED_IN = [{"ifname": "artbr0"}, {"ifname": "vb-artbox1", "master": "artbr0"}]


def test_machines_of_another_working_tree_are_left_alone() -> None:
    assert network.other_owner(PLUGGED_IN, "artbr0", "/trees/first") == "/trees/first"
    assert network.other_owner(PLUGGED_IN, "artbr0", str(places.ROOT)) is None


def test_a_bridge_with_nothing_on_it_is_anybodys() -> None:
    assert network.other_owner([{"ifname": "artbr0"}], "artbr0", "/trees/first") is None
    assert network.other_owner(PLUGGED_IN, "artbr0", "") is None
