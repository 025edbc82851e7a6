"""Templates to answers: Jinja with autoescape, the page's language, and formats of dates and numbers."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from artbox.box.edge.sentences import sentence_for
from artbox.box.edge.texts import LANGUAGES, translator
from artbox.box.web import assets, formats
from artbox.box.web.frame import Frame

TEMPLATES = Path(__file__).parent / "templates"
ERROR_CODES = {
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    422: "unprocessable",
}


@cache
def environment() -> Environment:
    """Return the one template environment; templates never change while the box runs."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = assets.url
    return made


def page(frame: Frame, template: str, status_code: int = 200, **context: object) -> HTMLResponse:
    """Render a template in its frame."""
    in_language: dict[str, Callable[..., str]] = {
        name: partial(getattr(formats, name), language=frame.language)
        for name in ("day", "moment", "number", "size")
    }
    text = (
        environment()
        .get_template(template)
        .render(frame=frame, languages=LANGUAGES, _=translator(frame.language), **in_language, **context)
    )
    return HTMLResponse(text, status_code=status_code)


def error_page(frame: Frame, status_code: int, code: str | None = None, **fields: object) -> HTMLResponse:
    """Render an error in the frame: what happened, and the way on."""
    code = code or ERROR_CODES.get(status_code, "internal" if status_code >= 500 else "error")
    message = sentence_for(code, frame.language, **fields)
    return page(frame, "error.html", status_code, message=message, error_number=status_code)


def see_other(path: str) -> Response:
    """Lead the browser to another page by GET."""
    return RedirectResponse(path, status_code=303)
