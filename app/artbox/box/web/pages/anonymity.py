"""How anonymous the anonymised records are: what fields lose, the smallest group, and what stays and why."""

from dataclasses import asdict

from starlette.responses import JSONResponse, Response

from artbox.box.domain.anonymity import Reason
from artbox.box.edge.texts import mark
from artbox.box.web.visit import Visit

LEVELS = {
    "keep": mark("unverändert"),
    "drop": mark("entfällt"),
    "year": mark("nur das Jahr"),
    "offset_days": mark("Tage seit Zyklusbeginn"),
    "offset_weeks": mark("Wochen seit Zyklusbeginn"),
    "offset_years": mark("Abstand in Jahren"),
    "years_until": mark("Abstand in Jahren"),
    "bands": mark("in Bereichen"),
    "map": mark("in groben Gruppen"),
}
REASONS = {
    Reason.GROUP: mark("Es gibt noch zu wenige Patientinnen mit denselben Merkmalen."),
    Reason.BATCH: mark("Es sind noch zu wenige Patientinnen für ein gemeinsames Paket."),
    Reason.DELAY: mark("Die pseudonymisierte Fassung wurde erst vor Kurzem zurückgenommen."),
}


def show(visit: Visit) -> Response:
    """Show each register with what its records lose."""
    report, release = visit.application.anonymity, visit.application.catalogue.current
    return visit.page(
        "exports/anonymity.html",
        registers=report.registers(),
        limits=report.limits,
        group=[release.fields[name].label[visit.language] for name in report.group],
        names={name: field.label[visit.language] for name, field in release.fields.items()},
        titles={name: register.label[visit.language] for name, register in release.registers.items()},
        levels=LEVELS,
        reasons=REASONS,
    )


def document(visit: Visit) -> Response:
    """Hand out the same as JSON, for whoever has to judge it."""
    report = visit.application.anonymity
    return JSONResponse(
        {
            "catalogue": visit.application.catalogue.current.version,
            "group": report.group,
            "group_size": report.limits.group_size,
            "minimum_batch": report.limits.minimum_batch,
            "minimum_delay_days": report.limits.minimum_delay.days,
            "registers": [asdict(register) for register in report.registers()],
        },
        headers={"Content-Disposition": 'attachment; filename="anonymitaet.json"'},
    )
