"""Deliveries to the registers: what is waiting, every package, and its receipt."""

import re
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from artbox.box.domain.deliveries import Kind, PackageRow, PackageState, ReceiptRow
from artbox.box.edge.sentences import sentence, sentence_for
from artbox.box.edge.texts import mark
from artbox.box.errors import DeliveryFailed, NotEnrolled
from artbox.box.web.forms import NO_PROBLEMS, Problems
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import Visit

RECEIPT_FIELD = "quittung"
KINDS = {
    Kind.PSEUDONYMISED: mark("pseudonymisiert"),
    Kind.ANONYMISED: mark("anonymisiert"),
    Kind.WITHDRAWAL: mark("Rücknahme"),
}
STATES = {
    PackageState.RESERVED: (mark("wird erstellt"), "info"),
    PackageState.PACKED: (mark("wartet auf Versand"), "warning"),
    PackageState.SENT: (mark("ohne Quittung"), "warning"),
    PackageState.RECEIPTED: (mark("quittiert"), "success"),
}


@dataclass(frozen=True)
class RegisterRow:
    """One register on the overview."""

    name: str
    label: str
    waiting: int
    retained: int
    last: PackageRow | None
    unsent: int


def overview(visit: Visit) -> Response:
    """Show each register and every package."""
    return _overview_page(visit, None, 200)


def deliver(visit: Visit) -> Response:
    """Pack and send now, for one register or all."""
    try:
        delivered = visit.application.rounds.deliver(visit.form.get("register") or None)
    except (DeliveryFailed, NotEnrolled) as error:
        return _overview_page(visit, sentence(error, visit.language), 502)
    return see_other(f"/exporte?zugestellt={len(delivered)}")


def package(visit: Visit) -> Response:
    """Show one package and its receipt in words."""
    return _package_page(visit, NO_PROBLEMS, 200)


def take_receipt(visit: Visit) -> Response:
    """Keep a receipt that came by hand, if it is this package's and genuine."""
    try:
        visit.application.delivery.take_receipt(
            _number(visit), visit.form.get(RECEIPT_FIELD, ""), visit.person.name
        )
    except DeliveryFailed:
        problems = Problems({RECEIPT_FIELD: sentence_for("receipt-not-this", visit.language)})
        return _package_page(visit, problems, 422)
    return see_other(f"/exporte/{_number(visit)}")


def _package_page(visit: Visit, problems: Problems, status_code: int) -> Response:
    row = visit.application.delivery.package(_number(visit))
    receipt = visit.application.delivery.receipt(row.id)
    register = visit.application.catalogue.current.registers.get(row.register)
    label = register.label[visit.language] if register else row.register
    return visit.page(
        "exports/package.html",
        status_code,
        package=row,
        receipt=receipt,
        label=label,
        kinds=KINDS,
        states=STATES,
        problems=problems,
    )


def package_file(visit: Visit) -> Response:
    """Hand out the encrypted package, to be carried by hand."""
    row = visit.application.delivery.package(_number(visit))
    path = visit.application.delivery.hand_out(row.id, visit.person.name)
    return FileResponse(path, media_type="application/gzip", filename=row.name)


def receipt_file(visit: Visit) -> Response:
    """Hand out the exact bytes the server signed."""
    row, receipt = _receipt(visit)
    return _attachment(receipt.document, "application/json", f"{_stem(row)}-quittung.json")


def receipt_signature(visit: Visit) -> Response:
    """Hand out the detached signature over the receipt."""
    row, receipt = _receipt(visit)
    return _attachment(receipt.signature, "application/cms", f"{_stem(row)}-quittung.json.p7s")


def _overview_page(visit: Visit, failure: str | None, status_code: int) -> Response:
    packages = visit.application.delivery.packages()
    return visit.page(
        "exports/overview.html",
        status_code,
        registers=_registers(visit, packages),
        packages=packages,
        failure=failure,
        delivered=_delivered(visit),
        kinds=KINDS,
        states=STATES,
    )


def _registers(visit: Visit, packages: list[PackageRow]) -> list[RegisterRow]:
    outlook = visit.application.delivery.outlook()
    known = visit.application.catalogue.current.registers
    rows = []
    for name in sorted(
        {*known, *outlook},
        key=lambda name: (name not in known, list(known).index(name) if name in known else 0),
    ):
        own = [package for package in packages if package.register == name]
        receipted = [package for package in own if package.state is PackageState.RECEIPTED]
        rows.append(
            RegisterRow(
                name=name,
                label=known[name].label[visit.language] if name in known else name,
                waiting=outlook[name].waiting if name in outlook else 0,
                retained=sum(outlook[name].retained.values()) if name in outlook else 0,
                last=receipted[0] if receipted else None,
                unsent=len(own) - len(receipted),
            )
        )
    return rows


def _delivered(visit: Visit) -> int | None:
    value = visit.request.query_params.get("zugestellt", "")
    return int(value) if re.fullmatch(r"[0-9]{1,4}", value) else None


def _number(visit: Visit) -> int:
    return int(visit.request.path_params["number"])


def _receipt(visit: Visit) -> tuple[PackageRow, ReceiptRow]:
    row = visit.application.delivery.package(_number(visit))
    receipt = visit.application.delivery.receipt(row.id)
    if receipt is None:
        raise HTTPException(404)
    return row, receipt


def _stem(row: PackageRow) -> str:
    return row.name.removesuffix(".tgz")


def _attachment(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
