"""A record walks from capture program to server, on provisioned machines with real nginx and firewall."""

import json
from pathlib import Path

import pytest

from tests import markers, openssl
from tests.centre import Centre
from tests.provisioned.conftest import Facts
from tests.provisioned.machine import Reached

pytestmark = pytest.mark.machine

PACKAGES = "/var/lib/artbox-server/packages"
RECIPIENTS = "/var/lib/artbox-server/recipients"


@pytest.fixture(scope="module")
def token(centre: Centre) -> str:
    """The key of a capture program that has handed over the marked patient, all of it delivered."""
    centre.sign_in()
    secret = centre.make_token("Prüfprogramm")
    answer = centre.hand_over(secret, markers.marked_document(centre.centre_no))
    assert answer.status_code == 200, answer.text
    centre.deliver()
    return secret


def test_what_arrived_at_the_server_opens_with_the_registers_key(
    token: str, centre: Centre, server: Reached, facts: Facts, tmp_path: Path
) -> None:
    numbers = centre.package_numbers()
    assert numbers
    ca_file = Path(facts["server_ca_file"])
    for number in numbers:
        receipt = centre.download(f"/exporte/{number}/quittung")
        signature = centre.download(f"/exporte/{number}/quittung/signatur")
        openssl.verify(receipt, signature, ca_file=ca_file, scratch=tmp_path)
        register = json.loads(receipt)["register"]
        package = centre.download(f"/exporte/{number}/paket")
        stored = server.lines(f"find {PACKAGES} -path '*/{register}/*.tgz' -exec sha256sum {{}} +")
        assert json.loads(receipt)["package_sha256"] in {line.split()[0] for line in stored}
        for suffix in ("crt", "key"):
            content = server.run(f"cat {RECIPIENTS}/{register}.{suffix}")
            (tmp_path / f"{register}.{suffix}").write_bytes(content)
        opened = openssl.open_package(
            package,
            ca_file=ca_file,
            certificate=tmp_path / f"{register}.crt",
            key=tmp_path / f"{register}.key",
            scratch=tmp_path,
        )
        assert opened.manifest["count"] == len(opened.records) > 0


def test_a_reboot_locks_the_box_and_loses_nothing(token: str, centre: Centre, box: Reached) -> None:
    numbers = centre.package_numbers()
    box.reboot()
    centre.wait_for("locked")
    assert box.failed_units() == []
    refused = centre.hand_over(token, markers.marked_document(centre.centre_no))
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:artbox:problem:box-locked"

    centre.unlock()
    centre.sign_in()
    assert centre.package_numbers() == numbers
    answer = centre.hand_over(token, markers.marked_document(centre.centre_no))
    assert answer.json()["summary"]["unchanged"] == 1


def test_nothing_readable_of_the_patient_lies_on_either_machine(
    token: str, box: Reached, server: Reached
) -> None:
    wanted = markers.patterns(token)
    assert box.readable_traces(wanted) == []
    assert server.readable_traces(wanted) == []


def test_the_hunt_finds_what_it_is_looking_for(box: Reached) -> None:
    planted = "/var/tmp/planted-marker"
    box.run(f"cat > {planted}", text=markers.PATIENT_REF)
    try:
        assert box.readable_traces([markers.PATIENT_REF]) == [planted]
    finally:
        box.run(f"rm {planted}")


def test_no_unit_has_failed(box: Reached, server: Reached) -> None:
    assert box.failed_units() == []
    assert server.failed_units() == []
