"""The imports of capture programs, and the report of one."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from artbox.box.edge.texts import mark
from artbox.box.web.visit import Visit

OUTCOMES = {
    "created": (mark("neu"), "success"),
    "updated": (mark("geändert"), "success"),
    "unchanged": (mark("unverändert"), "info"),
    "rejected": (mark("abgelehnt"), "danger"),
}
SEVERITIES = {
    "hart": (mark("hart"), "danger"),
    "weich": (mark("weich"), "warning"),
    "hinweis": (mark("Hinweis"), "info"),
}
SHOWN_RECORDS = 200


def recent(visit: Visit) -> Response:
    """List the newest imports."""
    return visit.page(
        "imports/recent.html",
        imports=visit.application.intake.recent(50),
        open_findings=visit.application.corrections.count(),
        programs=[token for token in visit.application.tokens.all() if token.revoked_at is None],
    )


def report(visit: Visit) -> Response:
    """Show what became of one import, records that need work first."""
    intake, import_id = visit.application.intake, visit.request.path_params["import_id"]
    head = intake.head(import_id)
    if head is None:
        raise HTTPException(404)
    shown = intake.urgent_results(import_id, SHOWN_RECORDS)
    return visit.page(
        "imports/report.html",
        report=head,
        results=shown,
        still_open=_still_open(visit, head.id, shown),
        hidden=max(0, head.summary["patients"] - len(shown)),
        outcomes=OUTCOMES,
        severities=SEVERITIES,
        labels=_labels(visit),
    )


def _still_open(visit: Visit, import_id: str, results: list[dict[str, Any]]) -> dict[object, int]:
    """Return the ids of findings that have not been settled since, by what tells them apart in the report."""
    references = [result["patient_ref"] for result in results if result["outcome"] != "rejected"]
    return {row.key: row.id for row in visit.application.corrections.of_import(import_id, references)}


def _labels(visit: Visit) -> dict[str, str]:
    release = visit.application.catalogue.current
    return {name: field.label[visit.language] for name, field in release.fields.items()}
