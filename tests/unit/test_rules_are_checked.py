"""Prometheus rules, checked by their own tool and held to what the workers expose and the policy says."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import yaml

from agents.dossiers.rules.sync_missing import Severity
from agents.dossiers.standing import State, Violation, age_class
from agents.indicators.windows import Window
from agents.petitions.adds import Violation as OfPetition
from agents.procedures.adds import Violation as OfProcedure
from config.bottlenecks import MEASURES, Bottleneck, Measure
from config.clock import SystemClock
from config.index.counts import COUNTS
from config.policy_file import load_policies
from support.tools import ROOT, RULE_TESTS, RULES, tool

RUNBOOKS = ROOT / "docs/runbooks"


def rules() -> Iterator[dict[str, Any]]:
    for file in RULES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from group["rules"]


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def test_promtool_accepts_every_rule_file() -> None:
    result = tool("promtool", "check", "rules", "--lint-fatal", *RULES)
    assert result.returncode == 0, result.stderr


def test_promtool_finds_that_the_alerts_fire_and_resolve_as_they_should() -> None:
    result = tool("promtool", "test", "rules", *RULE_TESTS)
    assert result.returncode == 0, result.stdout + result.stderr


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
    assert labels("violation") <= {*Violation, *OfProcedure, *OfPetition}
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
