"""As of when lateness is judged."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from agents.judged_time import BEGINNING, judged_at
from builders import DAY, HOUR, local

NOW = local("2026-11-02 08:00")
INSTANTS = st.integers(-1000, 1000).map(lambda hours: NOW + hours * HOUR)


def judged(
    *, caught_up: bool, watermark: datetime | None, previous: datetime = BEGINNING, now: datetime = NOW
) -> datetime:
    return judged_at(previous=previous, now=now, caught_up=caught_up, watermark=watermark, slack=DAY)


def test_at_the_head_of_the_stream_it_is_now() -> None:
    assert judged(caught_up=True, watermark=NOW - 9 * DAY) == NOW


def test_while_records_wait_it_is_the_newest_event_less_the_slack() -> None:
    assert judged(caught_up=False, watermark=NOW - 9 * DAY) == NOW - 10 * DAY


def test_an_event_ahead_of_the_clock_does_not_take_it_beyond_now() -> None:
    assert judged(caught_up=False, watermark=NOW + 9 * DAY) == NOW


def test_before_anything_is_applied_nothing_is_late() -> None:
    assert judged(caught_up=False, watermark=None) == BEGINNING
    assert judged(caught_up=True, watermark=None) == BEGINNING


@given(INSTANTS, INSTANTS, st.none() | INSTANTS, st.booleans())
def test_it_never_goes_back_and_never_passes_the_clock_but_by_what_was_judged_before(
    previous: datetime,
    now: datetime,
    watermark: datetime | None,
    caught_up: bool,  # noqa: FBT001
) -> None:
    found = judged(previous=previous, now=now, caught_up=caught_up, watermark=watermark)

    assert previous <= found <= max(previous, now)
