"""Spans of time: wall and working time are told apart, and cannot be mixed."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DAY, HOUR, MINUTE, RULEBOOK, local
from config.spans import Passing, Span, span

WORKING = RULEBOOK.at(local("2026-11-24")).calendar.working_time(None)  # 07:00-11:30 and 13:30-17:00, Monday to Friday


@pytest.mark.parametrize(
    ("text", "passing", "amount"),
    [
        ("90s", Passing.WALL, timedelta(seconds=90)),
        ("10m", Passing.WALL, 10 * MINUTE),
        ("2h", Passing.WALL, 2 * HOUR),
        ("1d", Passing.WALL, 24 * HOUR),
        ("0s", Passing.WALL, timedelta()),
        ("4wh", Passing.WORKING, 4 * HOUR),
        ("1wd", Passing.WORKING, 8 * HOUR),  # never 24
        ("15wd", Passing.WORKING, 120 * HOUR),
        ("closing", Passing.CLOSING, timedelta()),
        ("10000d", Passing.WALL, 10_000 * DAY),
        ("80000wh", Passing.WORKING, 80_000 * HOUR),
    ],
)
def test_a_span_is_a_number_and_a_unit(text: str, passing: Passing, amount: timedelta) -> None:
    assert span(text) == Span(text, passing, amount)


@pytest.mark.parametrize(
    "text", ["", "10", "m", "wh", "-1m", "1.5h", "10 m", "1w", "1h30m", "1WD", "1wm", "٣m", "closing time"]
)
def test_anything_else_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a span of time: .*write 90s, 10m, 2h, 1d, 4wh, 1wd or closing"):
        span(text)


@pytest.mark.parametrize("text", ["10001d", "240001h", "10001wd", "80001wh", "9" * 30 + "wd"])
def test_a_span_that_ends_after_the_last_calendar_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="too long a span of time"):
        span(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        # Wall time passes at night, too.
        ("2h", "2026-11-06 16:00", "2026-11-06 18:00"),
        ("1d", "2026-11-06 16:00", "2026-11-07 16:00"),
        # Working time: Friday 16:00 has an hour left; the next working hour is Monday 07:00 to 08:00.
        ("2wh", "2026-11-06 16:00", "2026-11-09 08:00"),
        ("2wh", "2026-11-06 10:30", "2026-11-06 14:30"),  # 10:30-11:30, lunch, 13:30-14:30
        ("1wd", "2026-11-06 08:00", "2026-11-09 08:00"),  # 3.5 h + 3.5 h on Friday, 1 h on Monday
        ("4wh", "2026-11-07 09:00", "2026-11-09 11:00"),  # a Saturday: from Monday 07:00
        # The end of the working day, or of the next one.
        ("closing", "2026-11-06 08:00", "2026-11-06 17:00"),
        ("closing", "2026-11-06 12:00", "2026-11-06 17:00"),
        ("closing", "2026-11-06 17:00", "2026-11-09 17:00"),
        ("closing", "2026-11-07 09:00", "2026-11-09 17:00"),
    ],
)
def test_a_span_passes_in_its_own_kind_of_time(text: str, start: str, end: str) -> None:
    assert span(text).after(local(start), WORKING) == local(end)


@pytest.mark.parametrize(
    ("text", "end", "start"),
    [
        ("2h", "2026-11-09 08:00", "2026-11-09 06:00"),
        ("1d", "2026-11-09 08:00", "2026-11-08 08:00"),
        ("2wh", "2026-11-09 08:00", "2026-11-06 16:00"),  # Monday 07:00-08:00, Friday 16:00-17:00
        ("1wd", "2026-11-09 08:00", "2026-11-06 08:00"),
        ("4wh", "2026-11-09 17:00", "2026-11-09 11:00"),  # 13:30-17:00, and 11:00-11:30
    ],
)
def test_a_span_is_counted_back_in_its_own_kind_of_time(text: str, end: str, start: str) -> None:
    assert span(text).before(local(end), WORKING) == local(start)


INSTANTS = st.integers(0, 60 * 24 * 60).map(lambda minutes: local("2026-01-20") + minutes * MINUTE)


@given(st.sampled_from(("90s", "10m", "30h", "3wh", "1wd", "4wd")), INSTANTS)
def test_what_was_counted_back_is_over_at_the_end_and_not_before(text: str, end: datetime) -> None:
    read = span(text)
    start = read.before(end, WORKING)

    assert read.after(start, WORKING) <= end
    assert read.after(start + timedelta.resolution, WORKING) >= read.after(start, WORKING)
    if read.passing is Passing.WORKING:
        assert WORKING.elapsed(start, end) == read.amount


@given(st.sampled_from(("10m", "3wh", "closing")), INSTANTS, INSTANTS)
def test_a_later_start_never_ends_earlier(text: str, one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))

    assert span(text).after(first, WORKING) <= span(text).after(second, WORKING)
