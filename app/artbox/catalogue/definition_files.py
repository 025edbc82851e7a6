"""Reads definition files strictly: no double keys, no surprise booleans, no key that is not asked for."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from artbox.catalogue.errors import CatalogueError
from artbox.catalogue.model import Text

MAX_BYTES = 4 * 1024 * 1024
TRUTH = re.compile("^(?:true|false)$")


class _StrictLoader(yaml.CSafeLoader):
    """Safe YAML in which `no` is a word, a date is a text, and a double key is an error."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way of configuration
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        doubled = sorted({str(key) for key in keys if keys.count(key) > 1})
        if doubled:
            raise yaml.constructor.ConstructorError(None, None, f"defined twice: {', '.join(doubled)}", None)
        return super().construct_mapping(node, deep=deep)


_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", TRUTH, list("tf"))


class Entry:
    """One entry of a definition file, taken apart key by key; `close` refuses what was not asked for."""

    def __init__(self, file: str, name: str, content: object) -> None:
        self.file = file
        self.name = name
        if not isinstance(content, dict):
            raise self.error("is no mapping", "Write key: value lines")
        self.content: Mapping[Any, Any] = content
        self._asked: set[str] = set()

    def error(self, problem: str, remedy: str) -> CatalogueError:
        """Build the refusal that names this entry."""
        return CatalogueError(self.file, self.name, problem, remedy)

    def optional(self, key: str) -> object:
        """Take a value of any form; None when the key is absent."""
        self._asked.add(key)
        return self.content.get(key)

    def required(self, key: str) -> object:
        """Take a value of any form that must be there."""
        value = self.optional(key)
        if value is None:
            raise self.error(f"{key} is missing", f"Add the key {key}")
        return value

    def text(self, key: str) -> Text:
        """Take a text in both languages."""
        value = self.required(key)
        if not isinstance(value, dict) or set(value) != {"de", "en"}:
            raise self.error(f"{key} lacks a language", f"Write {key}: {{de: …, en: …}}")
        if not all(isinstance(part, str) and part.strip() for part in value.values()):
            raise self.error(f"{key} has an empty text", "Write both texts")
        return Text(value["de"], value["en"])

    def word(self, key: str) -> str:
        """Take a non-empty string that must be there."""
        self.required(key)
        return self.optional_word(key) or ""

    def optional_word(self, key: str) -> str | None:
        """Take a non-empty string, or None when absent."""
        value = self.optional(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self.error(f"{key} is no text", f"Write {key}: some text, in quotes if need be")
        return value if isinstance(value, str) else None

    def one_of(self, key: str, allowed: list[str], default: str | None = None) -> str:
        """Take a word out of a fixed list."""
        value = self.word(key) if default is None else self.optional_word(key) or default
        if value not in allowed:
            raise self.error(f"{key} is {value!r}", f"Use one of {', '.join(allowed)}")
        return value

    def flag(self, key: str) -> bool:
        """Take true or false; false when absent."""
        value = self.optional(key)
        if value not in (None, True, False):
            raise self.error(f"{key} is no yes/no", f"Write {key}: true or {key}: false")
        return value is True

    def count(self, key: str) -> int:
        """Take a positive whole number."""
        value = self.required(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.error(f"{key} is no positive whole number", "Correct it")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """Take a list of strings; empty when absent."""
        value = self.optional(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.error(f"{key} is no list of words", f"Write {key}: [a, b]")
        if len(set(value)) != len(value):
            raise self.error(f"{key} names something twice", "Remove the double")
        return tuple(value)

    def day(self, key: str) -> date:
        """Take a date that must be there."""
        try:
            return date.fromisoformat(self.word(key))
        except ValueError:
            raise self.error(f"{key} is no date", "Write YYYY-MM-DD") from None

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Take a mapping that must be there."""
        value = self.required(key)
        if not isinstance(value, dict):
            raise self.error(f"{key} is no mapping", f"Write {key}: followed by indented lines")
        return value

    def close(self) -> None:
        """Refuse keys nobody asked for: a misspelt key must not be ignored."""
        strange = sorted(str(key) for key in self.content if key not in self._asked)
        if strange:
            raise self.error(f"unknown key {', '.join(strange)}", "Correct the spelling or remove it")


def read_file(path: Path) -> Entry:
    """Read one definition file; raises CatalogueError when it is missing, too large or no YAML."""
    name = f"{path.parent.name}/{path.name}"
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise CatalogueError(name, "file", "larger than 4 MiB", "Split the release")
        return Entry(name, "file", yaml.load(data, Loader=_StrictLoader))  # noqa: S506 - a SafeLoader
    except OSError:
        raise CatalogueError(name, "file", "cannot be read", "Add it to the release") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogueError(name, "file", f"is no valid YAML: {error}", "Correct the line") from None


def entries(file: Entry, key: str) -> Iterator[Entry]:
    """Walk the named entries below `key` of a file, in their order."""
    for name, content in file.mapping(key).items():
        if not isinstance(name, str):
            raise file.error(f"{key}: {name!r} is no name", "Put it in quotes")
        yield Entry(file.file, name, content)
