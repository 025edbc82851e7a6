"""Judges a capture program by its exchanges with the interface: which capabilities it has shown.

The capabilities are data (`capabilities.yml`); here stands, under the same names, how each is recognised.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from artbox.box.testkit.conformity import ConformityReport, Item, Verdict
from artbox.box.testkit.exchanges import Exchange, Json
from artbox.catalogue import Release, Severity, Text

CAPABILITIES = Path(__file__).parent / "capabilities.yml"
TITLE = Text("Konformitätsbericht eines Erfassungsprogramms", "Conformity report of a capture program")
NOBODY = "–"
CONSENTS = ("given", "refused", "objected", "not_documented")
MASTER_DATA_KINDS = ("master_data", "looks_like_master_data")
EARLY_SECONDS = 0.5
TOKEN_ATTEMPTS = 3
Seen = tuple[Verdict, Text | None]
ReportOf = Callable[[str], Json | None]


@dataclass(frozen=True)
class History:
    """What a program did so far; `report_of` gives the report of an import by its id.

    `treatments` are those the vendor says the program captures.
    """

    exchanges: Sequence[Exchange]
    report_of: ReportOf
    release: Release
    treatments: Sequence[str]

    @property
    def imports(self) -> list[Exchange]:
        """Every document handed over, taken or refused."""
        return [exchange for exchange in self.exchanges if exchange.is_import]

    def reports(self) -> Iterator[tuple[Exchange, Json]]:
        """Walk the imports that were taken, with their reports; dry runs are left out."""
        for exchange in self.imports:
            report = self._report(exchange)
            if report is not None and not report["dry_run"]:
                yield exchange, report

    def patients(self) -> Iterator[Json]:
        """Walk what became of each patient, in the order of arrival."""
        for _, report in self.reports():
            yield from report["results"]

    def checks(self, *kinds: str) -> set[str]:
        """Return the ids of the checks of these kinds."""
        return {check.id for check in self.release.checks.values() if check.kind in kinds}

    def _report(self, exchange: Exchange) -> Json | None:
        if exchange.holds_report:
            return exchange.answer
        return self.report_of(exchange.import_id) if exchange.import_id else None


def judged(history: History) -> ConformityReport:
    """Judge every capability of the table."""
    table = yaml.safe_load(CAPABILITIES.read_text(encoding="utf-8"))
    products = sorted({name for exchange in history.imports for name in exchange.content.products if name})
    return ConformityReport(
        title=TITLE,
        subject=", ".join(products) or NOBODY,
        release=history.release.version,
        release_status=history.release.status,
        made_at=datetime.now(UTC),
        items=[_item(name, row, table["groups"], history) for name, row in table["capabilities"].items()],
    )


def _item(name: str, row: Mapping[str, Any], groups: Mapping[str, Any], history: History) -> Item:
    verdict, detail = JUDGES[name](history)
    return Item(
        id=name,
        group=Text(**groups[row["group"]]),
        title=Text(**row["title"]),
        verdict=verdict,
        required=row["required"],
        detail=detail,
        remedy=Text(**row["remedy"]),
    )


def report_read(history: History) -> Seen:
    """Tell whether each report was answered with or fetched."""
    taken = [exchange for exchange in history.imports if exchange.import_id]
    read = {exchange.import_id for exchange in history.exchanges if exchange.holds_report}
    return _share(sum(exchange.import_id in read for exchange in taken), len(taken))


def idempotency_key(history: History) -> Seen:
    """Tell whether each import had a key, and no key served for two documents."""
    if any(exchange.problem == "idempotency-conflict" for exchange in history.imports):
        return Verdict.FAILED, Text(
            "Derselbe Schlüssel kam mit verschiedenen Dokumenten.",
            "The same key came with different documents.",
        )
    keyed = sum("idempotency-key" in exchange.headers for exchange in history.imports)
    return _share(keyed, len(history.imports))


def sound_document(history: History) -> Seen:
    """Tell whether a report was complete and without hard findings."""
    return _once(
        any(report["complete"] and report["results"] and not _hard(report) for _, report in history.reports())
    )


def treatment_types(history: History) -> Seen:
    """Tell which treatment types came in documents that were taken as a whole."""
    accepted = {
        treatment
        for exchange, report in history.reports()
        if report["complete"]
        for treatment in exchange.content.treatments
    }
    return _complete(history.treatments, accepted)


def consents(history: History) -> Seen:
    """Tell which statuses of consent were handed over."""
    return _complete(
        CONSENTS, {name for exchange, _ in history.reports() for name in exchange.content.consents}
    )


def children(history: History) -> Seen:
    """Tell whether records of children came."""
    return _once(any(exchange.content.children for exchange, _ in history.reports()))


def unknown_values(history: History) -> Seen:
    """Tell whether a value was marked as unknown."""
    return _once(any(exchange.content.unknown for exchange, _ in history.reports()))


def correction(history: History) -> Seen:
    """Tell whether a cycle was changed under its reference."""
    return _once("updated" in _cycle_outcomes(history))


def unchanged_repeat(history: History) -> Seen:
    """Tell whether a cycle came again as it was, by an import of its own."""
    return _once("unchanged" in _cycle_outcomes(history))


def no_master_data(history: History) -> Seen:
    """Tell whether no record was objected to as master data."""
    refused = history.checks(*MASTER_DATA_KINDS)
    patients = list(history.patients())
    found = sum(any(finding["rule"] in refused for finding in patient["findings"]) for patient in patients)
    if found:
        return Verdict.FAILED, Text(f"In {found} Datensätzen gefunden.", f"Found in {found} records.")
    return _once(bool(patients))


def rejection_mended(history: History) -> Seen:
    """Tell whether a patient that was rejected was taken later."""
    rejected: set[str] = set()
    mended = 0
    for patient in history.patients():
        if patient["outcome"] == "rejected":
            rejected.add(patient["patient_ref"])
        elif patient["patient_ref"] in rejected:
            rejected.discard(patient["patient_ref"])
            mended += 1
    if mended:
        return Verdict.SHOWN, None
    if rejected:
        return Verdict.PARTLY, Text("Abgelehnt, aber nicht berichtigt.", "Rejected, but not mended.")
    return Verdict.MISSING, None


def retry_after(history: History) -> Seen:
    """Tell whether what met a locked box came again, and not too early."""
    refused = next((each for each in history.imports if each.problem == "box-locked"), None)
    if refused is None:
        return Verdict.MISSING, None
    wait = int(refused.answer_headers["retry-after"])
    later = [each for each in history.imports if each.at > refused.at]
    if any(each.at < refused.at + wait - EARLY_SECONDS for each in later):
        return Verdict.FAILED, Text(
            f"Vor Ablauf der {wait} Sekunden wieder angefragt.",
            f"Asked again before the {wait} seconds were over.",
        )
    again = [each for each in later if each.body_hash == refused.body_hash]
    if any(each.import_id for each in again):
        return Verdict.SHOWN, Text(f"Retry-After: {wait} Sekunden.", f"Retry-After: {wait} seconds.")
    return Verdict.PARTLY, Text(
        "Das abgewiesene Dokument kam nicht wieder.", "The document turned away did not come again."
    )


def token_refused(history: History) -> Seen:
    """Tell whether a refused program stopped soon and worked with the right token later."""
    refused = [number for number, each in enumerate(history.exchanges) if each.status == 401]
    if not refused:
        return Verdict.MISSING, None
    longest = _longest_run(refused)
    if longest > TOKEN_ATTEMPTS:
        return Verdict.FAILED, Text(
            f"{longest} Anfragen nacheinander ohne gültigen Schlüssel.",
            f"{longest} requests in a row without a valid token.",
        )
    if any(each.status < 300 for each in history.exchanges[refused[0] :] if each.path != "/api/v1/status"):
        return Verdict.SHOWN, None
    return Verdict.PARTLY, Text("Danach kam keine gültige Anfrage.", "No valid request came after it.")


def catalogue_read(history: History) -> Seen:
    """Tell whether fields or schema were read."""
    return _once(any(each.path.endswith(("/catalogue", "/schema")) for each in _answered(history)))


def dry_run(history: History) -> Seen:
    """Tell whether a document was checked without storing it."""
    return _once(any(each.is_import and each.answer.get("dry_run") is True for each in _answered(history)))


def bulk(history: History) -> Seen:
    """Tell whether a document came line by line."""
    return _once(any(each.is_bulk and each.import_id for each in history.imports))


def state_asked(history: History) -> Seen:
    """Tell whether the state was asked for."""
    return _once(any(each.path == "/api/v1/status" for each in _answered(history)))


JUDGES: Mapping[str, Callable[[History], Seen]] = {
    judge.__name__: judge
    for judge in (
        report_read,
        idempotency_key,
        sound_document,
        treatment_types,
        consents,
        children,
        unknown_values,
        correction,
        unchanged_repeat,
        no_master_data,
        rejection_mended,
        retry_after,
        token_refused,
        catalogue_read,
        dry_run,
        bulk,
        state_asked,
    )
}


def _answered(history: History) -> list[Exchange]:
    return [exchange for exchange in history.exchanges if exchange.status < 300]


def _cycle_outcomes(history: History) -> set[str]:
    """Return the outcomes of cycles; an answer repeated under an old key is no further import."""
    first: dict[str, Json] = {}
    for _, report in history.reports():
        first.setdefault(report["id"], report)
    return {
        cycle["outcome"]
        for report in first.values()
        for patient in report["results"]
        for cycle in patient["cycles"]
    }


def _hard(report: Json) -> bool:
    findings = [finding for patient in report["results"] for finding in patient["findings"]]
    return any(finding["severity"] == Severity.HARD for finding in findings)


def _longest_run(numbers: Sequence[int]) -> int:
    longest = run = 1
    for before, number in pairwise(numbers):
        run = run + 1 if number == before + 1 else 1
        longest = max(longest, run)
    return longest


def _once(seen: bool) -> Seen:
    return (Verdict.SHOWN if seen else Verdict.MISSING), None


def _share(part: int, whole: int) -> Seen:
    if not whole or not part:
        return Verdict.MISSING, None
    verdict = Verdict.SHOWN if part == whole else Verdict.PARTLY
    return verdict, Text(f"{part} von {whole} Importen.", f"{part} of {whole} imports.")


def _complete(wanted: Sequence[str], seen: set[str]) -> Seen:
    missing = [name for name in wanted if name not in seen]
    if not missing:
        return Verdict.SHOWN, Text(", ".join(wanted), ", ".join(wanted))
    if len(missing) == len(wanted):
        return Verdict.MISSING, None
    names = ", ".join(missing)
    return Verdict.PARTLY, Text(f"Es fehlen: {names}.", f"Not seen: {names}.")
