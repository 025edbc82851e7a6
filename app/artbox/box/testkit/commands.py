"""The kit's commands: serve a bench to a capture program, run generated documents, write them as files."""

import json
import signal
import sys
import tempfile
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from artbox.box.serving import public_app
from artbox.box.testkit import interface, program, rendering
from artbox.box.testkit.bench import Bench
from artbox.box.testkit.closing import ClosesOnce
from artbox.box.testkit.conformity import ConformityReport
from artbox.box.testkit.door import PREFIX, Door
from artbox.box.testkit.errors import KitError
from artbox.box.testkit.promises import Trial
from artbox.box.testkit.recording import Recorder
from artbox.box.testkit.running import running
from artbox.box.testkit.sending import PRODUCT, Interface
from artbox.catalogue import Catalogue, Check, Release, load
from artbox.catalogue.synthetic import documents, faulty

DONE, DEVIATES = 0, 1
GENERATED = "ARTbox testkit, generated documents"


def serve(chosen: Namespace) -> int:
    """Serve a bench until Ctrl-C or a termination, then write the report about the capture program."""
    with _bench(chosen.centre_no) as (bench, secret):
        closing = ClosesOnce(public_app(bench), bench, chosen.retry_after)
        recorder = Recorder(closing)
        treatments = _treatments(bench.catalogue.current, chosen.treatments)

        def report() -> ConformityReport:
            exchanges = tuple(recorder.exchanges)
            return program.judged(
                program.History(exchanges, bench.intake.report, bench.catalogue.current, treatments)
            )

        try:
            with running(Door(recorder, report), chosen.port) as url:
                _announce(url, secret, chosen)
                _until_ended()
        finally:
            closing.end()
        bench.unlock()
        return _written(report(), chosen.out)


def run(chosen: Namespace) -> int:
    """Send generated documents to the interface at `--url`, or to a bench, and write the report about it."""
    if chosen.url:
        secret = _read_token(chosen.token_file)
        verify = str(chosen.ca_file) if chosen.ca_file else True
        with Interface(chosen.url, secret, verify) as remote:
            return _written(_tried(remote, load(), chosen, chosen.url), chosen.out)
    with (
        _bench(chosen.centre_no) as (bench, secret),
        running(public_app(bench)) as url,
        Interface(url, secret) as local,
    ):
        return _written(_tried(local, bench.catalogue, chosen, GENERATED), chosen.out)


def report(chosen: Namespace) -> int:
    """Fetch the report so far from a kit that is serving."""
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in (rendering.HTML_NAME, rendering.XML_NAME):
        try:
            answer = httpx.get(f"{chosen.url}{PREFIX}{name}", trust_env=False)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise KitError(f"No kit serves at {chosen.url}: start it with `artbox testkit serve`.") from error
        (chosen.out / name).write_bytes(answer.content)
        _say(f"written: {chosen.out / name}")
    return DONE


def write_documents(chosen: Namespace) -> int:
    """Write sound and faulty documents as files, and what each must bring about."""
    release, made = load().current, {"centre_no": chosen.centre_no, "seed": chosen.seed}
    chosen.out.mkdir(parents=True, exist_ok=True)
    index: dict[str, dict[str, object]] = {}
    for number, document in enumerate(documents(release, patients=chosen.patients, **made), 1):
        name = f"sound-{number:03}.json"
        _write(chosen.out / name, document)
        index[name] = {"rule": None, "outcome": "complete"}
    for broken in faulty(release, **made):
        objection = release.checks.get(broken.rule) or release.rules[broken.rule]
        outcome, _ = interface.expected(broken, objection)
        name = f"faulty-{broken.rule}.json"
        _write(chosen.out / name, broken.document)
        kind = "check" if isinstance(objection, Check) else "rule"
        severity, title = objection.severity.value, interface.title_of(objection).as_dict()
        index[name] = {kind: broken.rule, "outcome": outcome, "severity": severity, "title": title}
    _write(chosen.out / "expectations.json", index)
    _say(f"written: {len(index)} documents and expectations.json in {chosen.out}")
    return DONE


@contextmanager
def _bench(centre_no: int) -> Iterator[tuple[Bench, str]]:
    """Give a bench in a temporary directory, and the secret of its one token."""
    with tempfile.TemporaryDirectory(prefix="artbox-testkit-") as directory:
        bench = Bench(Path(directory), centre_no)
        try:
            yield bench, bench.tokens.create(PRODUCT)
        finally:
            bench.close()


def _tried(remote: Interface, catalogue: Catalogue, chosen: Namespace, subject: str) -> ConformityReport:
    trial = Trial(catalogue.current, chosen.centre_no, chosen.patients, chosen.seed, subject)
    return interface.judged(remote, catalogue.current, trial)


def _treatments(release: Release, named: str | None) -> tuple[str, ...]:
    known = release.choice_lists["treatment_type"].codes
    wanted = tuple(named.split(",")) if named else known
    strange = [name for name in wanted if name not in known]
    if strange:
        raise KitError(f"No treatment type: {', '.join(strange)}. Known: {', '.join(known)}.")
    return wanted


def _read_token(path: Path) -> str:
    try:
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KitError(f"No token can be read from {path}.") from error
    if not secret:
        raise KitError(f"{path} is empty; write the token into it.")
    return secret


def _announce(url: str, secret: str, chosen: Namespace) -> None:
    if chosen.token_file:
        chosen.token_file.touch(mode=0o600)
        chosen.token_file.write_text(f"{secret}\n", encoding="ascii")
    _say(f"import interface: {url}/api/v1/imports")
    _say(f"report so far:    {url}{PREFIX}{rendering.HTML_NAME}")
    _say(f"token:            {secret}")
    _say(f"centre number:    {chosen.centre_no}")
    _say("Plain HTTP on this machine alone; a real box speaks HTTPS. Send synthetic records only.")
    _say("Ctrl-C ends, writes the report and removes everything that was sent.")


def _until_ended() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


def _written(report: ConformityReport, directory: Path) -> int:
    for path in rendering.write(report, directory):
        _say(f"written: {path}")
    for item in report.items:
        if not item.stands:
            seen = f" ({item.detail.en})" if item.detail else ""
            _say(f"{item.verdict}: {item.id}: {item.title.en}{seen}")
    _say("conforms" if report.conforms else "does not conform yet")
    return DONE if report.conforms else DEVIATES


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
