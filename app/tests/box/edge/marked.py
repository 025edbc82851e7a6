"""Finds every German sentence that is marked for translation, in templates and in code. No fixtures here."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import nodes

import artbox.box
from artbox.box.web.rendering import TEMPLATES, environment

CODE = Path(artbox.box.__file__).parent


def in_templates() -> Iterator[tuple[str, str]]:
    """Every constant argument of `_()`, with the template it stands in."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(TEMPLATES).as_posix()
        tree = environment().parse(path.read_text(encoding="utf-8"), name)
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "_":
                argument = call.args[0]
                if isinstance(argument, nodes.Const):
                    yield name, str(argument.value)


def in_code() -> Iterator[tuple[str, str]]:
    """Every argument of `mark()`, with the module it stands in."""
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "mark":
                yield path.relative_to(CODE).as_posix(), ast.literal_eval(node.args[0])


@cache
def sentences() -> dict[str, str]:
    """Every marked sentence, with one place it stands in."""
    return {text: place for place, text in (*in_templates(), *in_code())}
