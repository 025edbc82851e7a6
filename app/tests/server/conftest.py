"""A server with a real authority in a directory of its own, a clock that can be moved, and enrolled boxes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from artbox.server import ca
from artbox.server.app import create_app
from artbox.server.application import Application
from artbox.server.settings import Settings
from artbox.wire import certificates
from artbox.wire.enrolment import EnrolmentRequest
from artbox.wire.packages import PackageFile, PackageHead, Signer, write_package

REGISTERS = frozenset({"DIR", "DERI"})


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass(frozen=True)
class EnrolledBox:
    """A box as the server sees it: its files, and the headers nginx sets for its connections."""

    box_id: str
    centre_no: int
    signer: Signer

    @property
    def headers(self) -> dict[str, str]:
        return headers_for(self.signer.certificate)


def headers_for(certificate: Path) -> dict[str, str]:
    escaped = quote(certificate.read_text(), safe="")
    return {"X-Client-Verify": "SUCCESS", "X-Client-Cert": escaped, "X-Real-IP": "192.0.2.1"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data_dir = tmp_path / "server"
    made = Settings(data_dir, f"sqlite:///{data_dir}/server.db")
    ca.initialise(made)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def application(settings: Settings, clock: Clock) -> Application:
    return Application.build(settings, registers=REGISTERS, clock=clock)


@pytest.fixture
def client(application: Application) -> Iterator[TestClient]:
    with TestClient(create_app(application), raise_server_exceptions=False) as client:
        yield client


def enrol_box(application: Application, directory: Path, centre_no: int) -> EnrolledBox:
    key = certificates.new_box_key()
    code = application.enrolment.create_code(centre_no, valid=timedelta(hours=1))
    csr = certificates.certificate_request(key, centre_no).decode()
    answer = application.enrolment.enrol(EnrolmentRequest(code, centre_no, csr))
    signer = Signer(directory / f"{answer.box_id}.crt", directory / f"{answer.box_id}.key")
    certificates.write_file(signer.certificate, answer.certificate.encode())
    certificates.write_key(signer.key, key)
    return EnrolledBox(answer.box_id, centre_no, signer)


@pytest.fixture
def enrol(application: Application, tmp_path: Path) -> Callable[[int], EnrolledBox]:
    return lambda centre_no: enrol_box(application, tmp_path, centre_no)


@pytest.fixture
def box(enrol: Callable[[int], EnrolledBox]) -> EnrolledBox:
    return enrol(123)


@pytest.fixture(scope="session")
def recipient(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificates.create_recipient("DIR", tmp_path_factory.mktemp("recipient"))


@pytest.fixture
def pack(tmp_path: Path, recipient: tuple[Path, Path], clock: Clock) -> Callable[..., PackageFile]:
    def pack(
        box: EnrolledBox, *, register: str = "DIR", sequence: int = 1, centre_no: int | None = None
    ) -> PackageFile:
        head = PackageHead(
            centre_no or box.centre_no, register, sequence, "pseudonymised", "2026.1", clock.now
        )
        return write_package(tmp_path, head, [{"cycle": 1}], recipient=recipient[0], signer=box.signer)

    return pack
