"""Limits on real days, each worked out by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import HOUR, local
from config.calendar import Calendar, load_calendars, parse_document
from config.calendar.limits import NEVER, Amount, Suspension, counted_from, due, ordered, share_passed
from streams.events import LimitUnit

CALENDARS = load_calendars()
NOW = local("2026-11-24")
CALENDAR = CALENDARS.at(NOW)
OFFICE = CALENDAR.working_time(None)
OFFICES = parse_document(
    """
    source: test
    effective_from: 2001-01-01
    hours:
      default: {mon-fri: [07:00-11:30, 13:30-17:00]}
      H42.17: {mon-fri: [07:00-11:30, 13:30-17:00], sat: [07:30-11:30]}
    cut_offs: {1.000656: 15:00, 2.002622.H56: 10:00}
    """,
    "offices.yaml",
)
OTHER = CALENDARS.with_documents([OFFICES]).at(NOW)


def spans(*texts: str) -> list[tuple[datetime, datetime | None]]:
    """Return suspensions written `from/to`, or `from/` while they last."""
    pairs = [text.split("/") for text in texts]
    return [(local(start), local(end) if end else None) for start, end in pairs]


@pytest.mark.parametrize(
    ("received", "counted", "calendar", "agency", "procedure"),
    [
        ("2026-03-03 09:12", "2026-03-03 09:12", CALENDAR, None, None),
        ("2026-03-03 12:00", "2026-03-03 13:30", CALENDAR, None, None),  # in the lunch break
        ("2026-03-03 11:30", "2026-03-03 13:30", CALENDAR, None, None),
        ("2026-03-03 17:30", "2026-03-04 07:00", CALENDAR, None, None),  # after closing
        ("2026-03-03 06:00", "2026-03-03 07:00", CALENDAR, None, None),  # before opening
        ("2026-03-07 10:00", "2026-03-09 07:00", CALENDAR, None, None),  # on a Saturday
        ("2026-03-07 10:00", "2026-03-07 10:00", OTHER, "H42.17", None),  # on a Saturday morning that is worked
        ("2026-02-15 10:00", "2026-02-23 07:00", CALENDAR, None, None),  # on the Sunday before Tết
        ("2026-03-03 14:59", "2026-03-03 14:59", OTHER, None, "1.000656"),  # before the cut-off
        ("2026-03-03 15:00", "2026-03-04 07:00", OTHER, None, "1.000656"),  # at the cut-off
        ("2026-03-06 16:00", "2026-03-09 07:00", OTHER, None, "1.000656.000.00.00.H56"),  # by the root; a Friday
        ("2026-03-06 16:00", "2026-03-07 07:30", OTHER, "H42.17", "1.000656"),  # the next working day is Saturday
        ("2026-03-03 17:30", "2026-03-04 07:00", OTHER, None, "1.000656"),  # after closing: not two days later
        ("2026-03-07 16:00", "2026-03-09 07:00", OTHER, None, "1.000656"),  # on a day off: Monday, not Tuesday
        ("2026-03-03 12:00", "2026-03-04 07:00", OTHER, None, "2.002622.H56"),  # in the lunch break, past 10:00
        ("2026-03-03 12:00", "2026-03-03 13:30", OTHER, None, "2.002622.H42"),  # this code has no cut-off
        ("2026-03-03 16:00", "2026-03-03 16:00", OTHER, None, "1.000657"),
    ],
)
def test_a_limit_counts_from_the_reception_or_the_next_opening(
    received: str, counted: str, calendar: Calendar, agency: str | None, procedure: str | None
) -> None:
    assert counted_from(local(received), calendar, agency, procedure) == local(counted)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        # One working day is 8 working hours, never 24: Tuesday 10:00-11:30 and 13:30-17:00 is 5 h; 3 h on Wednesday.
        ("2026-03-03 10:00", 1, "working_days", "2026-03-04 10:00"),
        ("2026-03-03 10:00", 8, "hours", "2026-03-04 10:00"),
        # 24 hours are three working days: 5 h on Tuesday, 8, 8, and 3 h on Friday.
        ("2026-03-03 10:00", 24, "hours", "2026-03-06 10:00"),
        ("2026-03-03 10:00", 3, "working_days", "2026-03-06 10:00"),
        # Hours over a weekend: 1 h on Friday, 3 h on Monday.
        ("2026-03-06 16:00", 4, "hours", "2026-03-09 10:00"),
        # From an opening, working days end at a closing.
        ("2026-03-02 07:00", 5, "working_days", "2026-03-06 17:00"),
        # Over Tết 2024: 5 h on Wednesday 7-2, 8 h on Thursday 15, 8 h on Friday 16, 3 h on Monday 19.
        ("2024-02-07 10:00", 3, "working_days", "2024-02-19 10:00"),
        # Over Tết 2025 and 2026, one working day: 1 h before, 7 h after = 07:00-11:30 and 13:30-16:00.
        ("2025-01-24 16:00", 1, "working_days", "2025-02-03 16:00"),
        ("2026-02-13 16:00", 1, "working_days", "2026-02-23 16:00"),
        # Over the swap of August 2026: Friday 21-8 10:00 + 16 h = 5 h, Saturday 22-8 8 h, Monday 24-8 3 h.
        ("2026-08-21 10:00", 2, "working_days", "2026-08-24 10:00"),
        # … Friday 28-8 10:00 + 8 h = 5 h, then Thursday 3-9 3 h (31-8 swapped off, 1 and 2-9 holidays).
        ("2026-08-28 10:00", 1, "working_days", "2026-09-03 10:00"),
        # Plain days count every day, weekends too: Thursday 5-3 + 5 = Tuesday 10-3.
        ("2026-03-05 10:00", 5, "days", "2026-03-10 10:00"),
        # … and an end on a day off goes to the next working day: Saturday 7-3 to Monday 9-3.
        ("2026-03-05 10:00", 2, "days", "2026-03-09 10:00"),
        # … Monday 16-2 is Tết: to Monday 23-2.
        ("2026-02-11 10:00", 5, "days", "2026-02-23 10:00"),
        # … Monday 31-8 is swapped off: to Thursday 3-9; Saturday 22-8 is worked: it stays.
        ("2026-08-28 10:00", 3, "days", "2026-09-03 10:00"),
        ("2026-08-20 10:00", 2, "days", "2026-08-22 10:00"),
        # … Friday 2-1 is swapped off: to Monday 5-1; Saturday 10-1 is worked.
        ("2025-12-31 10:00", 2, "days", "2026-01-05 10:00"),
        ("2026-01-08 10:00", 2, "days", "2026-01-10 10:00"),
        # Month ends: a month without that day ends on its last. 29-2-2024 is a Thursday, 28-2-2025 a Friday.
        ("2024-01-31 10:00", 1, "months", "2024-02-29 10:00"),
        ("2024-12-31 10:00", 2, "months", "2025-02-28 10:00"),
        # … 31-3-2026 + 1 month = 30-4, a holiday, and 1-5, and a weekend: Monday 4-5.
        ("2026-03-31 10:00", 1, "months", "2026-05-04 10:00"),
        # … 30-11-2026 + 3 months = Sunday 28-2-2027: Monday 1-3.
        ("2026-11-30 10:00", 3, "months", "2027-03-01 10:00"),
        ("2026-03-03 10:00", 12, "months", "2027-03-03 10:00"),
    ],
)
def test_a_limit_without_suspensions(start: str, amount: int, unit: str, end: str) -> None:
    assert due(local(start), Amount(amount, unit), (), OFFICE) == local(end)
    assert due(local(start), Amount(amount, LimitUnit(unit)), (), OFFICE) == local(end)  # the contract's own unit


@pytest.mark.parametrize(
    ("start", "amount", "unit", "suspended", "end"),
    [
        # 16 h from Monday 2-3 08:00: 7 h on Monday, 3 h on Tuesday; from Thursday 14:00: 3 h, and 3 h on Friday.
        ("2026-03-02 08:00", 2, "working_days", ["2026-03-03 10:00/2026-03-05 14:00"], "2026-03-06 10:00"),
        # Two suspensions: 3 h to 11:00; 13:30-14:00 (0.5 h); from Wednesday 07:00 the other 4.5 h.
        (
            "2026-03-02 08:00",
            1,
            "working_days",
            ["2026-03-02 11:00/2026-03-02 13:00", "2026-03-02 14:00/2026-03-03 18:00"],
            "2026-03-04 11:30",
        ),
        # Out of order and overlapping, they are the same.
        (
            "2026-03-02 08:00",
            2,
            "working_days",
            ["2026-03-04 08:00/2026-03-05 14:00", "2026-03-03 10:00/2026-03-04 09:00"],
            "2026-03-06 10:00",
        ),
        # A suspension over a night costs no working time: Monday 18:00 to Tuesday 06:00.
        ("2026-03-02 08:00", 2, "working_days", ["2026-03-02 18:00/2026-03-03 06:00"], "2026-03-04 08:00"),
        # Before the start only what reaches beyond it counts: from 10:00, 1.5 h to 11:30 and 0.5 h.
        ("2026-03-02 09:00", 2, "hours", ["2026-03-01 08:00/2026-03-02 10:00"], "2026-03-02 14:00"),
        # At the very end it comes in time, and leaves nothing: it ends as soon as the suspension does.
        ("2026-03-02 09:00", 1, "hours", ["2026-03-02 10:00/2026-03-04 10:00"], "2026-03-04 10:00"),
        ("2026-03-02 07:00", 1, "working_days", ["2026-03-02 17:00/2026-03-04 10:00"], "2026-03-04 10:00"),
        ("2026-03-02 10:00", 1, "days", ["2026-03-03 10:00/2026-03-05 10:00"], "2026-03-05 10:00"),
        ("2026-03-02 10:00", 1, "months", ["2026-04-02 10:00/2026-04-03 10:00"], "2026-04-03 10:00"),
        # After the end it changes nothing, though no office was open since: 17:00 to 17:01.
        ("2026-03-02 09:00", 1, "hours", ["2026-03-02 10:01/2026-03-04 10:00"], "2026-03-02 10:00"),
        ("2026-03-02 07:00", 1, "working_days", ["2026-03-02 17:01/2026-03-04 10:00"], "2026-03-02 17:00"),
        ("2026-03-02 10:00", 1, "days", ["2026-03-03 10:01/2026-03-05 10:00"], "2026-03-03 10:00"),
        # Plain days: Tuesday 3-3 + 5 = Sunday 8-3, + 2 suspended = Tuesday 10-3: the day off is left last.
        ("2026-03-03 10:00", 5, "days", ["2026-03-04 10:00/2026-03-06 10:00"], "2026-03-10 10:00"),
        # … + 6 days suspended = Saturday 14-3: Monday 16-3.
        ("2026-03-03 10:00", 5, "days", ["2026-03-04 10:00/2026-03-10 10:00"], "2026-03-16 10:00"),
        # Asked on Monday 9-3 08:00 though the end was Sunday: the two hours to 10:00 are left on Thursday, too.
        ("2026-03-03 10:00", 5, "days", ["2026-03-09 08:00/2026-03-12 08:00"], "2026-03-12 10:00"),
        # Saturday 14-3 16:00 would go to Monday 16:00; + 18 h it is Sunday 10:00, and still not before Monday 16:00.
        ("2026-03-09 16:00", 5, "days", ["2026-03-10 08:00/2026-03-11 02:00"], "2026-03-16 16:00"),
        # Months: Tuesday 3-3 + 1 month = Friday 3-4; + 3 days = Monday 6-4.
        ("2026-03-03 10:00", 1, "months", ["2026-03-04 10:00/2026-03-07 10:00"], "2026-04-06 10:00"),
    ],
)
def test_a_suspension_is_not_counted(start: str, amount: int, unit: str, suspended: list[str], end: str) -> None:
    assert due(local(start), Amount(amount, unit), spans(*suspended), OFFICE) == local(end)


@pytest.mark.parametrize("unit", list(LimitUnit))
def test_while_it_is_suspended_a_limit_does_not_end(unit: str) -> None:
    start = local("2026-03-02 08:00")
    assert due(start, Amount(5, unit), spans("2026-03-02 09:00/"), OFFICE) is None
    assert due(start, Amount(5, unit), spans("2026-03-01 09:00/"), OFFICE) is None
    assert due(start, Amount(5, unit), spans("2027-03-02 09:00/"), OFFICE) is not None  # it had ended before


def test_an_end_on_a_day_off_is_not_after_the_closing_of_the_day_it_goes_to() -> None:
    # Wednesday 29-4-2026 16:00 + 2 days = Friday 1-5, a holiday; Saturday 2-5 is worked until 11:30.
    office = OTHER.working_time("H42.17")
    assert due(local("2026-04-29 16:00"), Amount(2, "days"), (), office) == local("2026-05-02 11:30")


def test_a_share_of_a_limit_passes_as_the_limit_does() -> None:
    start = local("2026-03-02 07:00")
    # 75 % of 2 working days is 12 h: Monday 8 h, Tuesday 07:00-11:00.
    assert share_passed(start, Amount(2, "working_days"), 0.75, (), OFFICE) == local("2026-03-03 11:00")
    # … with Monday afternoon suspended: Tuesday 07:00-11:30 and 13:30-16:30.
    half_day = spans("2026-03-02 11:30/2026-03-02 17:00")
    assert share_passed(start, Amount(2, "working_days"), 0.75, half_day, OFFICE) == local("2026-03-03 16:30")
    # 75 % of 4 days (to Friday) is 3 days; one of them suspended: Friday.
    assert share_passed(start, Amount(4, "days"), 0.75, (), OFFICE) == local("2026-03-05 07:00")
    day = spans("2026-03-03 07:00/2026-03-04 07:00")
    assert share_passed(start, Amount(4, "days"), 0.75, day, OFFICE) == local("2026-03-06 07:00")
    for unit in LimitUnit:
        assert share_passed(start, Amount(4, unit), 0.75, spans("2026-03-02 07:00/"), OFFICE) is None
        assert share_passed(start, Amount(4, unit), 0.75, spans("2030-03-02 07:00/"), OFFICE) is not None


def test_suspensions_are_put_in_order_joined_and_cut_to_the_start() -> None:
    start = local("2026-03-02 08:00")
    given_spans = spans(
        "2026-03-05 08:00/2026-03-06 08:00",
        "2026-03-01 08:00/2026-03-02 07:00",  # over before the start
        "2026-03-03 08:00/2026-03-03 08:00",  # empty
        "2026-03-04 08:00/2026-03-05 08:00",  # touches the first
        "2026-03-01 08:00/2026-03-02 09:00",
    )
    assert ordered(given_spans, start) == spans(
        "2026-03-02 08:00/2026-03-02 09:00", "2026-03-04 08:00/2026-03-06 08:00"
    )
    lasting = ordered([*given_spans, *spans("2026-03-05 09:00/", "2026-03-07 08:00/2026-03-08 08:00")], start)
    assert lasting[-1] == Suspension(local("2026-03-04 08:00"), None)


def test_a_unit_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="weeks"):
        due(local("2026-03-02 08:00"), Amount(1, "weeks"), (), OFFICE)


ANY_AMOUNTS = st.builds(Amount, st.integers(1, 10_000), st.sampled_from(list(LimitUnit)))
ANY_INSTANTS = st.datetimes(timezones=st.just(UTC))
ANY_SPANS = st.lists(st.tuples(ANY_INSTANTS, ANY_INSTANTS | st.none()), max_size=4)


@given(ANY_INSTANTS, ANY_AMOUNTS, ANY_SPANS)
def test_no_limit_is_too_long_and_no_instant_too_odd(
    start: datetime, amount: Amount, suspensions: Sequence[tuple[datetime, datetime | None]]
) -> None:
    start = counted_from(start, OTHER, None, "1.000656")
    due_at = due(start, amount, suspensions, OFFICE)
    assert due_at is None or start <= due_at <= NEVER
    share_passed(start, amount, 0.75, suspensions, OFFICE)


def test_the_longest_limit_ends_within_the_years_the_calendar_knows() -> None:
    due_at = due(NOW, Amount(10_000, "working_days"), (), OFFICE)
    assert due_at is not None
    assert NOW + timedelta(days=365 * 40) < due_at < local("2069-01-01")
    assert due(NOW, Amount(10_000, "months"), (), OFFICE) == NEVER
    assert due(NOW, Amount(10_000, "hours"), (), OFFICE) == OFFICE.advance(NOW, 10_000 * HOUR)
