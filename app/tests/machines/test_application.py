import contextlib
import os
import socket
import sys
from pathlib import Path

import pytest

from machines import places
from machines.application import activation, instance, ports, preparation, web_servers
from machines.application.activation import Service
from machines.messages import Problem


def test_a_taken_port_is_named_with_its_purpose_and_what_to_do() -> None:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Problem) as caught:
            ports.require_free({port: "the box's pages"})
    assert f"{port} (for the box's pages)" in caught.value.what
    assert "make app-down" in caught.value.remedy


def test_free_ports_are_different_and_free() -> None:
    found = ports.free_ports(4)
    assert len(set(found)) == 4
    ports.require_free(dict.fromkeys(found, "a test"))


def test_a_copy_beside_shares_nothing_with_a_persons_own(tmp_path: Path) -> None:
    mine, other = instance.default(), instance.beside(tmp_path)
    assert not set(mine.ports) & set(other.ports)
    assert other.facts_file == tmp_path / "box.json"
    assert mine.facts_file == places.BOX_FACTS


def test_the_program_gets_its_sockets_by_name_and_its_own_number(tmp_path: Path) -> None:
    report = (
        "import os, socket\n"
        "names = os.environ['LISTEN_FDNAMES'].split(':')\n"
        "mine = os.environ['LISTEN_PID'] == str(os.getpid())\n"
        "paths = [socket.socket(fileno=3 + n).getsockname() for n in range(int(os.environ['LISTEN_FDS']))]\n"
        "print(mine, names, [os.path.basename(path) for path in paths], flush=True)\n"
    )
    service = Service(
        "try",
        [sys.executable, "-c", report],
        {},
        {"web": tmp_path / "web.sock", "control": tmp_path / "control.sock"},
    )
    sockets = {name: activation.listen(path) for name, path in service.sockets.items()}
    with (tmp_path / "log").open("wb") as log:
        child = activation.start(service, sockets, log.fileno())
        _, status = os.waitpid(child, 0)
    for listening in sockets.values():
        listening.close()
    assert status == 0
    assert (tmp_path / "log").read_text() == "True ['web', 'control'] ['web.sock', 'control.sock']\n"


def test_only_our_user_may_connect(tmp_path: Path) -> None:
    with contextlib.closing(activation.listen(tmp_path / "web.sock")):
        assert (tmp_path / "web.sock").stat().st_mode & 0o077 == 0


def test_the_box_connects_to_its_own_server_under_the_real_names(tmp_path: Path) -> None:
    copy = instance.beside(tmp_path)
    services = preparation.box_settings(copy)["services"]
    assert services["enrolment"] == {
        "host": "manage.artbox-service.net",
        "port": copy.server_port,
        "address": "127.0.0.1",
    }
    assert services["provisioning"]["port"] == copy.provisioning_port


def test_the_web_server_is_told_ports_and_sockets_of_this_copy(tmp_path: Path) -> None:
    copy = instance.beside(tmp_path)
    values = web_servers.box_values(copy)
    site = web_servers.render(web_servers.BOX_SITE, values)
    assert f"127.0.0.1:{copy.box_port} ssl" in site
    assert str(copy.sockets / "unlock.sock") in site
    assert ":443" not in site


def test_the_server_listens_on_this_machine_alone(tmp_path: Path) -> None:
    copy = instance.beside(tmp_path)
    main = web_servers.write(copy)["server"]
    written = "".join(path.read_text(encoding="utf-8") for path in main.parent.rglob("*.conf"))
    assert f"listen 127.0.0.1:{copy.provisioning_port} ssl" in written
    assert "listen 0." not in written
    assert "[::]" not in written
    assert f"http://unix:{copy.sockets / 'server.sock'}:" in written
