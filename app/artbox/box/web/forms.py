"""Forms: what was sent, and what is wrong with it, said beside the field and in the summary on top."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from artbox.box.edge.sentences import sentence
from artbox.box.errors import ArtboxError

FORM_TYPE = "application/x-www-form-urlencoded"
FILE_FORM_TYPE = "multipart/form-data"
MAXIMUM_FIELDS = 40
MAXIMUM_CHARACTERS = 4096

Values = Mapping[str, str]


@dataclass(frozen=True)
class Problems:
    """Messages by the field they belong to; the empty name is the form as a whole."""

    by_field: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_field)

    def of(self, name: str) -> str | None:
        """Return the message for one field."""
        return self.by_field.get(name)

    @classmethod
    def from_error(cls, error: ArtboxError, fields: Mapping[str, str], language: str) -> "Problems":
        """Say a refusal at the field that `fields` names for its code (or `code.reason`)."""
        keys = (f"{error.code}.{error.fields.get('reason')}", error.code)
        name = next((fields[key] for key in keys if key in fields), "")
        return cls({name: sentence(error, language)})


NO_PROBLEMS = Problems()


async def read_form(request: Request) -> Values:
    """Return the fields of a form, the last one winning; raise HTTPException(422) on anything else.

    A form with a file holds it as text; its size is bounded by what a page takes as body.
    """
    if _media_type(request) == FILE_FORM_TYPE:
        return await _read_file_form(request)
    if _media_type(request) != FORM_TYPE:
        raise HTTPException(422)
    body = await request.body()
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAXIMUM_FIELDS, errors="strict"
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise HTTPException(422) from error
    if any(len(value) > MAXIMUM_CHARACTERS for _, value in pairs):
        raise HTTPException(422)
    return dict(pairs)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", FORM_TYPE).split(";")[0].strip().lower()


async def _read_file_form(request: Request) -> Values:
    try:
        async with request.form(max_files=1, max_fields=1) as form:
            values = {}
            for name, value in form.multi_items():
                content = value.encode() if isinstance(value, str) else await value.read()
                values[name] = content.decode("utf-8")
            return values
    except UnicodeDecodeError as error:
        raise HTTPException(422) from error


def local_path(value: str | None, fallback: str = "/") -> str:
    """Return a path of our own to lead back to, never another host's address."""
    if (
        value
        and value.startswith("/")
        and not value.startswith("//")
        and "\\" not in value
        and value.isprintable()
    ):
        return value
    return fallback
