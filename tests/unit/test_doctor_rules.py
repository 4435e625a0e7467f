"""The rules that are loaded, held against those that come with the program; and the routes of Alertmanager."""

from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from dunghan.doctor import Verdict
from dunghan.doctor.alertmanager import CONFIG, judge_config, judge_watchdog
from dunghan.doctor.prometheus import judge_rules
from dunghan.doctor.rules import LoadedGroup, LoadedRule, different_rules, seconds, shipped_groups

RULES = """\
groups:
  - name: tthc-one
    rules:
      - record: a:b:sum
        expr: >-
          sum by (a) (
            b{x="1", y="2"}
          )
      - alert: TthcOne
        expr: a:b:sum > 0
        for: 1m30s
        keep_firing_for: 2m
        labels: {severity: warning}
        annotations: {summary: "{{ $value }}"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.yml").write_text(RULES)
    return tmp_path


def loaded(**changes: Any) -> list[msgspec.Struct]:
    """Return the rules as Prometheus writes them."""
    record = LoadedRule(name="a:b:sum", query='sum by (a) (b{x="1",y="2"})', health="ok")
    alert = LoadedRule(
        name="TthcOne",
        query="a:b:sum > 0",
        health="ok",
        duration=90,
        keepFiringFor=120,
        labels={"severity": "warning"},
        annotations={"summary": "{{ $value }}"},
    )
    return [record, msgspec.structs.replace(alert, **changes)]


def differing(folder: Path, rules: list[Any]) -> list[str]:
    return different_rules(shipped_groups(folder), {"tthc-one": [one.as_rule() for one in rules]}, lambda text: text)


def test_rules_that_prometheus_only_wrote_in_its_own_way_are_the_same(folder: Path) -> None:
    assert differing(folder, loaded()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"query": "a:b:sum > 1"},
        {"duration": 60},
        {"keepFiringFor": 0},
        {"labels": {"severity": "critical"}},
        {"annotations": {"summary": "{{ $value }}!"}},
    ],
)
def test_a_rule_with_anything_else_in_it_is_named(folder: Path, change: dict[str, Any]) -> None:
    assert differing(folder, loaded(**change)) == ["tthc-one/TthcOne"]


def test_a_group_with_other_rules_is_named(folder: Path) -> None:
    assert differing(folder, loaded()[:1]) == ["tthc-one (other rules)"]
    assert differing(folder, loaded(name="TthcTwo")) == ["tthc-one (other rules)"]


def test_expressions_that_differ_are_compared_as_prometheus_would_write_them(folder: Path) -> None:
    rules = [loaded()[0], *loaded(query="0 < a:b:sum")[1:]]
    ours, theirs = shipped_groups(folder), {"tthc-one": [one.as_rule() for one in rules]}  # type: ignore[attr-defined]
    assert different_rules(ours, theirs, lambda _: "the same") == []


@pytest.mark.parametrize(("text", "length"), [("0s", 0), ("5s", 5), ("1m30s", 90), ("1d", 86400), ("250ms", 0.25)])
def test_durations_are_read(text: str, length: float) -> None:
    assert seconds(text) == length


def as_shipped() -> list[LoadedGroup]:
    """Return what a Prometheus with the shipped rules answers, blanks aside."""
    return [
        LoadedGroup(
            name,
            [
                LoadedRule(
                    name=rule.name,
                    query=rule.expr,
                    health="ok",
                    duration=rule.seconds,
                    keepFiringFor=rule.keep_firing_seconds,
                    labels=dict(rule.labels),
                    annotations=dict(rule.annotations),
                )
                for rule in rules
            ],
        )
        for name, rules in shipped_groups().items()
    ]


def test_the_shipped_rules_are_well() -> None:
    assert judge_rules(as_shipped(), str).verdict is Verdict.OK


def test_no_rules_at_all_are_told_with_how_to_load_them() -> None:
    found = judge_rules([], str)
    assert found.verdict is Verdict.FAILED
    assert found.found.startswith("rule groups that are not loaded: tthc-")
    assert "reload" in found.remedy


def test_groups_of_somebody_else_do_not_matter() -> None:
    others = LoadedGroup("other", [LoadedRule(name="x", query="up", health="err", lastError="theirs")])
    assert judge_rules([*as_shipped(), others], str).verdict is Verdict.OK


def test_a_rule_that_cannot_be_evaluated_is_named_with_the_error() -> None:
    group, *rest = as_shipped()
    ill = msgspec.structs.replace(group.rules[0], health="err", lastError="many-to-many matching")
    found = judge_rules([msgspec.structs.replace(group, rules=[ill, *group.rules[1:]]), *rest], str)
    assert found.verdict is Verdict.FAILED
    assert "many-to-many matching" in found.found


def shipped_config() -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    return config


def test_the_shipped_configuration_is_well_and_says_that_nobody_is_told_yet() -> None:
    found = judge_config(shipped_config(), shipped_config())
    assert found.verdict is Verdict.OK
    assert "none of them tells anybody yet" in found.found


def test_matchers_are_the_same_in_whatever_order_blanks_and_quotes() -> None:
    running = shipped_config()
    for route in running["route"]["routes"]:
        route["matchers"] = [matcher.replace('"', "").replace("=", " = ", 1) for matcher in reversed(route["matchers"])]
    plain = [route for route in running["route"]["routes"] if not any("~" in one for one in route["matchers"])]
    assert plain
    found = judge_config({"route": {"routes": plain}}, running)
    assert found.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("part", "says"), [("routes", "routes {"), ("receivers", "receivers agencies"), ("inhibit_rules", "inhibitions {")]
)
def test_what_is_missing_in_the_running_configuration_is_named(part: str, says: str) -> None:
    running = deepcopy(shipped_config())
    if part == "routes":
        running["route"]["routes"] = running["route"]["routes"][:1]
    else:
        running[part] = []
    found = judge_config(shipped_config(), running)
    assert found.verdict is Verdict.FAILED
    assert says in found.found


def test_a_route_that_leads_to_another_receiver_is_another_route() -> None:
    running = shipped_config()
    running["route"]["routes"][0]["receiver"] = "operations"
    assert judge_config(shipped_config(), running).verdict is Verdict.FAILED


def test_more_receivers_and_routes_than_shipped_are_a_provinces_own_affair() -> None:
    running = shipped_config()
    running["receivers"].append({"name": "h42-17", "email_configs": [{"to": "mot-cua@example.gov.vn"}]})
    running["route"]["routes"].insert(0, {"matchers": ['agency="H42.17"'], "receiver": "h42-17"})
    found = judge_config(shipped_config(), running)
    assert found.verdict is Verdict.OK
    assert "1 of them tell somebody" in found.found


def test_without_the_watchdog_no_alert_arrives_and_just_after_a_start_that_is_no_wonder() -> None:
    assert judge_watchdog(firing=True, up_for=timedelta(days=1)).verdict is Verdict.OK
    assert judge_watchdog(firing=False, up_for=timedelta(seconds=90)).verdict is Verdict.WARNING
    assert judge_watchdog(firing=False, up_for=timedelta(minutes=3)).verdict is Verdict.FAILED
