"""Every alert has its runbook and its dashboard, and every runbook its alert."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from agents.dossiers.rules.sync_missing import Severity as OfSync
from agents.rules import ALL_RULES
from alerts.alertmanager.names import ALERT_NAMES, alert_name, dashboard_path
from support.tools import ROOT, RULES

RUNBOOKS = sorted(file for file in (ROOT / "docs/runbooks").glob("*.md") if file.name != "README.md")
INDEX = ROOT / "docs/runbooks/README.md"
SECTIONS = ["Ý nghĩa", "Ảnh hưởng", "Chẩn đoán", "Xử lý"]
DASHBOARDS = sorted((ROOT / "config/grafana/dashboards").glob("*.json"))
SEVERITIES = {
    "operations": {"critical", "warning", "none"},
    "agency": {"critical", "warning", "info"},
    "province": {"critical", "warning"},
}


def _alerts() -> Iterator[dict[str, Any]]:
    for file in RULES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from (rule for rule in group["rules"] if "alert" in rule)


ALERTS = list(_alerts())
any_alert = pytest.mark.parametrize(
    "alert", ALERTS, ids=lambda alert: f"{alert['alert']}-{alert['labels']['severity']}"
)
any_runbook = pytest.mark.parametrize("file", RUNBOOKS, ids=lambda file: file.stem)


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    of_rules = {alert["alert"] for alert in ALERTS}
    of_cases = {alert_name(rule.id) for rule in ALL_RULES}
    assert {file.stem for file in RUNBOOKS} == of_rules | of_cases
    assert of_rules & of_cases == set(), "an alert about one case, and one about an agency, are called alike"


@any_runbook
def test_a_runbook_has_its_four_sections_with_something_in_each(file: Path) -> None:
    text = file.read_text()
    assert text.startswith(f"# {file.stem}\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert all(section.partition("\n")[2].strip() for section in text.split("\n## ")[1:])


@any_runbook
def test_what_a_runbook_links_and_names_is_there(file: Path) -> None:
    text = file.read_text()
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text)}
    assert all((file.parent / link).is_file() for link in linked), linked
    named = set(re.findall(r"`((?:docs|config)/[\w/.-]+\.\w+)`", text))
    assert all((ROOT / path).exists() for path in named), named


@any_alert
def test_an_alert_links_its_runbook_and_says_in_numbers_or_names_what_is_wrong(alert: dict[str, Any]) -> None:
    annotations = alert["annotations"]
    assert annotations["runbook_url"] == f"docs/runbooks/{alert['alert']}.md"
    assert annotations["summary"]
    assert annotations["description"]
    assert alert["labels"]["severity"] in SEVERITIES[alert["labels"]["team"]]


@any_alert
def test_a_rule_file_names_the_runbook_of_its_alert(alert: dict[str, Any]) -> None:
    file = next(file for file in RULES if f"- alert: {alert['alert']}\n" in file.read_text())
    page = (ROOT / f"docs/runbooks/{alert['alert']}.md").read_text()
    assert f"config/prometheus/rules/{file.name}" in page


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_the_runbook_of_a_case_names_the_page_of_its_rule(rule: Any) -> None:
    page = (ROOT / f"docs/runbooks/{ALERT_NAMES[rule.id]}.md").read_text()
    assert f"docs/rules/{rule.id}.md" in page


def test_every_dashboard_that_an_alert_links_is_there_and_asks_for_what_the_link_gives() -> None:
    asked = {}
    for file in DASHBOARDS:
        dashboard = json.loads(file.read_text())
        asked[f"/d/{dashboard['uid']}"] = {f"var-{one['name']}" for one in dashboard["templating"]["list"]}
    links = {alert["annotations"]["dashboard_url"] for alert in ALERTS}
    for link in links:
        parts = urlsplit(link)
        assert parts.path in asked, link
        assert parse_qs(parts.query).keys() <= asked[parts.path], link
    assert {urlsplit(dashboard_path(rule.id, "H42.17")).path for rule in ALL_RULES} <= asked.keys()


def test_the_index_of_runbooks_names_each_with_its_teams_and_severities() -> None:
    table = INDEX.read_text().partition("## Các cảnh báo")[2]
    said = {
        name: (re.findall(r"`(\w+)`", teams), re.findall(r"`(\w+)`", severities))
        for name, teams, severities in re.findall(
            r"^\| \[(\w+)\]\(\1\.md\) \| ([^|\n]+) \| ([^|\n]+) \|$", table, re.MULTILINE
        )
    }
    teams = {name: {one["labels"]["team"] for one in ALERTS if one["alert"] == name} for name in said}
    severities = {name: {one["labels"]["severity"] for one in ALERTS if one["alert"] == name} for name in said}
    assert said.keys() == {alert["alert"] for alert in ALERTS}
    assert {name: (set(one), set(two)) for name, (one, two) in said.items()} == {
        name: (teams[name], severities[name]) for name in said
    }


def test_the_index_of_runbooks_names_the_alerts_about_one_case_and_defines_every_severity() -> None:
    text = INDEX.read_text()
    for name in ALERT_NAMES.values():
        assert f"[{name}]({name}.md)" in text, name
    defined = set(re.findall(r"^\| `(\w+)` \|", text.partition("## Ai nhận")[0], re.MULTILINE))
    assert defined == set().union(*SEVERITIES.values()) | set(OfSync)
