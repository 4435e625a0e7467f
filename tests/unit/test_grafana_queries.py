"""What the dashboards ask: it parses, it exists, and it is asked of a source that there is."""

from pathlib import Path

import promql_parser
import pytest
import yaml

from alerts.grafana.queries import INFINITY
from alerts.grafana.texts import ALERTS, BOTTLENECKS, MEASURES
from config.bottlenecks import MEASURES as EVERY_MEASURE
from config.bottlenecks import Bottleneck
from support.dashboards import Json, asked, generated, substituted
from support.metric_names import existing, named

PROVISIONED = Path(__file__).parents[2] / "config/grafana/provisioning/datasources/dunghan.yml"
VALUES = {"agency": "H42.05", "province": "H42", "window": "30d"}

every_dashboard = pytest.mark.parametrize("uid", generated())


@every_dashboard
def test_every_expression_parses(uid: str) -> None:
    queries = asked(uid)
    assert len(queries) > 10
    for query in queries:
        promql_parser.parse(query.expr(VALUES))


@every_dashboard
def test_every_expression_names_only_metrics_that_exist(uid: str) -> None:
    strange = {query.name: found for query in asked(uid) if (found := named(query.expr(VALUES)) - existing())}
    assert strange == {}


def test_a_metric_that_does_not_exist_would_be_found() -> None:
    assert named('sum(agency:tthc_dossiers_late:sum{agency="tthc_x"}) / tthc_dossiers') - existing() == {
        "agency:tthc_dossiers_late:sum"
    }
    every_kind = {"tthc_dossiers", "tthc_events_total", "tthc_event_lag_seconds_bucket", "tthc_build_info"}
    assert every_kind | {"province:tthc_indicator_score", "tthc_delivery_failing"} <= existing()


@every_dashboard
def test_a_variable_is_named_only_where_it_is_asked_for(uid: str) -> None:
    there = {one["name"]: "x" for one in generated()[uid]["templating"]["list"]}
    for query in asked(uid):
        query.expr(there)
    for query in asked(uid, INFINITY):
        substituted(query.target["url"], there)


@every_dashboard
def test_no_dossier_is_asked_of_prometheus(uid: str) -> None:
    assert not [query.name for query in asked(uid) if "dossier=" in query.target["expr"]]


def test_lists_by_dossier_are_asked_of_sources_that_compose_provides() -> None:
    sources = provisioned()
    lists = [query for uid in generated() for query in asked(uid, INFINITY)]
    assert {query.target["datasource"]["uid"] for query in lists} == {"dunghan-api", "dunghan-alertmanager"}
    for query in lists:
        source = sources[query.target["datasource"]["uid"]]
        assert source["type"] == INFINITY
        assert source["jsonData"]["allowedHosts"] == [source["url"]]
        assert query.target["url"].startswith("/")
        assert not set(' "') & set(substituted(query.target["url"], VALUES))


def test_the_token_of_the_api_comes_from_the_environment() -> None:
    secrets = [one["secureJsonData"] for one in provisioned().values() if "secureJsonData" in one]
    assert secrets == [{"bearerToken": "$DUNGHAN_API_TOKEN"}]


def provisioned() -> dict[str, Json]:
    return {one["uid"]: one for one in yaml.safe_load(PROVISIONED.read_text())["datasources"]}


@every_dashboard
def test_rows_have_no_name_that_would_keep_those_of_two_queries_apart(uid: str) -> None:
    tables = [query for query in asked(uid) if query.target["format"] == "table"]
    assert tables
    for query in tables:
        parsed = promql_parser.parse(query.expr(VALUES))
        assert not isinstance(parsed, promql_parser.VectorSelector | promql_parser.ParenExpr), query.name


def test_every_alert_of_a_rule_has_a_vietnamese_name() -> None:
    files = (PROVISIONED.parents[3] / "prometheus/rules").glob("*.yml")
    rules = [rule for file in files for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]
    names = {rule["alert"] for rule in rules if rule.get("labels", {}).get("severity") != "none" and "alert" in rule}
    assert names == set(ALERTS)


def test_every_bottleneck_and_measure_has_a_vietnamese_name() -> None:
    assert set(MEASURES) == {measure.name for measure in EVERY_MEASURE}
    assert set(BOTTLENECKS) == set(Bottleneck)
