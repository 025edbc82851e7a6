"""`make figures`: the referees' figures become the floors, and the page that shows them."""

import json
from pathlib import Path
from typing import Any

import yaml

from machines import places
from machines.messages import Problem, say

BASELINE = places.ROOT / "app" / "tests" / "provisioned" / "hardening.yml"
MEASURED = places.BUILD / "hardening.json"
PAGE = places.ROOT / "docs" / "hardening.md"


def baseline() -> dict[str, Any]:
    """Return floors, exceptions and their reasons."""
    content: dict[str, Any] = yaml.safe_load(BASELINE.read_text(encoding="utf-8"))
    return content


def excepted_rules(known: dict[str, Any]) -> set[str]:
    """Return the rules of CIS that a box does not keep, for a reason."""
    return {rule for exception in known["cis"]["exceptions"] for rule in exception["rules"]}


def record() -> None:
    """Raise the floors to what was measured, and write the page; raises Problem when nothing was measured."""
    if not MEASURED.exists():
        raise Problem("Nothing has been measured yet.", "run `make test` first.")
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    text = BASELINE.read_text(encoding="utf-8")
    for name in ("lynis", "cis"):
        floor = baseline()[name]["floor"]
        text = text.replace(
            f"{name}:\n  floor: {floor}\n", f"{name}:\n  floor: {max(floor, measured[name])}\n"
        )
    BASELINE.write_text(text, encoding="utf-8")
    PAGE.write_text(page(baseline()), encoding="utf-8")
    say(f"Written: {places.shown(BASELINE)}, {places.shown(PAGE)}")


def page(known: dict[str, Any]) -> str:
    """Return the page for people who judge a box: figures, and what is not kept with its reason."""
    exposure = known["exposure"]
    lines = [
        "# How hard a box is",
        "",
        "Judged by programs nobody here wrote, on a provisioned box in a container, after a restart, by",
        "every `make test`. The figures are floors: a lower one fails the tests. `make figures` writes this",
        f"page; its data lie in `{BASELINE.relative_to(places.ROOT)}`.",
        "",
        "| referee | figure |",
        "|---|---|",
        f"| Lynis, default profile, hardening index | {known['lynis']['floor']} |",
        "| OpenSCAP, CIS Level 1 Server for Debian 13, rules passed, untailored |"
        f" {known['cis']['floor']} % |",
        "| the same without the exceptions below | 100 % |",
        f"| ssh-audit, policy {known['ssh_audit']['policy']} | passed |",
        f"| systemd-analyze security, units of our own | at most {exposure['own_limit']} |",
        f"| systemd-analyze security, other running units | at most {exposure['limit']} |",
        "",
        "## Rules of CIS that a box does not keep",
        "",
        "| rule | reason |",
        "|---|---|",
        *(
            f"| {', '.join(f'`{rule}`' for rule in exception['rules'])} | {exception['reason']} |"
            for exception in known["cis"]["exceptions"]
        ),
        "",
        "## Units above the limit",
        "",
        "| unit | reason |",
        "|---|---|",
        *(f"| `{unit}` | {reason} |" for unit, reason in exposure["exceptions"].items()),
        "",
    ]
    return "\n".join(lines)


def note(name: str, figure: object, *, path: Path = MEASURED) -> None:
    """Keep one measured figure for `record`."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**known, name: figure}, indent=2) + "\n", encoding="utf-8")
