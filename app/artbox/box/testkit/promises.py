"""What the import interface promises besides its rules, each with a proof over HTTP."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import jsonschema_rs

from artbox.box.testkit.sending import API, Interface, problem_of
from artbox.catalogue import Release, Text
from artbox.catalogue.synthetic import documents

Json = dict[str, Any]
CORRECTED, CORRECTIONS = "infertility_duration", (21, 22)
MARK = "Zwergkaninchen"


class Broken(Exception):
    """A promise was not kept; the message says what came instead."""


@dataclass(frozen=True)
class Trial:
    """What is sent: for which centre, how many sound patients, and the seed everything is made from."""

    release: Release
    centre_no: int
    patients: int
    seed: int
    subject: str

    def document(self, patients: int = 2) -> Json:
        """Return a sound document of its own, the same at every call."""
        made = documents(self.release, centre_no=self.centre_no, patients=patients, seed=self.seed + 1)
        found: Json = json.loads(json.dumps(next(made)))
        return found


@dataclass(frozen=True)
class Promise:
    """One promise and how to prove it; the proof raises Broken."""

    id: str
    title: Text
    prove: Callable[[Interface, Trial], None]


def tells_its_state(interface: Interface, _: Trial) -> None:
    """Prove that the state is told without a token."""
    _equal(interface.get("/status", {}).json(), {"state": "ready"})


def wants_a_token(interface: Interface, _: Trial) -> None:
    """Prove that nothing but the state is told without one, or with a wrong one."""
    for headers, name in (({}, "token-missing"), ({"Authorization": "Bearer wrong"}, "token-refused")):
        answer = interface.get("/schema", headers)
        _equal((answer.status_code, problem_of(answer)), (401, name))


def publishes_its_schema(interface: Interface, trial: Trial) -> None:
    """Prove that the published JSON Schema takes what is sound."""
    schema = interface.get("/schema").json()
    _equal(jsonschema_rs.validator_for(schema).is_valid(trial.document()), True)


def describes_itself(interface: Interface, _: Trial) -> None:
    """Prove that the OpenAPI document names the paths used here."""
    paths = interface.get("/openapi.json").json()["paths"]
    _equal({f"{API}/imports", f"{API}/imports/{{import_id}}"} <= set(paths), True)


def repeats_change_nothing(interface: Interface, trial: Trial) -> None:
    """Prove that the same document again is unchanged, in every cycle."""
    interface.report(trial.document())
    _equal(_outcomes(interface.report(trial.document())), {"unchanged"})


def corrections_make_revisions(interface: Interface, trial: Trial) -> None:
    """Prove that a changed value under the same reference is the next revision."""
    revisions = []
    for value in CORRECTIONS:
        document = trial.document(1)
        document["patients"][0]["cycles"][0][CORRECTED] = value
        cycle = interface.report(document)["results"][0]["cycles"][0]
        revisions.append(cycle["revision"])
    _equal((cycle["outcome"], revisions[1] - revisions[0]), ("updated", 1))


def keys_are_honoured(interface: Interface, trial: Trial) -> None:
    """Prove that the same key gives the same report, and refuses another document."""
    key = {"Idempotency-Key": str(uuid4())}
    first, again = (interface.report(trial.document(), **key) for _ in range(2))
    _equal(first["id"], again["id"])
    other = interface.hand_over(trial.document(1), **key)
    _equal((other.status_code, problem_of(other)), (422, "idempotency-conflict"))


def dry_runs_store_nothing(interface: Interface, trial: Trial) -> None:
    """Prove that a dry run is answered with a report that is not kept."""
    answer = interface.hand_over(trial.document(), "?dry_run=true")
    _equal((answer.status_code, answer.json()["dry_run"]), (200, True))
    _equal(interface.get(f"/imports/{answer.json()['id']}").status_code, 404)


def reports_can_be_fetched(interface: Interface, trial: Trial) -> None:
    """Prove that a report stays and reads the same later."""
    report = interface.report(trial.document())
    _equal(interface.get(f"/imports/{report['id']}").json(), report)
    _equal(problem_of(interface.get("/imports/unknown")), "not-found")


def lines_are_a_document(interface: Interface, trial: Trial) -> None:
    """Prove that header and one patient per line mean the same as one document."""
    document = trial.document()
    interface.report(document)
    patients = document.pop("patients")
    lines = "\n".join(json.dumps(part) for part in (document, *patients))
    report = interface.report_of(interface.hand_over_bytes(lines.encode()))
    _equal((len(report["results"]), _outcomes(report)), (len(patients), {"unchanged"}))


def patients_stand_alone(interface: Interface, trial: Trial) -> None:
    """Prove that a rejected patient leaves the others of its document, and no value comes back."""
    document = trial.document()
    document["patients"][0]["last_name"] = MARK
    answer = interface.hand_over(document)
    outcomes = [result["outcome"] == "rejected" for result in interface.report_of(answer)["results"]]
    _equal((outcomes, MARK in answer.text), ([True, False], False))


def nonsense_is_refused(interface: Interface, trial: Trial) -> None:
    """Prove that what is no document is refused as a whole, with its own problem."""
    for body, media_type, problem in (
        (b"{", "application/json", "not-json"),
        (b"[]", "application/json", "not-a-document"),
        (b"{}", "text/csv", "unsupported-media-type"),
        (b"[" * 10_000, "application/json", "too-deep"),
    ):
        _equal(problem_of(interface.hand_over_bytes(body, media_type)), problem)


def _outcomes(report: Json) -> set[str]:
    return {cycle["outcome"] for result in report["results"] for cycle in result["cycles"]}


def _equal(seen: object, wanted: object) -> None:
    if seen != wanted:
        raise Broken(f"{seen!r} ≠ {wanted!r}")


PROMISES = (
    Promise(
        "status",
        Text("Der Zustand ist ohne Schlüssel zu lesen", "The state is told without a token"),
        tells_its_state,
    ),
    Promise(
        "token",
        Text("Ohne gültigen Schlüssel gibt es keine Auskunft", "Nothing is told without a valid token"),
        wants_a_token,
    ),
    Promise(
        "schema",
        Text("Das JSON-Schema nimmt ein fehlerfreies Dokument an", "The JSON Schema takes a sound document"),
        publishes_its_schema,
    ),
    Promise(
        "openapi",
        Text("Die Schnittstelle beschreibt sich selbst", "The interface describes itself"),
        describes_itself,
    ),
    Promise(
        "repeat",
        Text("Dasselbe Dokument noch einmal ändert nichts", "The same document again changes nothing"),
        repeats_change_nothing,
    ),
    Promise(
        "correction",
        Text("Eine Korrektur wird die nächste Fassung", "A correction becomes the next revision"),
        corrections_make_revisions,
    ),
    Promise(
        "idempotency",
        Text("Ein Idempotency-Key gilt für ein Dokument", "An Idempotency-Key stands for one document"),
        keys_are_honoured,
    ),
    Promise(
        "dry-run", Text("Ein Probelauf speichert nichts", "A dry run stores nothing"), dry_runs_store_nothing
    ),
    Promise(
        "report", Text("Ein Bericht bleibt abrufbar", "A report can be fetched later"), reports_can_be_fetched
    ),
    Promise(
        "ndjson",
        Text("Zeilenweise bedeutet dasselbe wie im Ganzen", "Line by line means the same as the whole"),
        lines_are_a_document,
    ),
    Promise(
        "alone",
        Text(
            "Jede Patientin steht für sich, kein Wert kommt zurück",
            "Each patient stands alone, no value comes back",
        ),
        patients_stand_alone,
    ),
    Promise(
        "nonsense",
        Text(
            "Was kein Dokument ist, wird mit Grund abgewiesen",
            "What is no document is refused with its reason",
        ),
        nonsense_is_refused,
    ),
)
