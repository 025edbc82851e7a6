"""A server killed at any step of storing a package has it stored and certified, or has nothing of it."""

import os
import signal
import sys
from collections.abc import Callable

from sqlalchemy import Engine, event, select
from sqlalchemy.pool import Pool

from artbox.server import store
from artbox.server.application import Application
from artbox.server.intake import Intake, Stored
from artbox.server.settings import Settings
from artbox.wire.packages import PackageFile, file_sha256
from artbox.wire.receipts import SignedReceipt, verify_receipt

from .conftest import REGISTERS, EnrolledBox

MORE_STEPS_THAN_THERE_ARE = 200
WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "subprocess.Popen"}


def take(application: Application, box: EnrolledBox, package: PackageFile) -> Stored:
    """Do what the HTTP interface does with a request."""
    sender = application.boxes.identify("SUCCESS", box.headers["X-Client-Cert"])
    upload = application.intake.upload()
    try:
        upload.write(package.path.read_bytes())
        upload.finish()
        return application.intake.take(upload, package.name, sender)
    finally:
        upload.discard()


def die_at(step: int) -> None:
    """Kill this process, as power loss would, at its `step`-th touch of files, programs or transactions."""
    left = [step]

    def count(*_details: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(lambda name, _arguments: count() if name in WATCHED else None)
    for target, name in ((Engine, "commit"), (Engine, "after_execute"), (Pool, "checkin")):
        event.listen(target, name, count)


def survives(step: int, settings: Settings, box: EnrolledBox, package: PackageFile) -> bool:
    """Store a package in a process that dies at `step`; say whether it finished before."""
    child = os.fork()
    if child == 0:
        try:
            application = Application.build(settings, registers=REGISTERS)
            die_at(step)
            take(application, box, package)
        finally:
            os._exit(0 if sys.exc_info()[0] is None else 1)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def certified(settings: Settings) -> dict[str, SignedReceipt]:
    engine = store.open_database(settings.database_url)
    with engine.connect() as connection:
        rows = connection.execute(select(store.packages)).all()
    engine.dispose()
    return {row.sha256: SignedReceipt(row.receipt, row.receipt_signature) for row in rows}


def stored(settings: Settings) -> set[str]:
    paths = [path for path in settings.packages_dir.rglob("*") if path.is_file()]
    for path in paths:
        assert path.name.endswith(f".{file_sha256(path)}.tgz"), "a file holds what its name says"
    return {file_sha256(path) for path in paths}


def test_killed_at_any_step_a_package_is_stored_and_certified_or_not_there(
    settings: Settings, box: EnrolledBox, pack: Callable[..., PackageFile], application: Application
) -> None:
    outcomes = []
    for step in range(1, MORE_STEPS_THAN_THERE_ARE):
        package = pack(box, sequence=step)
        finished = survives(step, settings, box, package)
        there = package.sha256 in certified(settings)
        assert there or not finished
        if there:
            assert package.sha256 in stored(settings), "no receipt without the package"
        restarted = Application.build(settings, registers=REGISTERS)
        restarted.intake.recover()
        assert stored(settings) == set(certified(settings))
        assert list(settings.incoming_dir.iterdir()) == []
        answer = take(restarted, box, package)
        assert answer.new is not there
        assert answer.receipt == certified(settings)[package.sha256]
        receipt = verify_receipt(answer.receipt, application.authority.certificate_path)
        assert receipt.is_for(package.sha256, "DIR", step)
        outcomes.append((finished, there))
        if finished:
            break
    assert outcomes[-1] == (True, True)
    assert outcomes.count((False, False)) >= 8, "many deaths before the receipt"
    assert (False, True) in outcomes, "and at least one between the receipt and the answer"


def test_recovery_touches_nothing_outside_its_directories(
    settings: Settings, application: Application
) -> None:
    outside = settings.data_dir / "notes.txt"
    outside.write_text("kept")
    link = settings.incoming_dir / "link"
    link.symlink_to(outside)
    assert isinstance(application.intake, Intake)
    application.intake.recover()
    assert outside.read_text() == "kept"
    assert not link.is_symlink()
