"""The dashboards: every panel says what it is and what to do, none stands on another, and Grafana knows every key."""

from collections import Counter
from itertools import combinations

import pytest

from alerts.grafana.board import SCHEMA_VERSION, TAG
from support.dashboards import Json, generated, panels
from support.grafana_types import lost, round_trip

every_dashboard = pytest.mark.parametrize("uid", generated())


@every_dashboard
def test_every_panel_says_what_it_shows_and_what_to_do(uid: str) -> None:
    for panel in panels(uid):
        assert panel["title"].strip()
        what, _, to_do = panel["description"].partition("\n\n**Cần làm:** ")
        assert what.endswith("."), panel["title"]
        assert to_do.endswith("."), panel["title"]


@every_dashboard
def test_every_value_has_a_unit_and_says_when_there_is_none(uid: str) -> None:
    for panel in panels(uid):
        if panel["type"] != "text":
            assert panel["fieldConfig"]["defaults"]["unit"]
            assert panel["fieldConfig"]["defaults"]["noValue"]


@every_dashboard
def test_panels_have_numbers_of_their_own(uid: str) -> None:
    assert set(Counter(panel["id"] for panel in generated()[uid]["panels"]).values()) == {1}


@every_dashboard
def test_no_panel_stands_on_another_or_beside_the_page(uid: str) -> None:
    places = [panel["gridPos"] for panel in generated()[uid]["panels"]]
    assert all(one["x"] + one["w"] <= 24 for one in places)
    assert not [(one, other) for one, other in combinations(places, 2) if overlap(one, other)]


def overlap(one: Json, other: Json) -> bool:
    beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
    above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    return not (beside or above)


@every_dashboard
def test_what_fires_and_how_far_the_numbers_can_be_trusted_stands_on_top(uid: str) -> None:
    first = [panel["title"] for panel in panels(uid)[:4]]
    assert first == ["Số liệu tính đến", "Độ đầy đủ", "Nguồn còn gửi", "Cảnh báo đang phát"]


@every_dashboard
def test_the_columns_of_a_table_are_fields_that_its_queries_give(uid: str) -> None:
    for panel in panels(uid):
        if panel["type"] == "table":
            letters = [target["refId"] for target in panel["targets"]]
            values = {f"Value #{letter}" for letter in letters} if len(letters) > 1 else {"Value"}
            shown = set(panel["transformations"][-1]["options"]["indexByName"])
            assert {name for name in shown if name.startswith("Value")} <= values, panel["title"]


def test_a_list_of_agencies_leads_to_each() -> None:
    overrides = [one for uid in generated() for panel in panels(uid) for one in panel["fieldConfig"]["overrides"]]
    agencies = [one["properties"] for one in overrides if one["matcher"]["options"] == "agency"]
    assert len(agencies) > 10
    for properties in agencies:
        (links,) = [entry["value"] for entry in properties if entry["id"] == "links"]
        assert links[0]["url"].startswith("/d/dunghan-agency?var-agency=${__data.fields.agency}")


@every_dashboard
def test_a_dashboard_is_classic_json_with_links_annotations_and_a_choice_of_data_source(uid: str) -> None:
    dashboard = generated()[uid]
    assert dashboard["schemaVersion"] == SCHEMA_VERSION
    assert dashboard["tags"] == [TAG]
    assert dashboard["templating"]["list"][0]["type"] == "datasource"
    assert dashboard["links"][0]["tags"] == [TAG]
    assert [one["target"]["tags"] for one in dashboard["annotations"]["list"] if "target" in one] == [[TAG]]


@every_dashboard
def test_grafanas_own_types_know_every_key(uid: str) -> None:
    dashboard = generated()[uid]
    assert lost(dashboard, round_trip(dashboard)) == []


def test_a_key_that_grafana_does_not_know_would_be_found() -> None:
    dashboard = generated()["dunghan-sync"]
    panel = next(one for one in dashboard["panels"] if one["type"] == "timeseries")
    strange = panel | {"options": panel["options"] | {"legends": {}}}
    assert lost({"panels": [strange]}, round_trip({"panels": [strange]})) == [
        ".panels[0].options.legends: {} came back as None"
    ]
