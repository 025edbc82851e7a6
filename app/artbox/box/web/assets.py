"""Style sheets, fonts and the one script, addressed by the hash of their content.

A new release has a new address, so a browser may keep what it has for ever and never shows an old page.
"""

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

DIRECTORY = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".md": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
IMMUTABLE = "public, max-age=31536000, immutable"


@cache
def files() -> dict[str, bytes]:
    """Every asset by its path below `static/`, read once."""
    paths = sorted(path for path in DIRECTORY.rglob("*") if path.is_file() and path.suffix in MEDIA_TYPES)
    return {path.relative_to(DIRECTORY).as_posix(): path.read_bytes() for path in paths}


@cache
def version() -> str:
    """One hash over all assets: style sheets name fonts by relative path, so they move together."""
    total = hashlib.sha256()
    for name, content in files().items():
        total.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()[:16]


def url(name: str) -> str:
    """Return the address of an asset; raise KeyError when there is none."""
    if name not in files():
        raise KeyError(name)
    return f"/static/{version()}/{name}"


def serve(request: Request) -> Response:
    """Answer one asset, cacheable for ever; another release's address is gone."""
    content = files().get(request.path_params["name"])
    if content is None or request.path_params["version"] != version():
        return PlainTextResponse("not found", status_code=404)
    media_type = MEDIA_TYPES[Path(request.path_params["name"]).suffix]
    return Response(content, media_type=media_type, headers={"Cache-Control": IMMUTABLE})
