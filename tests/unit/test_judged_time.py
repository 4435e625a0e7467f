"""As of when lateness is judged."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.judged_time import BEGINNING, CLOCK_SKEW, is_at_head, judged_at, resumed_at
from builders import DAY, HOUR, MICROSECOND, local
from streams.chunk import Reach

NOW = local("2026-11-02 08:00")
INSTANTS = st.integers(-1000, 1000).map(lambda hours: NOW + hours * HOUR)
REACHES = st.sampled_from(Reach)


def judged(
    reach: Reach,
    *,
    at_head: bool = False,
    watermark: datetime | None,
    previous: datetime = BEGINNING,
    now: datetime = NOW,
) -> datetime:
    return judged_at(previous=previous, now=now, reach=reach, at_head=at_head, watermark=watermark, slack=DAY)


def test_at_the_head_of_the_stream_it_is_now() -> None:
    assert judged(Reach.END, at_head=True, watermark=NOW - 9 * DAY) == NOW
    assert judged(Reach.HEAD, at_head=True, watermark=NOW) == NOW


def test_while_old_events_keep_coming_and_none_waits_it_is_the_newest_event_less_the_slack() -> None:
    assert judged(Reach.END, watermark=NOW - 9 * DAY) == NOW - 10 * DAY


@pytest.mark.parametrize("reach", [Reach.BEHIND, Reach.HEAD])
def test_while_old_events_wait_it_stays_as_it_was(reach: Reach) -> None:
    assert judged(reach, watermark=NOW - 9 * DAY) == BEGINNING
    assert judged(reach, watermark=NOW - 9 * DAY, previous=NOW - DAY) == NOW - DAY


def test_an_event_ahead_of_the_clock_does_not_take_it_beyond_now() -> None:
    assert judged(Reach.END, watermark=NOW + 9 * DAY) == NOW


def test_before_anything_is_applied_nothing_is_late() -> None:
    assert judged(Reach.BEHIND, watermark=None) == BEGINNING
    assert judged(Reach.END, at_head=True, watermark=None) == BEGINNING


@given(INSTANTS, INSTANTS, st.none() | INSTANTS, REACHES, st.booleans())
def test_it_never_goes_back_and_never_passes_the_clock_but_by_what_was_judged_before(
    previous: datetime,
    now: datetime,
    watermark: datetime | None,
    reach: Reach,
    at_head: bool,  # noqa: FBT001
) -> None:
    found = judged(reach, previous=previous, now=now, at_head=at_head, watermark=watermark)

    assert previous <= found <= max(previous, now)


@pytest.mark.parametrize(
    ("reach", "age", "quiet", "expected"),
    [
        (Reach.END, HOUR, False, True),  # live
        (Reach.HEAD, HOUR, False, True),  # live, under load
        (Reach.BEHIND, HOUR, False, False),  # recent events may be followed by anything while others wait
        (Reach.BEHIND, HOUR, True, False),
        (Reach.END, HOUR + MICROSECOND, False, False),  # old events keep coming: a replay
        (Reach.HEAD, HOUR + MICROSECOND, False, False),
        (Reach.HEAD, HOUR + MICROSECOND, True, False),
        (Reach.END, HOUR + MICROSECOND, True, True),  # nothing has been said for long, and nothing waits
    ],
)
def test_the_head_of_the_stream_is_where_nothing_old_waits_or_is_still_coming(
    *, reach: Reach, age: timedelta, quiet: bool, expected: bool
) -> None:
    assert is_at_head(reach, NOW, NOW - age, live_within=HOUR, quiet=quiet) is expected


def test_where_nothing_was_ever_said_nothing_is_missing() -> None:
    assert is_at_head(Reach.END, NOW, None, live_within=HOUR, quiet=False)
    assert not is_at_head(Reach.BEHIND, NOW, None, live_within=HOUR, quiet=True)


def test_a_partition_goes_on_from_when_it_was_judged_last_even_where_clocks_differ_a_little() -> None:
    assert resumed_at(NOW - DAY, NOW) == NOW - DAY
    assert resumed_at(NOW + CLOCK_SKEW, NOW) == NOW + CLOCK_SKEW


def test_a_clock_that_ran_ahead_is_not_believed() -> None:
    assert resumed_at(NOW + CLOCK_SKEW + MICROSECOND, NOW) == NOW
