"""Writes a conformity report down: one self-contained HTML file in both languages, and JUnit XML."""

from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from artbox import __version__
from artbox.box.testkit.conformity import ConformityReport, Item, Verdict
from artbox.catalogue import Text

TEMPLATES = Path(__file__).parent / "templates"
HTML_NAME, XML_NAME = "conformity.html", "conformity.xml"
VERDICTS = {
    Verdict.SHOWN: Text("gezeigt", "shown"),
    Verdict.PARTLY: Text("teilweise", "partly"),
    Verdict.MISSING: Text("nicht gezeigt", "not shown"),
    Verdict.FAILED: Text("abweichend", "deviating"),
}


@cache
def environment() -> Environment:
    """Return the environment of the kit's one template."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def as_html(report: ConformityReport) -> str:
    """Return the page; it needs no script and nothing from outside."""
    template = environment().get_template("conformity.html")
    return template.render(report=report, verdicts=VERDICTS, Verdict=Verdict, kit=__version__)


def as_junit(report: ConformityReport) -> str:
    """Return the report in the form test runners exchange: a failure for each item still to be shown."""
    suites = ElementTree.Element("testsuites", name=report.title.en)
    for group, items in report.groups():
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=group.en,
            tests=str(len(items)),
            failures=str(sum(not item.stands for item in items)),
            errors="0",
            skipped=str(sum(_optional(item) for item in items)),
            timestamp=report.made_at.replace(tzinfo=None).isoformat(timespec="seconds"),
        )
        for item in items:
            _case(suite, item)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def write(report: ConformityReport, directory: Path) -> tuple[Path, Path]:
    """Write both forms into `directory`, making it; return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    page, cases = directory / HTML_NAME, directory / XML_NAME
    page.write_text(as_html(report), encoding="utf-8")
    cases.write_text(as_junit(report), encoding="utf-8")
    return page, cases


def _case(suite: ElementTree.Element, item: Item) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=f"artbox.{item.group.en}", name=f"{item.id}: {item.title.en}"
    )
    parts = [part.en for part in (item.detail, item.remedy) if part is not None]
    if _optional(item):
        ElementTree.SubElement(case, "skipped", message="optional, not shown")
    elif not item.stands:
        failure = ElementTree.SubElement(case, "failure", message=VERDICTS[item.verdict].en)
        failure.text = " ".join(parts)


def _optional(item: Item) -> bool:
    return item.verdict is Verdict.MISSING and not item.required
