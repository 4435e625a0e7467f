"""`dunghan calendar`: showing, checking, previewing and applying calendar documents."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from builders import HOUR, MINUTE, local, status
from config.calendar import CalendarDocument
from config.clock import VIETNAM, SystemClock
from config.rulebook import load_rulebook
from dunghan.cli import main
from dunghan.commands import calendar_command
from dunghan.evaluation import Evaluation
from streams.decode import encode
from streams.events import Limit, LimitUnit

# Tuesday 10-11 off: what was due then is due on Wednesday.
STORM = """
year: 2026
source: Dispatch 1/UBND of 10-11-2026
decided_on: 2026-11-10
days_off: {2026-11-10: storm}
"""
ONE_DAY = Limit(amount=1, unit=LimitUnit.WORKING_DAYS)
EVENTS = (
    # Received on Monday 9-11 10:00: 1.5 + 3.5 h, and 3 h on Tuesday, until 10:00.
    status(local("2026-11-09 10:00"), 2, code="D-1", limit=ONE_DAY),
    status(local("2026-11-09 10:00"), 2, code="D-2", agency="H42.18", limit=ONE_DAY),
    # Promised for a date: the calendar does not move it.
    status(local("2026-11-09 10:00"), 2, code="D-3", due_at=local("2026-11-20 17:00")),
    # Finished late, on Tuesday at 11:00: it stays late.
    status(local("2026-11-09 10:00"), 2, code="D-4", limit=ONE_DAY),
    status(local("2026-11-10 11:00"), 9, code="D-4"),
)


def run(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["calendar", *map(str, arguments)], input=stdin)


@pytest.fixture
def storm(tmp_path: Path) -> Path:
    file = tmp_path / "storm.yaml"
    file.write_text(STORM)
    return file


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(map(encode, EVENTS)))
    return file


def previewed(storm: Path, events: Path, at: str, *more: str) -> dict[str, Any]:
    result = run("preview", storm, "--events", events, "--at", at, "--json", *more)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_show_lists_the_days_with_their_sources_and_the_versions() -> None:
    text = run("show", "2026", "--at", "2026-11-24").stdout

    assert "Mon 2026-08-31  off      in exchange for Saturday 22-8-2026" in text
    assert "Sat 2026-01-10  worked" in text
    assert "Tue 2026-02-17  holiday  Lunar New Year" in text
    assert "Notice 9441/TB-BNV" in text
    (in_force,) = [line for line in text.splitlines() if line.rstrip().endswith("in force")]
    assert in_force.startswith("Sun 2026-11-01 00:00")


def test_show_says_that_a_year_is_not_confirmed() -> None:
    assert "2027 by calendar" in run("show", "2027", "--at", "2026-11-24").stdout
    assert "NOT CONFIRMED" in run("show", "2027", "--at", "2026-11-24").stdout
    assert "NOT CONFIRMED" not in run("show", "2026", "--at", "2026-11-24").stdout


def test_check_says_what_each_document_is(storm: Path) -> None:
    result = run("check", storm)

    assert result.exit_code == 0
    assert result.stdout.startswith(f"{storm}: 2026, in force from ")
    assert result.stdout.endswith(": 1 days off, 0 worked\n")


def test_check_names_every_document_that_cannot_be_used(storm: Path, tmp_path: Path) -> None:
    wrong, missing = tmp_path / "wrong.yaml", tmp_path / "missing.yaml"
    wrong.write_text(STORM + "days_worked: {2026-11-10: storm}\n")
    result = run("check", wrong, storm, missing)
    first, second = result.stderr.splitlines()

    assert result.exit_code == 2
    assert str(wrong) in first
    assert "days_worked: 2026-11-10" in first
    assert f"{missing}: No such file" in second
    assert result.stdout.startswith(str(storm))


def test_preview_counts_by_agency_what_a_day_off_changes(storm: Path, events: Path) -> None:
    # At 10:30 on Tuesday D-1 and D-2 are overdue since 10:00; by the new calendar they are due on Wednesday.
    found = previewed(storm, events, "2026-11-10T10:30")

    assert (found["at"], found["open"]) == ("2026-11-10T03:30:00Z", 4)
    assert found["due_changed"] == {"count": 3, "codes": ["D-1", "D-2", "D-4"]}
    assert found["ceases_overdue"] == {"count": 3, "codes": ["D-1", "D-2", "D-4"]}
    assert found["becomes_overdue"] == {"count": 0, "codes": []}
    assert found["agencies"] == {
        "H42.17": {"open": 3, "due_changed": 2, "becomes_overdue": 0, "ceases_overdue": 2},
        "H42.18": {"open": 1, "due_changed": 1, "becomes_overdue": 0, "ceases_overdue": 1},
    }


def test_preview_leaves_what_has_ended_and_names_at_most_so_many(storm: Path, events: Path) -> None:
    found = previewed(storm, events, "2026-11-10T12:00", "--limit", "1")

    assert found["open"] == 3
    assert found["due_changed"] == {"count": 2, "codes": ["D-1"]}


def test_preview_finds_what_becomes_overdue(storm: Path, events: Path) -> None:
    # A Saturday worked in exchange, and the working day it is worked for: what was due on Monday is due on Saturday.
    storm.write_text("year: 2026\nsource: s\ndecided_on: 2026-11-10\ndays_worked: {2026-11-14: for another day}\n")
    events.write_bytes(encode(status(local("2026-11-13 16:00"), 2, code="D-5", limit=Limit(2, LimitUnit.HOURS))))
    # 1 h on Friday and 1 h on Monday, to 8:00; by the new calendar to 8:00 on Saturday.
    found = previewed(storm, events, "2026-11-15T08:00")

    assert found["becomes_overdue"] == {"count": 1, "codes": ["D-5"]}


def test_preview_of_a_document_for_later_judges_when_it_takes_effect(storm: Path, events: Path) -> None:
    storm.write_text(STORM + "effective_from: 2026-11-10T12:00\n")
    found = previewed(storm, events, "2026-11-10T10:30")

    assert found["at"] == "2026-11-10T05:00:00Z"


def test_preview_of_a_document_of_the_past_is_as_if_it_took_effect_now(storm: Path, events: Path) -> None:
    storm.write_text(STORM + "effective_from: 2026-01-01\n")
    result = run("preview", storm, "--events", events, "--at", "2026-11-10T10:30")

    assert "effective_from lies before 2026-11-10T10:30:00+07:00" in result.stderr
    assert "3 change their due instant: D-1, D-2, D-4" in result.stdout


@pytest.mark.parametrize("content", ["year: [2026", "year: 2026\n", STORM + "holidays: {}\n"])
def test_a_document_that_cannot_be_read_is_named_in_one_line(storm: Path, events: Path, content: str) -> None:
    storm.write_text(content)
    for arguments in (("preview", storm, "--events", events), ("apply", storm, "--yes")):
        result = run(*arguments)
        (line,) = result.stderr.splitlines()
        assert (result.exit_code, str(storm) in line) == (2, True)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[CalendarDocument]]:
    """What is published; the running workers have stored the events."""
    evaluation, documents = Evaluation(local("2026-11-10 12:00"), load_rulebook()), list[CalendarDocument]()
    evaluation.read("events", map(encode, EVENTS))
    monkeypatch.setattr(calendar_command, "running_rulebook", lambda *_: load_rulebook())
    monkeypatch.setattr(calendar_command, "stored_dossiers", lambda *_: evaluation.processor.dossiers())
    monkeypatch.setattr(calendar_command, "publish_document", lambda _, document: documents.append(document))
    return documents


def test_apply_publishes_a_document_without_a_date_for_a_few_seconds_ahead(
    storm: Path, published: list[CalendarDocument]
) -> None:
    result = run("apply", storm, "--yes")
    (document,) = published

    assert result.exit_code == 0, result.stderr
    assert "of 3 open dossiers" in result.stdout
    assert "applied: 2026, in force from" in result.stdout
    assert timedelta() < document.effective_from - SystemClock().now() < timedelta(seconds=6)


def test_apply_takes_a_later_date_from_the_document_or_from_the_option(
    storm: Path, published: list[CalendarDocument]
) -> None:
    later = (SystemClock().now() + 24 * HOUR).replace(microsecond=0)
    storm.write_text(f"{STORM}effective_from: {later.isoformat()}\n")
    run("apply", storm, "--yes")
    run("apply", storm, "--yes", "--effective-from", (later + HOUR).isoformat())

    assert [document.effective_from for document in published] == [later, later + HOUR]


@pytest.mark.parametrize("how", ["document", "option"])
def test_apply_refuses_what_would_change_the_past(storm: Path, published: list[CalendarDocument], how: str) -> None:
    past = (SystemClock().now() - MINUTE).astimezone(VIETNAM).isoformat()
    if how == "document":
        storm.write_text(f"{STORM}effective_from: {past}\n")
    result = run("apply", storm, "--yes", *(("--effective-from", past) if how == "option" else ()))

    assert result.exit_code == 2
    assert f"{storm}: effective_from {past} lies in the past" in result.stderr
    assert published == []


def test_apply_asks_and_takes_no_for_an_answer(storm: Path, published: list[CalendarDocument]) -> None:
    assert run("apply", storm, stdin="n\n").exit_code == 1
    assert published == []
    assert run("apply", storm, stdin="y\n").exit_code == 0
    assert len(published) == 1


@pytest.mark.parametrize("name", ["show", "check", "preview", "apply"])
def test_each_has_help_with_an_example(name: str) -> None:
    assert f"Example: dunghan calendar {name}" in run(name, "--help").stdout
