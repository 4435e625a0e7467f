"""What `dunghan doctor` prints, and how it ends."""

import json
import os
from io import StringIO
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from dunghan.commands.doctor_command import command
from dunghan.doctor import Finding, Verdict
from dunghan.doctor.text import document, is_healthy, lines, summary, table

NOBODY = {
    "DUNGHAN_KAFKA": "127.0.0.1:1",
    "DUNGHAN_REDIS": "redis://:hush@127.0.0.1:1/0",
    "DUNGHAN_PROMETHEUS": "http://me:hush@127.0.0.1:1",
    "DUNGHAN_ALERTMANAGER": "http://127.0.0.1:1",
    "DUNGHAN_GRAFANA": "http://127.0.0.1:1",
    "DUNGHAN_GRAFANA_TOKEN": "hush",
    "DUNGHAN_API_PORT": "1",
}
FINDINGS = [
    Finding(check="settings", verdict=Verdict.OK, found="fine", remedy=""),
    Finding(check="disk", verdict=Verdict.WARNING, found="low\x1b[2J", remedy="make room"),
    Finding(check="kafka.reachable", verdict=Verdict.FAILED, found="gone", remedy="start it"),
    Finding(check="kafka.lag", verdict=Verdict.SKIPPED, found="needs kafka.reachable", remedy=""),
]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DUNGHAN_")]:
        monkeypatch.delenv(name)


def doctor(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(command, arguments, env=environment)


def test_a_line_a_check_and_under_it_how_to_mend_it() -> None:
    assert list(lines(FINDINGS)) == [
        "OK       settings: fine",
        "WARNING  disk: low [2J",
        "         → make room",
        "FAILED   kafka.reachable: gone",
        "         → start it",
        "SKIPPED  kafka.lag: needs kafka.reachable",
    ]
    assert summary(FINDINGS) == "1 OK, 1 WARNING, 1 FAILED, 1 SKIPPED"


def test_the_table_holds_the_same_and_nothing_that_commands_the_terminal() -> None:
    console = Console(file=StringIO(), force_terminal=True, color_system=None, width=60)
    console.print(table(FINDINGS))
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    for words in ("WARNING", "kafka.reachable", "→ start it", "needs kafka.reachable", "low [2J"):
        assert words in text
    assert "\x1b[2J" not in text


def test_a_warning_is_no_failure() -> None:
    assert is_healthy(FINDINGS[:2])
    assert not is_healthy(FINDINGS)
    assert json.loads(document(FINDINGS))["healthy"] is False
    assert json.loads(document(FINDINGS))["checks"][2] == {
        "check": "kafka.reachable",
        "verdict": "FAILED",
        "found": "gone",
        "remedy": "start it",
    }


def test_where_nothing_runs_every_service_is_named_with_what_to_do_and_no_password(tmp_path: Path) -> None:
    begun = monotonic()
    result = doctor("--dir", str(tmp_path / "none"), **NOBODY)
    assert monotonic() - begun < 15
    assert result.exit_code == 1
    lines = result.output.splitlines()
    failed = [line for line in lines if line.startswith("FAILED")]
    assert [line.split()[1] for line in failed] == [
        "kafka.reachable:",
        "redis.reachable:",
        "prometheus.reachable:",
        "alertmanager.reachable:",
        "grafana.reachable:",
    ]
    assert all("→" in lines[lines.index(line) + 1] for line in failed)
    assert "hush" not in result.output
    assert "Traceback" not in result.output


def test_programs_get_one_document(tmp_path: Path) -> None:
    result = doctor("--json", "--dir", str(tmp_path), **NOBODY)
    assert result.exit_code == 1
    verdicts = {one["check"]: one["verdict"] for one in json.loads(result.output)["checks"]}
    assert verdicts["policy"] == "OK"
    assert verdicts["kafka.reachable"] == "FAILED"
    assert verdicts["api.health"] == "SKIPPED"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DUNGHAN_KAFA", "x", "DUNGHAN_KAFA is not a setting"),
        ("DUNGHAN_PARTITIONS", "many", "partitions"),
        ("DUNGHAN_KAFKA_CA_FILE", "/nowhere", "DUNGHAN_KAFKA_CA_FILE"),
    ],
)
def test_settings_that_cannot_be_used_are_a_finding_of_their_own(name: str, value: str, says: str) -> None:
    result = doctor(**{name: value, "DUNGHAN_KAFKA_SECURITY_PROTOCOL": "SSL"})
    assert result.exit_code == 1
    assert result.output.startswith("FAILED   settings: ")
    assert says in result.output


def test_a_policy_and_a_calendar_at_fault_are_findings_too(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("versions: []")
    (tmp_path / "2026.yaml").write_text("year: 2026\nnonsense: 1\n")
    at_fault = {"DUNGHAN_POLICY_FILE": str(tmp_path / "policy.yaml"), "DUNGHAN_CALENDAR_DIR": str(tmp_path)}
    result = doctor("--dir", str(tmp_path), **NOBODY, **at_fault)
    assert result.exit_code == 1
    assert "FAILED   policy: " in result.output
    assert "FAILED   calendar: " in result.output
