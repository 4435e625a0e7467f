"""What the doctor says of a Grafana; and of the JSON API."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from alerts.grafana.client import Grafana
from alerts.grafana.dashboards import dashboards
from alerts.grafana.push import push
from config.index import load_indexes
from config.policy_file import load_policies
from config.settings import Settings
from dunghan.doctor import Finding, Verdict, examine
from dunghan.doctor.api import ApiChecks
from dunghan.doctor.checks import Check
from dunghan.doctor.grafana import GrafanaChecks
from dunghan.stack.ports import free_ports
from support.grafana_double import GrafanaDouble, Version, running


@pytest.fixture(params=list(Version))
def grafana(request: pytest.FixtureRequest) -> Iterator[GrafanaDouble]:
    with running(request.param) as double:
        yield double


def pushed(grafana: GrafanaDouble) -> None:
    client = Grafana(grafana.settings(), wait=lambda _: None)
    wanted = dashboards(load_indexes(), load_policies(""))
    list(push(client, wanted, datasource_url="http://127.0.0.1:19090"))


def found(settings: Settings) -> list[Finding]:
    checks = GrafanaChecks(settings)
    looks = (checks.reachable, checks.datasource, checks.dashboards)
    return examine([[Check(look.__name__, look) for look in looks]])


def verdicts(settings: Settings) -> list[Verdict]:
    return [one.verdict for one in found(settings)]


def test_a_grafana_that_holds_all_is_well(grafana: GrafanaDouble) -> None:
    pushed(grafana)
    assert verdicts(grafana.settings()) == [Verdict.OK] * 3


def test_what_an_empty_grafana_lacks_is_pushed(grafana: GrafanaDouble) -> None:
    reachable, datasource, boards = found(grafana.settings())
    assert reachable.verdict is Verdict.OK
    assert (datasource.verdict, boards.verdict) == (Verdict.FAILED, Verdict.FAILED)
    assert "dunghan grafana push" in datasource.remedy
    assert "dashboards that are missing" in boards.found


def test_a_dashboard_of_another_version_is_a_warning(grafana: GrafanaDouble) -> None:
    pushed(grafana)
    next(iter(grafana.dashboards.values()))["dashboard"]["title"] = "renamed by hand"
    assert verdicts(grafana.settings()) == [Verdict.OK, Verdict.OK, Verdict.WARNING]


def test_a_wrong_token_is_told_and_not_shown(grafana: GrafanaDouble) -> None:
    _, datasource, _ = found(grafana.settings(grafana_token="glsa_the-wrong-one"))
    assert datasource.verdict is Verdict.FAILED
    assert "does not know who we are" in datasource.found
    assert "DUNGHAN_GRAFANA_TOKEN" in datasource.remedy
    assert "wrong-one" not in datasource.found + datasource.remedy


def test_a_grafana_that_is_not_in_use_is_not_looked_for() -> None:
    (reachable, *_) = found(Settings())
    assert (reachable.verdict, reachable.found) == (Verdict.SKIPPED, "not in use: DUNGHAN_GRAFANA is not set")


@contextmanager
def api(ready: int) -> Iterator[Settings]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(ready if self.path == "/ready" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Settings(api_port=listening.server_port, api_host="0.0.0.0")  # noqa: S104 - looked for on loopback
        finally:
            listening.shutdown()
            thread.join()


def of_the_api(settings: Settings) -> list[Verdict]:
    checks = ApiChecks(settings)
    return [one.verdict for one in examine([[Check("h", checks.health), Check("r", checks.ready, "h")]])]


@pytest.mark.parametrize(("status", "verdict"), [(200, Verdict.OK), (503, Verdict.FAILED)])
def test_an_api_that_listens_has_to_be_ready(status: int, verdict: Verdict) -> None:
    with api(status) as settings:
        assert of_the_api(settings) == [Verdict.OK, verdict]


def test_an_api_that_does_not_listen_is_not_in_use() -> None:
    (port,) = free_ports(1)
    assert of_the_api(Settings(api_port=port)) == [Verdict.SKIPPED, Verdict.SKIPPED]
