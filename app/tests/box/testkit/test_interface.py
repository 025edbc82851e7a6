"""The interface is judged by its answers: the real one keeps every promise, a tampered one is found out."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from artbox.box.serving import public_app
from artbox.box.testkit import interface
from artbox.box.testkit.bench import Bench
from artbox.box.testkit.conformity import ConformityReport, Verdict
from artbox.box.testkit.errors import KitError
from artbox.box.testkit.promises import PROMISES, Trial
from artbox.box.testkit.running import running
from artbox.box.testkit.sending import Interface
from tests.box.testkit.conftest import CENTRE_NO


class Silenced:
    """An interface that forgets to name one rule, keeping the length of its answers."""

    def __init__(self, app: ASGIApp, rule: str) -> None:
        self.app = app
        self.rule = rule.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def changed(message: Message) -> None:
            if "body" in message:
                message["body"] = message["body"].replace(b'"rule":"' + self.rule, b'"rule":"XXX')
            await send(message)

        await self.app(scope, receive, changed)


def trial(bench: Bench, patients: int = 2) -> Trial:
    return Trial(bench.catalogue.current, CENTRE_NO, patients, 1, "Prüfling")


@contextmanager
def facing(bench: Bench, app: ASGIApp | None = None) -> Iterator[Interface]:
    """Speak to a bench over HTTP."""
    token = bench.tokens.create("Testprogramm")
    with running(app or public_app(bench)) as url, Interface(url, token) as found:
        yield found


def judged(bench: Bench, app: ASGIApp | None = None) -> ConformityReport:
    with facing(bench, app) as found:
        return interface.judged(found, bench.catalogue.current, trial(bench))


@pytest.mark.slow
def test_the_real_interface_conforms_rule_by_rule(bench: Bench) -> None:
    report = judged(bench)
    assert [(item.id, item.detail) for item in report.items if not item.stands] == []
    release = bench.catalogue.current
    assert {*release.checks, *release.rules, *(each.id for each in PROMISES)} <= {
        item.id for item in report.items
    }


@pytest.mark.slow
def test_a_rule_that_is_not_named_is_found_out(bench: Bench) -> None:
    report = judged(bench, Silenced(public_app(bench), "C01"))
    assert [item.id for item in report.items if item.verdict is Verdict.FAILED] == ["C01"]
    assert not report.conforms


def test_an_interface_that_takes_no_token_of_ours_cannot_be_judged(bench: Bench) -> None:
    with (
        running(public_app(bench)) as url,
        Interface(url, "wrong") as found,
        pytest.raises(KitError, match="token-refused"),
    ):
        interface.judged(found, bench.catalogue.current, trial(bench))


def test_a_locked_interface_cannot_be_judged(bench: Bench) -> None:
    with facing(bench) as found:
        bench.lock()
        with pytest.raises(KitError, match="box-locked"):
            interface.judged(found, bench.catalogue.current, trial(bench))


def test_nobody_there_is_told_plainly(bench: Bench) -> None:
    with (
        Interface("http://127.0.0.1:9", "x") as found,
        pytest.raises(KitError, match="does not answer"),
    ):
        interface.judged(found, bench.catalogue.current, trial(bench))
