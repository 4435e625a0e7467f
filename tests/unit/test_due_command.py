"""`dunghan due`: the instant at which a limit ends, and how it comes about."""

import re

import pytest
from click.testing import CliRunner, Result

from dunghan.cli import main

AT = ("--at", "2026-11-24")  # the calendar as it was known then


def due(received: str, amount: int, unit: str, *more: str) -> Result:
    arguments = ("--received", received, "--amount", str(amount), "--unit", unit, *AT, *more)
    return CliRunner().invoke(main, ["due", *arguments])


@pytest.mark.parametrize(
    ("received", "amount", "unit", "expected"),
    [
        # Friday 28-8 10:00: 1.5 + 3.5 h; Monday 31-8 off by the swap, 1 and 2-9 National Day; 3 h on Thursday 3-9.
        ("2026-08-28T10:00", 1, "working_days", "2026-09-03T10:00:00+07:00"),
        # In the lunch break: from 13:30, 3.5 h to 17:00, and half an hour of the next morning.
        ("2026-11-10T12:00", 4, "hours", "2026-11-11T07:30:00+07:00"),
        # Received on Saturday: from Monday 7:00. 8 h of office hours are the whole of Monday: 4.5 + 3.5.
        ("2026-11-07T09:00", 1, "working_days", "2026-11-09T17:00:00+07:00"),
        # 5 days from Tuesday 3-3 10:00 are Sunday 8-3: left for Monday.
        ("2026-03-03T10:00", 5, "days", "2026-03-09T10:00:00+07:00"),
        # A month from Friday 30-1 ends on the last of February, a Saturday: left for Monday 2-3.
        ("2026-01-30T10:00", 1, "months", "2026-03-02T10:00:00+07:00"),
    ],
)
def test_the_instant_is_one_iso_line_in_local_time(received: str, amount: int, unit: str, expected: str) -> None:
    result = due(received, amount, unit)

    assert (result.exit_code, result.stdout) == (0, f"{expected}\n")


def test_suspensions_are_not_counted() -> None:
    # Monday 2-3 8:00: 1 h before the request at 9:00, the other from its answer on Tuesday 10:00 on.
    result = due("2026-03-02T08:00", 2, "hours", "--suspended", "2026-03-02T09:00/2026-03-03T10:00")

    assert result.stdout == "2026-03-03T11:00:00+07:00\n"


def test_several_suspensions_add_up_in_any_order() -> None:
    # 8 h from 2-3 7:00: 2 h, then 9:00-10:00 and 14:00-15:00 on the same day do not count: 1.5 + 0.5 + 2 h are 6 h by
    # 17:00, and 2 h on Tuesday.
    spans = ("--suspended", "2026-03-02T14:00/2026-03-02T15:00", "--suspended", "2026-03-02T09:00/2026-03-02T10:00")
    result = due("2026-03-02T07:00", 1, "working_days", *spans)

    assert result.stdout == "2026-03-03T09:00:00+07:00\n"


@pytest.mark.parametrize(
    ("unit", "left"),
    [
        ("hours", "1 h of working time left"),  # of 2 hours, 8:00-9:00 have passed
        ("days", "1 d 23 h left"),  # of 2 days, one hour has
    ],
)
def test_while_the_clock_stands_still_there_is_no_instant_but_what_is_left(unit: str, left: str) -> None:
    result = due("2026-03-02T08:00", 2, unit, "--suspended", "2026-03-02T09:00/")

    assert result.exit_code == 0
    assert result.stdout == f"the clock stands still since 2026-03-02T09:00:00+07:00, {left}\n"


def test_a_limit_that_ended_before_the_request_has_its_instant() -> None:
    result = due("2026-03-02T08:00", 2, "hours", "--suspended", "2026-03-02T11:00/")

    assert result.stdout == "2026-03-02T10:00:00+07:00\n"


def test_explained_every_interval_has_the_calendar_version_and_its_source() -> None:
    result = due("2026-08-28T16:00", 2, "hours", "--explain")
    first, counted, by, _, _, *lines = result.stdout.splitlines()

    assert first == "2026-09-03T08:00:00+07:00"  # 1 h on Friday, 1 h on Thursday after the holidays
    assert counted == "counted from Fri 2026-08-28 16:00"
    assert re.fullmatch(r"by calendar 2026-11-01-[0-9a-f]{8}, in force from Sun 2026-11-01 00:00", by)
    intervals = [line.split() for line in lines[: lines.index("")] if line[:3].isalpha()]
    assert [(line[1], line[2], line[3]) for line in intervals] == [
        ("2026-08-28", "16:00", "17:00"),
        ("2026-08-28", "17:00", "24:00"),
        ("2026-08-29", "00:00", "24:00"),
        ("2026-08-30", "00:00", "24:00"),
        ("2026-08-31", "00:00", "24:00"),
        ("2026-09-01", "00:00", "24:00"),
        ("2026-09-02", "00:00", "24:00"),
        ("2026-09-03", "00:00", "07:00"),
        ("2026-09-03", "07:00", "08:00"),
    ]
    assert "Notice 9441/TB-BNV" in result.stdout
    assert all(len(line) <= 100 for line in result.stdout.splitlines())


def test_explained_the_wait_for_the_office_and_what_lasts_are_named() -> None:
    result = due("2026-03-01T08:00", 2, "hours", "--suspended", "2026-03-02T08:00/", "--explain")

    assert "received outside office hours" in result.stdout
    assert "Mon 2026-03-02 08:00  to this day" in result.stdout


def test_the_calendar_is_the_one_in_force_at_the_instant_asked_for() -> None:
    # Before the dispatch of 25-12-2025 Friday 2-1-2026 was a working day.
    arguments = ("due", "--received", "2025-12-31T16:00", "--amount", "2", "--unit", "hours", "--at")
    before, after = (CliRunner().invoke(main, [*arguments, at]).stdout for at in ("2025-12-01", "2025-12-26"))

    assert (before, after) == ("2026-01-02T08:00:00+07:00\n", "2026-01-05T08:00:00+07:00\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--amount", "0"), "--amount"),
        (("--unit", "weeks"), "--unit"),
        (("--received", "yesterday"), "--received"),
        (("--received", "1999-12-31"), "--received"),
        (("--suspended", "2026-03-02"), "FROM/TO"),
        (("--suspended", "2026-03-02/2026-03-01"), "ends before it begins"),
        (("--suspended", "2026-03-02/soon"), "--suspended"),
        (("--unit", "months", "--amount", "9999"), "2069"),
        (("--unit", "hours", "--received", "2069-12-31T16:30"), "2069"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    result = due("2026-03-02T08:00", 5, "days", *arguments)

    assert result.exit_code == 2
    assert said in result.stderr.splitlines()[-1]
    assert result.stdout == ""
