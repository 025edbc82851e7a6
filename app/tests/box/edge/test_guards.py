"""The guards before every route: Host, headers, size of the body, origin of a change, silence of the log."""

import logging

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from artbox.box.edge import guards


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def fail(_request: Request) -> Response:
    raise KeyError("1988-05-01")


def app() -> Starlette:
    return Starlette(routes=[Route("/", echo, methods=["GET", "POST"]), Route("/fail", fail)])


def refuse(_request: Request, status_code: int) -> Response:
    return PlainTextResponse("refused", status_code=status_code)


@pytest.mark.parametrize(
    ("host", "status_code"),
    [
        ("artbox.local", 200),
        ("ARTBOX.local:443", 200),
        ("10.213.0.11", 200),
        ("192.168.1.77:8443", 200),
        ("[fe80::1]:443", 200),
        ("evil.example", 421),
        ("artbox.local.evil.example", 421),
        ("user@artbox.local", 400),
        ("artbox.local/x", 400),
        ("artbox.local:port", 400),
        ("", 400),
    ],
)
def test_only_its_own_names_and_addresses_are_served(host: str, status_code: int) -> None:
    client = TestClient(guards.HostAllowList(app(), ["artbox.local"]))
    assert client.get("/", headers={"Host": host}).status_code == status_code


def test_every_answer_carries_the_headers() -> None:
    client = TestClient(guards.SecurityHeaders(app()))
    for path in ("/", "/nothing-here"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers


def test_a_body_up_to_the_limit_passes() -> None:
    client = TestClient(guards.BodyLimit(app(), 10))
    assert client.post("/", content=b"x" * 10).text == "10"


def test_a_larger_body_is_refused_by_its_announced_length() -> None:
    client = TestClient(guards.BodyLimit(app(), 10))
    assert client.post("/", content=b"x" * 11).status_code == 413


def test_a_larger_body_is_refused_while_it_comes() -> None:
    client = TestClient(guards.BodyLimit(app(), 10))
    assert client.post("/", content=iter([b"x" * 8, b"x" * 8])).status_code == 413


@pytest.mark.parametrize(
    ("headers", "status_code"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://artbox.local"}, 403),
        ({"Origin": "https://artbox.local"}, 200),
        ({"Origin": "http://artbox.local"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://artbox.local:8443"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_change_must_come_from_a_page_of_the_box(headers: dict[str, str], status_code: int) -> None:
    client = TestClient(guards.SameOriginOnly(app(), refuse))
    answer = client.post("/", headers={"Host": "artbox.local", **headers})
    assert answer.status_code == status_code


def test_reading_needs_no_origin() -> None:
    client = TestClient(guards.SameOriginOnly(app(), refuse))
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_failure_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    client = TestClient(guards.QuietFailures(app()), raise_server_exceptions=False)
    with caplog.at_level(logging.ERROR):
        client.get("/fail")
    assert "KeyError at test_guards.py:" in caplog.text
    assert "1988-05-01" not in caplog.text
