"""Style sheets, fonts and script: unmodified, addressed by content, and nothing from anywhere else."""

import hashlib
import re
from pathlib import Path

import pytest

from artbox.box.web import assets
from artbox.box.web.rendering import TEMPLATES
from tests.box.browsing import Browser
from tests.box.real_parts import Box

HASH_LINE = re.compile(r"^([0-9a-f]{64})  (\S+)$", re.M)
OURS = {"artbox.css", "artbox.svg", "VENDORED.md"}
PAGES = sorted(TEMPLATES.rglob("*.html"))


def test_what_is_not_ours_is_unmodified_and_listed() -> None:
    listed = dict(
        reversed(found) for found in HASH_LINE.findall((assets.DIRECTORY / "VENDORED.md").read_text())
    )
    present = {
        path.relative_to(assets.DIRECTORY).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in assets.DIRECTORY.rglob("*")
        if path.is_file()
    }
    assert {name: value for name, value in present.items() if name not in OURS} == listed


@pytest.mark.parametrize("name", ["kern/LICENSE.md", "fira-sans/OFL.txt", "htmx/LICENSE"])
def test_every_licence_is_kept(name: str) -> None:
    assert assets.files()[name]


def test_an_asset_may_be_kept_for_ever(fresh: Box) -> None:
    answer = Browser.of(fresh.application).get(assets.url("artbox.css"))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"


def test_a_page_is_never_kept(fresh: Box) -> None:
    assert Browser.of(fresh.application).get("/einrichtung").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/static/0000000000000000/artbox.css", "/static/{version}/nothing.css", "/static/{version}/../app.py"],
)
def test_another_releases_asset_is_gone(fresh: Box, path: str) -> None:
    answer = Browser.of(fresh.application).get(path.replace("{version}", assets.version()))
    assert answer.status_code == 404


def test_everything_a_page_names_is_there(fresh: Box) -> None:
    browser = Browser.of(fresh.application)
    page = browser.get("/einrichtung")
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(named) == 4
    assert [path for path in named if browser.get(path).status_code != 200] == []


def test_style_sheets_name_only_what_is_there() -> None:
    named = re.findall(r'url\("([^"]+)"\)', assets.files()["artbox.css"].decode())
    assert named
    assert [name for name in named if name not in assets.files()] == []


def test_style_sheets_load_nothing_from_elsewhere() -> None:
    for name in ("artbox.css", "kern/kern.min.css"):
        sheet = assets.files()[name].decode()
        loaded = re.findall(r"url\(\s*[\"']?([a-z]+:|//)", sheet)
        assert set(loaded) <= {"data:"}
        assert "@import" not in sheet


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_templates_obey_the_content_security_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|hx-vals", text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_mark_of_a_public_body_is_used(path: Path) -> None:
    assert "kopfzeile" not in path.read_text(encoding="utf-8")


def test_htmx_brings_no_styles_and_keeps_no_history(fresh: Box) -> None:
    page = Browser.of(fresh.application).get("/einrichtung").text
    assert '"includeIndicatorCSS": false' in page
    assert '"history": false' in page
