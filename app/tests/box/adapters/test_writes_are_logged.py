"""Every writing method of the store takes an audit entry: found by walking the store, not by a list."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator

import pytest

from artbox.box.adapters.store import Store, database
from artbox.box.adapters.store.anonymised import AnonymisedView
from artbox.box.adapters.store.assessments import AssessmentsTable
from artbox.box.adapters.store.candidates import CandidatesView
from artbox.box.adapters.store.cases import CasesView
from artbox.box.adapters.store.findings import FindingsView
from artbox.box.adapters.store.imports import ImportsTable
from artbox.box.adapters.store.journal import AuditTable
from artbox.box.adapters.store.ledger import LedgerTable
from artbox.box.adapters.store.packages import PackagesTable
from artbox.box.adapters.store.people import AccountsTable, SessionsTable
from artbox.box.adapters.store.rechecks import RechecksTable
from artbox.box.adapters.store.tokens import TokensTable
from artbox.box.adapters.store.turns import TurnsTable
from artbox.box.domain.audit import AuditEntry

GROUPS = (
    Store,
    AccountsTable,
    AssessmentsTable,
    AnonymisedView,
    AuditTable,
    CandidatesView,
    CasesView,
    FindingsView,
    ImportsTable,
    LedgerTable,
    PackagesTable,
    RechecksTable,
    SessionsTable,
    TokensTable,
    TurnsTable,
)
Method = Callable[..., object]


def methods() -> Iterator[tuple[str, Method]]:
    for group in GROUPS:
        for name, method in inspect.getmembers(group, inspect.isfunction):
            if not name.startswith("_"):
                yield f"{group.__name__}.{name}", method


def asks_for_the_writer(method: Method) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
    return any(isinstance(node, ast.Attribute) and node.attr == "write" for node in ast.walk(tree))


WRITING = [(name, method) for name, method in methods() if asks_for_the_writer(method)]


def test_the_walk_sees_every_group_of_the_store(open_store: Store) -> None:
    parts = {type(part) for name, part in vars(open_store).items() if not name.startswith("_")}
    assert parts <= set(GROUPS)
    assert len(WRITING) >= 15


@pytest.mark.parametrize(("name", "method"), WRITING)
def test_a_writing_method_takes_an_audit_entry(name: str, method: Method) -> None:
    entry = inspect.signature(method).parameters.get("entry")
    assert entry is not None, f"{name} writes without an audit entry"
    assert entry.annotation is AuditEntry
    assert entry.default is inspect.Parameter.empty


@pytest.mark.parametrize(("name", "method"), WRITING)
def test_the_entry_it_was_given_is_the_one_that_is_logged(name: str, method: Method) -> None:
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "write"
    ]
    assert calls, name
    for call in calls:
        assert [argument.id for argument in call.args if isinstance(argument, ast.Name)] == ["entry"], name


def test_nothing_else_of_the_store_reaches_the_writer() -> None:
    source = inspect.getsource(database)
    assert source.count("_writer") > 0
    for group in GROUPS:
        assert "_writer" not in inspect.getsource(inspect.getmodule(group) or database)
