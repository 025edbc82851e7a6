"""The routes are pinned: a new one is added here on purpose, with its methods."""

from fastapi.routing import APIRoute

from artbox.server.app import create_app
from artbox.server.application import Application


def test_the_server_answers_exactly_these(application: Application) -> None:
    routes = [route for route in create_app(application).routes if isinstance(route, APIRoute)]
    assert {(route.path, *sorted(route.methods or ())) for route in routes} == {
        ("/v1/enrolments", "POST"),
        ("/v1/packages", "POST"),
        ("/v1/provisioning/box", "GET"),
    }
