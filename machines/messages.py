"""What the commands say to a person: progress in one line, and problems with their remedy."""

import sys


class Problem(Exception):
    """Something a person has to change before a command can go on."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  What to do: {self.remedy}"


def step(text: str) -> None:
    """Print one line of progress."""
    print(f"==> {text}", flush=True)


def say(text: str = "") -> None:
    """Print a line as it is."""
    print(text, flush=True)


def complain(problem: Problem) -> None:
    """Print a problem and its remedy to standard error."""
    print(f"\nThis did not work: {problem}", file=sys.stderr, flush=True)
