"""A lab's bridge on this machine: made when missing, never taken from anybody else, removed at the end."""

import ipaddress
import json
import subprocess
from pathlib import Path
from typing import Any

from machines import places
from machines.labs import Lab
from machines.messages import Problem


def ensure_bridge(lab: Lab) -> None:
    """Make the lab's bridge carry its gateway address; raises Problem when the network is used elsewhere."""
    devices = _devices()
    stranger = foreign_user(devices, lab.bridge, lab.gateway.network)
    if stranger:
        raise Problem(
            f"The network {lab.gateway.network} is already in use here by {stranger}.",
            f"change the addresses in inventory/{lab.name}/hosts.yml to a free network.",
        )
    owner = other_owner(devices, lab.bridge, _made_by(lab.bridge))
    if owner:
        raise Problem(
            f"The machines of the lab {lab.name!r} are running from another working tree: {owner}.",
            f"end them there (`make down`, `make vm-down`) or wait for the command that runs in {owner}.",
        )
    existing = next((device for device in devices if device["ifname"] == lab.bridge), None)
    if existing is None:
        _ip("link", "add", "name", lab.bridge, "type", "bridge")
    _ip("link", "set", lab.bridge, "alias", str(places.ROOT))
    if existing is None or str(lab.gateway.ip) not in _addresses(existing):
        _ip("address", "add", str(lab.gateway), "dev", lab.bridge)
    _ip("link", "set", lab.bridge, "up")


def ensure_tap(name: str, bridge: str) -> None:
    """Make the interface a virtual machine is plugged into, on a bridge."""
    if not any(device["ifname"] == name for device in _devices()):
        _ip("tuntap", "add", "dev", name, "mode", "tap")
    _ip("link", "set", name, "master", bridge, "up")


def remove_device(name: str) -> None:
    """Remove one of our interfaces when it is there."""
    if any(device["ifname"] == name for device in _devices()):
        _ip("link", "delete", name)


def foreign_user(devices: list[dict[str, Any]], bridge: str, network: ipaddress.IPv4Network) -> str | None:
    """Return the name of another interface that has an address overlapping `network`, if there is one."""
    for device in devices:
        if device["ifname"] == bridge:
            continue
        for entry in device.get("addr_info", ()):
            if entry.get("family") != "inet":
                continue
            used = ipaddress.IPv4Interface(f"{entry['local']}/{entry['prefixlen']}").network
            if used.overlaps(network):
                return str(device["ifname"])
    return None


def other_owner(devices: list[dict[str, Any]], bridge: str, made_by: str) -> str | None:
    """Return the other working tree whose machines are plugged into the bridge, if there is one.

    `made_by` is the tree that made the bridge; one that nothing is plugged into is anybody's.
    """
    in_use = any(device.get("master") == bridge for device in devices)
    return made_by if made_by not in {"", str(places.ROOT)} and in_use else None


def _made_by(bridge: str) -> str:
    """Return the working tree that made the bridge, which its alias names; empty when it does not exist."""
    alias = Path("/sys/class/net") / bridge / "ifalias"
    return alias.read_text(encoding="utf-8").strip() if alias.exists() else ""


def remove_bridge(lab: Lab) -> None:
    """Remove the lab's bridge unless another working tree uses it."""
    if other_owner(_devices(), lab.bridge, _made_by(lab.bridge)) is None:
        remove_device(lab.bridge)


def _addresses(device: dict[str, Any]) -> set[str]:
    return {entry["local"] for entry in device.get("addr_info", ())}


def _devices() -> list[dict[str, Any]]:
    done = subprocess.run(["ip", "-json", "address", "show"], check=True, capture_output=True, text=True)
    devices: list[dict[str, Any]] = json.loads(done.stdout)
    return devices


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise Problem(
            f"`ip {' '.join(arguments)}` failed: {done.stderr.strip()}",
            "see `ip link` for what is in the way, remove it, run this command again.",
        )
