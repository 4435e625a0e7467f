"""`dunghan evaluate`: the monitor's judgement of files, as a table and as JSON."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agents.dossiers.report import AgencyReport
from builders import AGENCY, DAY, HOUR, event, extended, local, portal, status
from config.rulebook import load_rulebook
from dunghan.cli import main
from dunghan.evaluation import Evaluation
from streams.decode import Line, decode, encode
from streams.events import Event, Petition, PetitionState
from streams.rejection import Reason
from streams.simulate import Config, Province
from support.oracle import COUNTED, counts, judge, known_here
from support.petitions import catalogued
from support.standings import standings_of

AT = local("2026-11-20 08:00")
NOW = "2026-11-20T08:00+07:00"
DUE = AT - DAY
EVENTS = (
    status(AT - 5 * DAY, 2, due_at=DUE),
    status(AT - 5 * DAY, 2, code="D-2", due_at=DUE),
    portal(AT - 5 * DAY, code="D-2"),
    status(DUE, 9, code="D-2"),
    portal(DUE, code="D-2"),
    status(AT - HOUR, 5, code="D-3", agency="H42.18"),
)


def run(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, ["evaluate", *map(str, arguments)], input=stdin)


def written(file: Path, events: Iterable[Event | bytes]) -> Path:
    file.write_bytes(b"".join((one if isinstance(one, bytes) else encode(one)) + b"\n" for one in events))
    return file


def document(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "events.ndjson", EVENTS)


def test_json_has_the_documented_shape(file: Path) -> None:
    found = document(run(file, "--at", NOW, "--json"))

    assert set(found) == {"at", "events", "rejected", "agencies", "index", "indicators", "alerts"}
    assert datetime.fromisoformat(found["at"]) == AT
    assert (found["events"], found["rejected"]) == (6, [])
    assert list(found["agencies"]) == ["H42.17", "H42.18"]
    assert set(found["agencies"]["H42.17"]) == {*COUNTED, "diverged"}
    assert {tuple(alert) for alert in found["alerts"]} == {("rule", "subject", "agency", "raised_at", "severity")}


def test_json_says_what_the_oracle_says(file: Path) -> None:
    found = document(run(file, "--at", NOW, "--json"))

    assert known_here(found["agencies"]) == counts(judge(EVENTS, AT))
    assert found["agencies"]["H42.17"]["overdue_open"] == 1
    assert [(alert["rule"], alert["subject"], alert["severity"]) for alert in found["alerts"]] == [
        ("apology", "H42.17-261102-0001", "warning"),
        ("processing-deadline", "H42.17-261102-0001", "warning"),
        ("sync-missing", "D-3", "warning"),  # asked for at 07:00 of this Friday; 2 working hours are not over
        ("sync-missing", "H42.17-261102-0001", "violation"),  # since Sunday; not even by Monday's closing
    ]


def test_the_table_names_each_agency_and_its_numbers(file: Path) -> None:
    result = run(file, "--at", NOW)

    assert result.exit_code == 0
    (row,) = [line for line in result.stdout.splitlines() if "H42.17" in line]
    numbers = [int(cell) for cell in row.replace("│", " ").split()[1:]]
    names = AgencyReport.__struct_fields__
    assert (
        known_here({"H42.17": dict(zip(names, numbers, strict=True))})["H42.17"] == counts(judge(EVENTS, AT))["H42.17"]
    )
    assert "6 lines" in result.stdout


def test_events_after_the_instant_are_passed_over(tmp_path: Path) -> None:
    file = written(tmp_path / "events.ndjson", [*EVENTS, status(AT + HOUR, 9), extended(AT + HOUR, AT + 9 * DAY)])

    assert known_here(document(run(file, "--at", NOW, "--json"))["agencies"]) == counts(judge(EVENTS, AT))


def test_several_files_are_one_history_in_any_order(tmp_path: Path) -> None:
    first, second = written(tmp_path / "1", EVENTS[:3]), written(tmp_path / "2", EVENTS[2:])
    forth, back = run(first, second, "--at", NOW, "--json"), run(second, first, "--at", NOW, "--json")

    assert document(forth) == document(back)
    assert known_here(document(forth)["agencies"]) == counts(judge(EVENTS, AT))


def test_standard_input_is_a_dash() -> None:
    found = document(run("-", "--at", NOW, "--json", stdin=b"\n".join(map(encode, EVENTS))))

    assert known_here(found["agencies"]) == counts(judge(EVENTS, AT))


def test_rejected_lines_are_named_and_the_others_count(tmp_path: Path) -> None:
    file = written(tmp_path / "events.ndjson", [EVENTS[0], b"", b"{not json", *EVENTS[1:], b'{"a": 1}'])
    found = document(run(file, "--at", NOW, "--json"))

    assert [(item["line"], item["reason"]) for item in found["rejected"]] == [(3, "malformed"), (9, "unrecognised")]
    assert {item["file"] for item in found["rejected"]} == {str(file)}
    assert found["events"] == 6
    assert known_here(found["agencies"]) == counts(judge(EVENTS, AT))


def test_beside_the_table_rejected_lines_go_to_standard_error(tmp_path: Path) -> None:
    file = written(tmp_path / "events.ndjson", [b"?"] * 12)
    result = run(file, "--at", NOW)
    lines = result.stderr.splitlines()

    assert result.exit_code == 0
    assert lines[0].startswith(f"{file}:1: malformed: ")
    assert len(lines) == 11
    assert "2 more" in lines[-1]


def test_events_of_other_topics_in_the_same_file_are_no_faults(tmp_path: Path) -> None:
    petition = event(AT - HOUR, Petition(agency=AGENCY, state=PetitionState.RECEIVED), "PA-1")
    found = document(run(written(tmp_path / "events.ndjson", [*EVENTS, petition]), "--at", NOW, "--json"))

    assert (found["rejected"], found["events"]) == ([], 7)


def test_petitions_and_procedures_that_ask_for_attention_are_among_the_alerts(tmp_path: Path) -> None:
    petition = event(AT - 60 * DAY, Petition(agency=AGENCY, state=PetitionState.RECEIVED), "PA-1")
    decided = catalogued(decided_at="2026-10-05 00:00", at="2026-10-05 08:00")
    found = document(run(written(tmp_path / "events.ndjson", [petition, decided]), "--at", NOW, "--json"))

    assert [(one["rule"], one["subject"], one["agency"]) for one in found["alerts"]] == [
        ("petition-processing", "PA-1", AGENCY),
        ("procedure-publication", "1.000656", "H42"),
    ]


def test_an_empty_file_is_a_monitor_that_knows_nothing(tmp_path: Path) -> None:
    found = document(run(written(tmp_path / "events.ndjson", []), "--at", NOW, "--json"))

    assert (found["events"], found["agencies"], found["alerts"]) == (0, {}, [])


@pytest.mark.parametrize("name", ["none.ndjson", "."])
def test_a_file_that_cannot_be_read_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    result = run(tmp_path / name, "--at", NOW)
    (line,) = result.stderr.splitlines()

    assert result.exit_code == 2
    assert str(tmp_path / name) in line


@pytest.mark.parametrize(
    "arguments", [("--at", NOW), ("file",), ("file", "--at", "yesterday"), ("file", "--at", "0001-01-01")]
)
def test_a_call_that_cannot_be_understood_is_refused(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_policy_of_ones_own_is_used_and_a_bad_one_refused(file: Path, tmp_path: Path) -> None:
    mine = tmp_path / "policy.yaml"
    text = Path(__file__).parents[2].joinpath("config/policy.yaml").read_text()
    mine.write_text(
        text.replace(
            "{warning: 10m, critical: 2wh, violation: closing}", "{warning: 10m, critical: 20d, violation: 30d}"
        )
    )
    found = document(run(file, "--at", NOW, "--json", DUNGHAN_POLICY_FILE=str(mine)))
    assert {alert["severity"] for alert in found["alerts"] if alert["rule"] == "sync-missing"} == {"warning"}

    mine.write_text("versions: []")
    result = run(file, "--at", NOW, DUNGHAN_POLICY_FILE=str(mine))
    assert result.exit_code == 2
    assert str(mine) in result.stderr


def test_help_shows_an_example() -> None:
    result = run("--help")

    assert result.exit_code == 0
    assert "dunghan evaluate events.ndjson --at" in result.stdout


def test_a_simulated_province_is_judged_as_the_oracle_judges_it() -> None:
    told = list(Province(Config(until=AT, dossiers=600, days=30, broken=0.01)).events())
    evaluation = Evaluation(AT, load_rulebook())
    evaluation.read("simulated", (one.value for one in told))
    evaluation.finish()

    events = [found for one in told for found in decode(Line(one.value)).events]
    verdicts = judge(events, AT)
    standings = standings_of(evaluation.processor)
    assert len(verdicts) > 550  # the last ones are still under way
    assert {code: found.contribution.state for code, found in standings.items()} == {
        code: verdict.state for code, verdict in verdicts.items()
    }
    assert {code for code, found in standings.items() if found.overdue_since} == {
        code for code, verdict in verdicts.items() if verdict.overdue
    }
    assert {code: found.contribution.sync_missing for code, found in standings.items()} == {
        code: verdict.missing_sync for code, verdict in verdicts.items()
    }
    refused = {number for number, one in enumerate(told, 1) if one.broken not in (None, Reason.WRONG_TOPIC)}
    assert {line.line for line in evaluation.rejected} == refused
