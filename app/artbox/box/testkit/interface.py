"""Judges an import interface: sends generated documents and compares each answer with what must come.

The faulty documents name the rule they break, so the expectation is derived from the catalogue; the promises
of the interface itself stand in `promises`.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from artbox.box.testkit.conformity import ConformityReport, Item, Verdict
from artbox.box.testkit.errors import KitError
from artbox.box.testkit.exchanges import Json
from artbox.box.testkit.promises import PROMISES, Broken, Trial
from artbox.box.testkit.sending import Interface, problem_of
from artbox.catalogue import Check, Release, Rule, Text
from artbox.catalogue.synthetic import Faulty, documents, faulty

TITLE = Text("Konformitätsbericht der Importschnittstelle", "Conformity report of the import interface")
PROMISED = Text("Zusagen der Schnittstelle", "Promises of the interface")
SOUND = Text("Fehlerfreie Dokumente", "Sound documents")
FAULTY = Text("Absichtlich fehlerhafte Dokumente", "Deliberately faulty documents")
# a document of another release is refused as a whole, before any patient is judged
REFUSED_AS_A_WHOLE = {"unknown_version": "release-unknown"}


def judged(interface: Interface, release: Release, trial: Trial) -> ConformityReport:
    """Run every case; raise KitError when the interface cannot be judged at all."""
    version = _version(interface)
    if version != release.version:
        raise KitError(
            f"The interface has catalogue {version}, this kit {release.version}: use a kit of its version."
        )
    items = [
        *_promised(interface, trial),
        *_sound(interface, release, trial),
        *_faulty(interface, release, trial),
    ]
    return ConformityReport(TITLE, trial.subject, release.version, release.status, datetime.now(UTC), items)


def _version(interface: Interface) -> str:
    answer = interface.get("/catalogue")
    if answer.status_code != 200:
        raise KitError(
            f"The interface refuses the catalogue: {answer.status_code} {problem_of(answer) or ''}."
        )
    return str(answer.json()["version"])


def _promised(interface: Interface, trial: Trial) -> Iterator[Item]:
    for promise in PROMISES:
        try:
            promise.prove(interface, trial)
        except (Broken, KitError) as error:
            detail = Text(str(error), str(error))
            yield Item(promise.id, PROMISED, promise.title, Verdict.FAILED, detail=detail)
        else:
            yield Item(promise.id, PROMISED, promise.title, Verdict.SHOWN)


def _sound(interface: Interface, release: Release, trial: Trial) -> Iterator[Item]:
    made = documents(release, centre_no=trial.centre_no, patients=trial.patients, seed=trial.seed)
    for number, document in enumerate(made, 1):
        seen = _seen(interface, document)
        count = len(document["patients"]) if isinstance(document["patients"], list) else 0
        title = Text(f"{count} Patientinnen ohne Einwände", f"{count} patients without objections")
        yield _compared(f"sound-{number}", SOUND, title, ("complete", ()), seen)


def _faulty(interface: Interface, release: Release, trial: Trial) -> Iterator[Item]:
    for broken in faulty(release, centre_no=trial.centre_no, seed=trial.seed):
        objection = release.checks.get(broken.rule) or release.rules[broken.rule]
        yield _compared(
            broken.rule,
            FAULTY,
            title_of(objection),
            expected(broken, objection),
            _seen(interface, broken.document),
        )


def title_of(objection: Check | Rule) -> Text:
    """Return what is objected to, in words; a check's own message still has places for a field's name."""
    return objection.label if isinstance(objection, Check) else objection.message


def expected(broken: Faulty, objection: Check | Rule) -> tuple[str, tuple[str, ...]]:
    """Return what a faulty document must bring about: how it ends, and the ids of the rules named."""
    if isinstance(objection, Check) and objection.kind in REFUSED_AS_A_WHOLE:
        return REFUSED_AS_A_WHOLE[objection.kind], ()
    rejects = isinstance(objection, Check) and objection.rejects
    return ("incomplete" if rejects else "complete"), (broken.rule,)


def _seen(interface: Interface, document: Json) -> tuple[str, tuple[str, ...]]:
    answer = interface.hand_over(document)
    problem = problem_of(answer)
    if problem is not None:
        return problem, ()
    report = interface.report_of(answer)
    rules = {finding["rule"] for result in report["results"] for finding in result["findings"]}
    return ("complete" if report["complete"] else "incomplete"), tuple(sorted(rules))


def _compared(
    name: str,
    group: Text,
    title: Text,
    wanted: tuple[str, tuple[str, ...]],
    seen: tuple[str, tuple[str, ...]],
) -> Item:
    if wanted == seen:
        return Item(name, group, title, Verdict.SHOWN)
    detail = Text(
        f"erwartet {_told(wanted)}, gesehen {_told(seen)}", f"expected {_told(wanted)}, seen {_told(seen)}"
    )
    return Item(name, group, title, Verdict.FAILED, detail=detail)


def _told(outcome: tuple[str, Iterable[str]]) -> str:
    end, rules = outcome
    return f"{end} ({', '.join(rules) or '–'})"
