"""Tables to carry away as CSV: UTF-8 with BOM, semicolons and decimal commas, as German spreadsheets read it.

No cell can act as a formula: a text that a spreadsheet would calculate is given a leading apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from starlette.responses import Response

from artbox.box.web import formats

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
Cell = str | int | float | date | None


def answer(name: str, language: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Answer a table as a file `name`.csv; `language` decides how dates are written."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([text(title, language) for title in header])
    writer.writerows([text(cell, language) for cell in row] for row in rows)
    return Response(
        target.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def text(cell: Cell, language: str) -> str:
    """Return a cell's text; numbers and dates are ours and never formulas."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return formats.day(cell, language)
    if isinstance(cell, int | float):
        return str(int(cell) if cell == int(cell) else cell).replace(".", ",")
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell
