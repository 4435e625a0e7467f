"""Stale numbers: a source that has been silent beyond its usual rhythm."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.agencies.staleness import Rhythm, first_heard, stale_after, usual_gap
from builders import DAY, HOUR, MINUTE, RULEBOOK, local, policy, rulebook_of
from config.policy import SourceSilence
from config.spans import span
from history_strategies import quick

MONDAY = local("2026-11-02 07:00")
LAW = RULEBOOK.at(MONDAY)
WORKING = LAW.calendar.working_time(None)


def rhythm(instants: Iterable[datetime]) -> Rhythm:
    first, *more = instants
    found = first_heard(first)
    for at in more:
        found.hear(at, WORKING)
    return found


def days(number: int, every: timedelta, start: datetime = MONDAY) -> list[datetime]:
    """Return the instants at which a source speaks that does so day and night, but for one that has a day's rest."""
    return [start + n * every for n in range(int(number * DAY / every))]


def test_of_a_source_that_has_just_begun_no_rhythm_is_known() -> None:
    assert rhythm([MONDAY]).usual_gap is None
    assert rhythm(days(2, HOUR)).usual_gap is None
    assert rhythm(days(3, HOUR)).usual_gap == HOUR  # it ends on the fourth, at 06:00


def test_gaps_are_counted_in_working_time() -> None:
    daily = rhythm(MONDAY + n * DAY for n in range(5))  # 07:00 sharp: once a day, eight working hours apart

    assert daily.usual_gap == 8 * HOUR
    assert rhythm(days(5, timedelta(hours=3), MONDAY)).usual_gap == 3 * HOUR  # 07:00, 10:00, 13:00: 1.5 h; 16:00: 2.5 h


def test_an_outage_does_not_become_usual() -> None:
    spoken = [at for at in days(12, 10 * MINUTE) if not MONDAY + 3 * DAY < at < MONDAY + 7 * DAY + HOUR]

    assert rhythm(spoken).usual_gap == 10 * MINUTE


def test_a_rhythm_that_has_changed_is_learned_anew() -> None:
    slower = rhythm([*days(14, 10 * MINUTE), *days(14, 2 * HOUR, MONDAY + 14 * DAY)])

    assert slower.usual_gap is not None
    assert slower.usual_gap > HOUR


def test_events_that_come_late_or_again_change_nothing() -> None:
    found = rhythm(days(5, HOUR))
    before = msgspec.msgpack.encode(found)
    found.hear(found.last_at, WORKING)
    found.hear(found.last_at - DAY, WORKING)

    assert msgspec.msgpack.encode(found) == before


def test_it_is_kept_with_the_state() -> None:
    found = rhythm(days(30, HOUR))

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Rhythm) == found
    assert len(found.earlier_gaps) == 10


@pytest.mark.parametrize(
    ("gap", "after"),
    [
        (MINUTE, "2026-11-09 09:00"),  # no sooner than one working hour
        (HOUR, "2026-11-09 11:00"),  # three times an hour
        (8 * HOUR, "2026-11-11 08:00"),  # no later than two working days
        (None, "2026-11-11 08:00"),  # not known yet: the most
    ],
)
def test_it_is_stale_after_some_times_its_usual_gap_within_bounds(gap: timedelta | None, after: str) -> None:
    last_at = local("2026-11-09 08:00")
    found = Rhythm(last_at, last_at, 0.0, () if gap is None else (gap.total_seconds(),) * 3)

    assert stale_after([found], LAW) == local(after)


def test_over_a_weekend_nobody_is_stale() -> None:
    found = rhythm(days(4, 10 * MINUTE))  # until Friday 06:50
    found.hear(local("2026-11-06 16:50"), WORKING)

    assert stale_after([found], LAW) == local("2026-11-09 07:50")


def test_the_bounds_are_policy() -> None:
    law = rulebook_of([policy(source_stale=SourceSilence(2, span("10m"), span("90m")))]).at(MONDAY)
    last_at = local("2026-11-09 08:00")

    def after(gap: timedelta) -> timedelta:
        return stale_after([Rhythm(last_at, last_at, 0.0, (gap.total_seconds(),) * 3)], law) - last_at

    assert [after(gap) for gap in (MINUTE, 20 * MINUTE, HOUR)] == [10 * MINUTE, 40 * MINUTE, 90 * MINUTE]


def test_partitions_agree_on_the_last_event_and_the_least_gap() -> None:
    spoken = days(6, 10 * MINUTE)
    parts = [rhythm(spoken[n::3]) for n in range(3)]

    assert usual_gap(parts) == 30 * MINUTE
    assert usual_gap([*parts, rhythm(spoken), first_heard(MONDAY)]) == 10 * MINUTE
    assert stale_after([*parts, first_heard(MONDAY)], LAW) == WORKING.advance(spoken[-1], 90 * MINUTE)
    assert usual_gap([first_heard(MONDAY)]) is None


@quick
@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=40))
def test_each_days_largest_gap_is_what_it_is(minutes: list[int]) -> None:
    instants = sorted({MONDAY + number * MINUTE for number in minutes})
    largest: dict[object, float] = {}
    for before, at in pairwise(instants):
        day = (at + 7 * HOUR).date()
        largest[day] = max(largest.get(day, 0.0), WORKING.elapsed(before, at).total_seconds())
    last_day = (instants[-1] + 7 * HOUR).date()
    found = rhythm(instants)

    assert list(found.earlier_gaps) == [gap for day, gap in largest.items() if gap and day != last_day][-10:]
    assert found.largest_gap == largest.get(last_day, 0.0)
