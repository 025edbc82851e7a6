"""The one list of services: what the centres were told, said once, and nowhere else a port."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.ansible import tree

SERVICES = tree.GROUP_VARIABLES / "all" / "services.yml"
LISTS: dict[str, list[dict[str, Any]]] = tree.load(SERVICES)

# What the published answers for the centres' IT promise.
PROMISED_OUTBOUND = {
    ("api.artbox-service.net", 443, "tcp"),
    ("check.artbox-service.net", 443, "tcp"),
    ("manage.artbox-service.net", 443, "tcp"),
    ("manage.artbox-service.net", 4430, "tcp"),
    ("manage.artbox-service.net", 2224, "tcp"),
    ("artmgr-api.meditex.cloud", 443, "tcp"),
    ("archive.raspbian.org", 80, "tcp"),
    ("archive.raspberrypi.org", 80, "tcp"),
    ("mirrordirector.raspbian.org", 80, "tcp"),
    ("ptbtime1.ptb.de", 123, "udp"),
    ("ptbtime2.ptb.de", 123, "udp"),
    ("ptbtime3.ptb.de", 123, "udp"),
}
PROMISED_INBOUND = {(22, "tcp"), (80, "tcp"), (443, "tcp"), (5353, "udp")}

PORT = re.compile(r"(?<![\w.:/-])(22|80|443|2224|4430|5353|123)(?![\w.])")


def test_outbound_is_what_was_promised_and_debians_own_mirrors() -> None:
    listed = {(each["host"], each["port"], each["protocol"]) for each in LISTS["services_outbound"]}
    assert listed >= PROMISED_OUTBOUND
    assert {host for host, _, _ in listed - PROMISED_OUTBOUND} == {"deb.debian.org", "security.debian.org"}


def test_inbound_is_exactly_what_was_promised() -> None:
    assert {(each["port"], each["protocol"]) for each in LISTS["services_inbound"]} == PROMISED_INBOUND


@pytest.mark.parametrize("name", LISTS)
def test_every_service_has_a_name_of_its_own_and_a_purpose_in_both_languages(name: str) -> None:
    services = LISTS[name]
    assert len({each["name"] for each in services}) == len(services)
    for each in services:
        assert each["purpose"]["de"].strip()
        assert each["purpose"]["en"].strip()
        assert each["protocol"] in {"tcp", "udp"}


@pytest.mark.parametrize(
    "path",
    [path for path in tree.written_files() if path != SERVICES],
    ids=lambda path: str(path.relative_to(tree.ROOT)),
)
def test_no_port_is_written_anywhere_else(path: Path) -> None:
    found = [
        line.strip()
        for line in path.read_text(encoding="utf-8").splitlines()
        if PORT.search(line.partition("#")[0]) and "web_server_https_port == 443" not in line
    ]
    assert found == []


def test_every_inventory_shares_the_group_variables() -> None:
    assert tree.INVENTORIES
    for inventory in tree.INVENTORIES:
        link = inventory / "group_vars"
        assert link.is_symlink()
        assert link.resolve() == tree.GROUP_VARIABLES
