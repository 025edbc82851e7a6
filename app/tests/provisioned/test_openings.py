"""What a neighbour in the centre's network can reach of a box: the documented openings, nothing else."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from machines import places
from tests.provisioned.conftest import Facts
from tests.provisioned.machine import Reached

pytestmark = pytest.mark.machine

SERVICES = places.ROOT / "inventory/group_vars/all/services.yml"
AT_ONCE = 400
PATIENCE_SECONDS = 1.0


def documented_tcp_ports() -> set[int]:
    services: dict[str, Any] = yaml.safe_load(Path(SERVICES).read_text(encoding="utf-8"))
    return {entry["port"] for entry in services["services_inbound"] if entry["protocol"] == "tcp"}


async def open_ports(address: str, ports: range) -> set[int]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def answers(port: int) -> bool:
        async with turn:
            try:
                _, writer = await asyncio.wait_for(asyncio.open_connection(address, port), PATIENCE_SECONDS)
            except (OSError, TimeoutError):
                return False
            writer.close()
            return True

    found = await asyncio.gather(*(answers(port) for port in ports))
    return {port for port, is_open in zip(ports, found, strict=True) if is_open}


def test_only_the_documented_tcp_ports_answer(facts: Facts) -> None:
    assert asyncio.run(open_ports(facts["ip"], range(1, 10_000))) == documented_tcp_ports() == {22, 80, 443}


def test_port_80_only_redirects(facts: Facts) -> None:
    answer = httpx.get(f"http://{facts['ip']}/status?x=1", trust_env=False)
    assert answer.status_code in (301, 308)
    assert answer.headers["location"].startswith("https://")


def test_the_box_speaks_to_no_undocumented_port_of_its_server(box: Reached, facts: Facts) -> None:
    reach = "timeout 3 bash -c 'exec 3<>/dev/tcp/{}/{}' && echo reached || echo refused"
    assert box.lines(reach.format(facts["server_ip"], 4430)) == ["reached"]
    assert box.lines(reach.format(facts["server_ip"], 22)) == ["refused"]


def test_the_service_runs_with_few_rights(box: Reached) -> None:
    exposure = box.lines("systemd-analyze security --no-pager artbox.service | tail -n 1")[0]
    assert float(exposure.split(":")[1].split()[0]) <= 1.5, exposure
    assert box.lines("systemctl show -p User --value artbox.service") == ["artbox"]
