"""The one error of this package: a definition that must not be used."""

from dataclasses import dataclass


@dataclass(eq=False)
class CatalogueError(Exception):
    """A definition file was refused: where (file, entry), what is wrong, and what to change.

    The definition is not personal data, so the text may quote it.
    """

    file: str
    entry: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.entry}: {self.problem}. {self.remedy}"
