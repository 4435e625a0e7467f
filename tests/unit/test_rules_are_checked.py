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
from agents.dossiers.standing import State, Violation, age_class
from agents.indicators.windows import Window
from agents.procedures.adds import Violation as OfProcedure
from config.bottlenecks import MEASURES, Bottleneck, Measure
from config.clock import SystemClock
from config.index.counts import COUNTS
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
        (["alertname=TthcAgencySilent", "team=agency", "agency=H42.17", "severity=critical"], "agencies"),
        (["alertname=TthcSourceStale", "team=operations", "source=/h42"], "operations"),
        (["alertname=TthcBottleneckReuse", "team=agency", "agency=H42.17", "measure=reused"], "agencies"),
        (["alertname=TthcBottleneckReuse", "team=province", "province=H42", "measure=reused"], "provinces"),
        (["alertname=TthcWatchdog", "team=operations", "severity=none"], "watchdog"),
        (["alertname=SomethingElse"], "operations"),
    ],
)
def test_an_alert_goes_to_its_receiver(labels: list[str], receiver: str) -> None:
    result = run("amtool", "config", "routes", "test", "--config.file", ALERTMANAGER, *labels)
    assert result.stdout.split() == [receiver], result.stderr


AGENCY = {"team": "agency", "agency": "H42.17"}
OVERDUE = {"alertname": "TthcDossiersOverdue", "severity": "warning", **AGENCY}
SILENT = {"alertname": "TthcAgencySilent", "severity": "critical", **AGENCY}
STALLED = {"alertname": "TthcPipelineStalled", "severity": "critical", "team": "operations"}
STALE = {"alertname": "TthcSourceStale", "severity": "warning", "team": "operations", "source": "/h42"}
REUSE = {"alertname": "TthcBottleneckReuse", "severity": "critical", "team": "province", "province": "H42"}


@pytest.mark.parametrize(
    ("firing", "told"),
    [
        ([OVERDUE, SILENT], [SILENT]),
        ([OVERDUE | {"severity": "critical"}, OVERDUE, SILENT], [SILENT]),
        ([OVERDUE | {"agency": "H42.18"}, SILENT], [OVERDUE | {"agency": "H42.18"}, SILENT]),
        ([OVERDUE, STALE], [OVERDUE, STALE]),  # the one says nothing of the other
        ([REUSE, SILENT], [REUSE, SILENT]),
        ([OVERDUE | {"severity": "critical"}, OVERDUE], [OVERDUE | {"severity": "critical"}]),
        ([OVERDUE, SILENT, REUSE, STALE, STALLED], [STALE, STALLED]),
    ],
)
def test_what_is_inhibited_is_not_told(firing: list[dict[str, str]], told: list[dict[str, str]]) -> None:
    inhibitions = yaml.safe_load(ALERTMANAGER.read_text())["inhibit_rules"]
    assert [alert for alert in firing if not any(inhibited(alert, firing, rule) for rule in inhibitions)] == told


def inhibited(target: dict[str, str], firing: list[dict[str, str]], rule: dict[str, Any]) -> bool:
    """Return whether Alertmanager would inhibit an alert; one that is also a source is by no other such."""

    def is_source(alert: dict[str, str]) -> bool:
        return matches(alert, rule["source_matchers"])

    def is_target(alert: dict[str, str]) -> bool:
        return matches(alert, rule["target_matchers"])

    def is_of_same(alert: dict[str, str]) -> bool:
        return all(alert.get(name) == target.get(name) for name in rule.get("equal", ()))

    sources = [alert for alert in firing if is_source(alert) and is_of_same(alert)]
    return is_target(target) and any(not (is_source(target) and is_target(source)) for source in sources)


def matches(alert: dict[str, str], matchers: list[str]) -> bool:
    for matcher in matchers:
        name, operator, value = re.fullmatch(r'(\w+)(!=|=~|=)"(.*)"', matcher).groups()  # type: ignore[union-attr]
        found = re.fullmatch(value if operator == "=~" else re.escape(value), alert.get(name, "")) is not None
        if found == (operator == "!="):
            return False
    return True


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
    assert alert["labels"]["team"] in {"agency", "province", "operations"}


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


def test_rules_name_no_violation_no_severity_no_state_and_no_count_that_no_worker_exposes() -> None:
    assert labels("violation") <= {*Violation, *OfProcedure}
    assert labels("severity") <= set(Severity)
    assert labels("state") <= set(State)
    assert labels("count") <= set(COUNTS)
    assert labels("window") <= set(Window)


# -- the six bottlenecks ----------------------------------------------------------------------------------------------


def test_every_measure_of_a_bottleneck_has_its_numerator_and_its_denominator() -> None:
    for part in ("numerator", "denominator"):
        recorded = [rule["labels"] for rule in rules() if rule.get("record") == f"agency:tthc_bottleneck_{part}:sum"]
        assert recorded == [{"bottleneck": one.bottleneck, "measure": one.name} for one in MEASURES]


def test_every_bottleneck_has_one_alert_family_that_names_each_of_its_measures() -> None:
    family = "TthcBottleneck{}"
    for bottleneck in Bottleneck:
        told = [alert for alert in alerts() if f'bottleneck="{bottleneck}"' in alert["expr"]]
        assert [(alert["labels"]["team"], alert["labels"]["severity"]) for alert in told] == [
            ("agency", "warning"),
            ("province", "critical"),
        ]
        assert {alert["alert"] for alert in told} == {family.format(bottleneck.title().replace("_", ""))}
        named = re.findall(r'measure "(\w+)"', told[0]["annotations"]["summary"])
        assert named == [one.name for one in MEASURES if one.bottleneck is bottleneck]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_the_page_on_bottlenecks_and_the_runbook_say_what_each_share_is_of(measure: Measure) -> None:
    runbook = RUNBOOKS / f"TthcBottleneck{measure.bottleneck.title().replace('_', '')}.md"
    for page in (ROOT / "docs/bottlenecks.md", runbook):
        assert f"`{measure.name}`" in page.read_text(), page


def labels(name: str) -> set[str]:
    """Return the values of a label that expressions ask for."""
    asked = [match for rule in rules() for match in re.findall(rf'{name}=~?"([^"]+)"', rule["expr"])]
    assert asked
    return {value for match in asked for value in match.split("|")}
