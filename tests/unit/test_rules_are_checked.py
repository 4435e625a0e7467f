"""Prometheus rules and the Alertmanager configuration, checked by their own tools and held to the runbooks."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.dossiers.rules.sync_missing import Severity
from agents.dossiers.standing import Violation, age_class
from config.clock import SystemClock
from config.policy_file import load_policies

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "config/prometheus/rules").glob("*.yml"))
RULE_TESTS = sorted((ROOT / "config/prometheus/tests").glob("*.yml"))
ALERTMANAGER = ROOT / "config/alertmanager/alertmanager.yml"
RUNBOOKS = ROOT / "docs/runbooks"
SECTIONS = ["Ý nghĩa", "Ảnh hưởng", "Chẩn đoán", "Xử lý"]


def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which(tool) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{tool} is missing: install the prometheus packages (apt-get install prometheus)")
        pytest.skip(f"{tool} is not installed")
    return subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)


def rules() -> Iterator[dict[str, Any]]:
    for file in RULES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from group["rules"]


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def test_promtool_accepts_every_rule_file() -> None:
    result = run("promtool", "check", "rules", "--lint-fatal", *RULES)
    assert result.returncode == 0, result.stderr


def test_promtool_finds_that_the_alerts_fire_and_resolve_as_they_should() -> None:
    result = run("promtool", "test", "rules", *RULE_TESTS)
    assert result.returncode == 0, result.stdout + result.stderr


def test_amtool_accepts_the_alertmanager_configuration() -> None:
    result = run("amtool", "check-config", ALERTMANAGER)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["alertname=TthcDossiersOverdue", "team=agency", "agency=H42.17", "severity=warning"], "agencies"),
        (["alertname=TthcSyncMissing", "team=agency", "agency=H42.17", "severity=critical"], "agencies"),
        (["alertname=TthcDeadLetters", "team=operations", "reason=malformed"], "operations"),
        (["alertname=TthcPipelineStalled", "team=operations", "cause=no_worker"], "operations"),
        (["alertname=TthcWatchdog", "team=operations", "severity=none"], "watchdog"),
        (["alertname=SomethingElse"], "operations"),
    ],
)
def test_an_alert_goes_to_its_receiver(labels: list[str], receiver: str) -> None:
    result = run("amtool", "config", "routes", "test", "--config.file", ALERTMANAGER, *labels)
    assert result.stdout.split() == [receiver], result.stderr


def test_no_receiver_sends_anything_off_the_machine_as_shipped() -> None:
    receivers = yaml.safe_load(ALERTMANAGER.read_text())["receivers"]
    assert [sorted(receiver) for receiver in receivers] == [["name"]] * len(receivers)


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert {file.stem for file in RUNBOOKS.glob("*.md")} == {alert["alert"] for alert in alerts()}


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: f"{alert['alert']}-{alert['labels'].get('severity')}")
def test_an_alert_links_its_runbook_and_says_what_is_wrong(alert: dict[str, Any]) -> None:
    assert alert["annotations"]["runbook_url"] == f"docs/runbooks/{alert['alert']}.md"
    assert alert["annotations"]["summary"]
    assert alert["annotations"]["description"]
    assert alert["labels"]["team"] in {"agency", "operations"}


@pytest.mark.parametrize("file", sorted(RUNBOOKS.glob("*.md")), ids=lambda file: file.stem)
def test_a_runbook_has_its_four_sections(file: Path) -> None:
    text = file.read_text()
    assert text.startswith(f"# {file.stem}\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS


def test_every_rule_file_has_tests() -> None:
    assert {f"{file.stem}_test" for file in RULES} == {file.stem for file in RULE_TESTS}


def test_the_age_classes_of_the_critical_alert_are_those_of_the_policy_beyond_seven_days() -> None:
    bounds = load_policies().at(SystemClock().now()).overdue_ages
    beyond = [age_class(bound, bounds[-1]) for bound in (*bounds[bounds.index(timedelta(days=7)) + 1 :], None)]
    expressions = {rule["record"]: rule["expr"] for rule in rules() if "record" in rule}
    assert f'age=~"{"|".join(beyond)}"' in expressions["agency:tthc_dossiers_overdue_gt_7d:sum"]


def test_the_alert_of_what_is_due_soon_is_for_the_last_rung_of_the_policy() -> None:
    rungs = load_policies().at(SystemClock().now()).due_soon
    _, last = min((rung.left.amount, rung.name) for rung in rungs if rung.left)

    assert labels("rung") == {last}


def test_rules_name_no_violation_and_no_severity_that_no_worker_exposes() -> None:
    assert labels("violation") <= set(Violation)
    assert labels("severity") <= set(Severity)


def labels(name: str) -> set[str]:
    """Return the values of a label that expressions ask for."""
    asked = [match for rule in rules() for match in re.findall(rf'{name}=~?"([^"]+)"', rule["expr"])]
    assert asked
    return {value for match in asked for value in match.split("|")}
