"""Every problem the interface answers with (RFC 9457): its stable type, its status, its sentence.

The types are part of the contract with vendors; the table is printed into the OpenAPI description.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse

from artbox.box.edge.sentences import sentence_for
from artbox.box.edge.texts import chosen_language
from artbox.box.errors import ArtboxError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:artbox:problem:"
RETRY_AFTER_SECONDS = 60
# code or code.reason of a refusal: status and name of the problem type
PROBLEMS: Mapping[str, tuple[int, str]] = {
    "box-locked": (503, "box-locked"),
    "not-enrolled": (503, "not-enrolled"),
    "service-unreachable": (503, "box-locked"),
    "token-missing": (401, "token-missing"),
    "token-refused": (401, "token-refused"),
    "not-found": (404, "not-found"),
    "method-not-allowed": (405, "method-not-allowed"),
    "body-too-large": (413, "body-too-large"),
    "unsupported-media-type": (415, "unsupported-media-type"),
    "unprocessable": (422, "unprocessable"),
    "document-refused": (422, "document-refused"),
    "document-refused.too-large": (413, "body-too-large"),
    "document-refused.not-json": (400, "not-json"),
    "document-refused.line": (400, "not-json"),
    "document-refused.too-deep": (400, "too-deep"),
    "document-refused.not-a-document": (422, "not-a-document"),
    "document-refused.release-unknown": (422, "release-unknown"),
    "document-refused.line-too-long": (413, "line-too-long"),
    "document-refused.too-many-patients": (413, "too-many-patients"),
    "document-refused.too-many-cycles": (413, "too-many-cycles"),
    "idempotency-conflict": (422, "idempotency-conflict"),
    "import-under-way": (409, "import-under-way"),
    "intake-busy": (503, "intake-busy"),
    "internal": (500, "internal"),
}
HTTP_CODES = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large", 422: "unprocessable"}


class ApiProblem(ArtboxError):
    """A refusal only this interface knows: no token, wrong type. `code` is a key of PROBLEMS."""


def answer(request: Request, code: str, **members: object) -> JSONResponse:
    """Return the problem document of a code, in the language the program asks for."""
    language = chosen_language(None, request.headers.get("accept-language"))
    key = next((key for key in (f"{code}.{members.get('reason')}", code) if key in PROBLEMS), "internal")
    status_code, name = PROBLEMS[key]
    stem, _, reason = key.partition(".")
    title = sentence_for(stem, language, **{**members, "reason": reason or members.get("reason")})
    document = {"type": TYPE_PREFIX + name, "title": title, "status": status_code, **_plain(members)}
    headers = _headers(status_code)
    if "import_id" in members:
        headers["Location"] = f"/api/v1/imports/{members['import_id']}"
    return JSONResponse(document, status_code, headers=headers, media_type=MEDIA_TYPE)


def types_as_text() -> str:
    """Return the table of problem types for the OpenAPI description."""
    rows = {name: (status_code, code) for code, (status_code, name) in reversed(list(PROBLEMS.items()))}
    lines = ["| type | status | meaning |", "|---|---|---|"]
    for name, (status_code, code) in sorted(rows.items()):
        stem, _, reason = code.partition(".")
        meaning = sentence_for(stem, "en", reason=reason, limit_bytes="the stated number of")
        lines.append(f"| `{TYPE_PREFIX}{name}` | {status_code} | {meaning} |")
    return "\n".join(lines)


def _plain(members: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if isinstance(value, str | int | list)}


def _headers(status_code: int) -> dict[str, str]:
    if status_code == 503:
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if status_code == 401:
        return {"WWW-Authenticate": 'Bearer realm="ARTbox"'}
    return {}
