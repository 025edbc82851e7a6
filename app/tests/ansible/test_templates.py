"""nginx's two templates are plain Jinja: a box without root renders them with its own ports and paths."""

from pathlib import Path

import jinja2
import pytest

from tests.ansible import tree

ROLE = tree.ROOT / "roles" / "web_server"
NGINX = ROLE / "templates" / "etc" / "nginx"


def rendered(template: Path, **values: object) -> str:
    """Render one template with the role's defaults, the two ports and `values`, and no Ansible."""
    settings = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701
    variables = tree.variables(ROLE, "defaults") | {
        "web_server_http_port": 8080,
        "web_server_https_port": 8443,
    }
    return settings.from_string(template.read_text(encoding="utf-8")).render(variables | values)


def test_site_sends_the_master_password_to_its_own_process() -> None:
    site = rendered(NGINX / "sites-available" / "artbox.conf.j2")
    unlocking = site.partition("location /schluessel/ {")[2].partition("}")[0]
    assert "proxy_pass http://unix:/run/artbox/unlock.sock:;" in unlocking


@pytest.mark.parametrize(
    ("port", "target"), [(443, "https://$host$request_uri"), (8443, "https://$host:8443$request_uri")]
)
def test_redirect_names_the_port_where_it_is_not_the_usual_one(port: int, target: str) -> None:
    site = rendered(NGINX / "sites-available" / "artbox.conf.j2", web_server_https_port=port)
    assert f"return 301 {target};" in site


def test_nothing_of_a_request_reaches_a_disk() -> None:
    settings = rendered(NGINX / "nginx.conf.j2", web_server_temporary_directory="/run/here")
    assert "client_body_temp_path /run/here/body;" in settings
    assert "proxy_max_temp_file_size 0;" in settings
    log_format = settings.partition("log_format")[2].partition(";")[0]
    for holds_the_query in ("$request ", "$request_uri", "$args", "$query_string", "$http_referer"):
        assert holds_the_query not in log_format


def test_an_import_passes_unbuffered_and_is_bounded_by_the_service_alone() -> None:
    site = rendered(NGINX / "sites-available" / "artbox.conf.j2")
    imports = site.partition("location = /api/v1/imports {")[2].partition("}")[0]
    assert "proxy_request_buffering off;" in imports
    assert "client_max_body_size 0;" in imports
    assert "proxy_pass http://unix:/run/artbox/web.sock:;" in imports


def test_a_page_that_waits_needs_nothing_from_elsewhere() -> None:
    page = (ROLE / "files/usr/local/share/artbox/pages/nicht-bereit.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page
    assert 'http-equiv="refresh"' in page
    assert "http://" not in page
    assert "https://" not in page
    assert "src=" not in page
