"""The labs: which machines belong to one, and where its state lies. Names and addresses are the inventory's.

`development` is a person's box and server; `testing` is the same pair for the tests, beside it; the box of
`virtual` is a virtual machine.
`facts()` is what tests use: the address, certificate and ssh commands of a running lab.
"""

import ipaddress
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from machines import places
from machines.messages import Problem

BRIDGES = {"development": "artbr0", "testing": "artbr1", "virtual": "artbr2"}


@dataclass(frozen=True)
class Machine:
    """One container: its inventory name, its address in the lab's network, its part (`box` or `server`)."""

    name: str
    address: ipaddress.IPv4Address
    part: str
    directory: Path

    @property
    def root(self) -> Path:
        """The machine's root file system."""
        return self.directory / "root"


@dataclass(frozen=True)
class Lab:
    """A bridge with a box and a server on it."""

    name: str
    bridge: str
    gateway: ipaddress.IPv4Interface
    machines: tuple[Machine, ...]

    @property
    def directory(self) -> Path:
        """Where the lab's state lies."""
        return places.BUILD / self.name

    @property
    def inventory(self) -> Path:
        """The inventory this lab is described by."""
        return places.ROOT / "inventory" / self.name

    @property
    def facts_file(self) -> Path:
        """The running lab's address, certificate and commands, for programs."""
        if self.name == "development":
            return places.BOX_FACTS
        return places.VM_FACTS if self.name == "virtual" else self.directory / "box.json"

    def part(self, part: str) -> Machine:
        """Return the machine that plays `part`."""
        return next(machine for machine in self.machines if machine.part == part)


def load(name: str) -> Lab:
    """Read a lab from its inventory; raises Problem when there is none of that name."""
    path = places.ROOT / "inventory" / name / "hosts.yml"
    if name not in BRIDGES or not path.exists():
        raise Problem(f"There is no lab {name!r}.", f"use one of: {', '.join(sorted(BRIDGES))}.")
    machines = tuple(_machines(name, yaml.safe_load(path.read_text(encoding="utf-8"))))
    network = ipaddress.ip_network(f"{machines[0].address}/24", strict=False)
    gateway = ipaddress.IPv4Interface(f"{network.network_address + 1}/24")
    return Lab(name=name, bridge=BRIDGES[name], gateway=gateway, machines=machines)


def _machines(lab: str, inventory: Mapping[str, Any]) -> Iterator[Machine]:
    for part, group in (("server", "servers"), ("box", "boxes")):
        for name, facts in _group_hosts(inventory, group).items():
            address = ipaddress.IPv4Address(facts["ansible_host"])
            yield Machine(name, address, part, places.BUILD / lab / name)


def _group_hosts(tree: Mapping[str, Any], wanted: str) -> dict[str, Any]:
    for name, group in tree.items():
        if not isinstance(group, Mapping):
            continue
        if name == wanted:
            return dict(group.get("hosts") or {})
        found = _group_hosts(group.get("children") or {}, wanted)
        if found:
            return found
    return {}


def facts(name: str = "testing") -> dict[str, Any]:
    """Return the running lab's `box.json`; raises Problem when the lab has not been built."""
    path = load(name).facts_file
    if not path.exists():
        raise Problem(f"The lab {name!r} is not running.", "build it first (`make box`, or `make test`).")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
