"""Counts by day are summed over windows that end today, whatever the order of changes and of days."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agents.indicators.day_counts import DayCounts
from agents.indicators.windows import Window, starts

WIDTH = 3
TODAY = date(2026, 5, 20)

Change = tuple[str, date, int, int]


def sums(counts: DayCounts) -> dict[tuple[str, Window], list[int]]:
    return {(agency, window): row for agency, window, row in counts if any(row)}


def naive(changes: list[Change], today: date) -> dict[tuple[str, Window], list[int]]:
    totals: dict[tuple[str, Window], list[int]] = {}
    for agency, day, mask, times in changes:
        for window, start in starts(today).items():
            if start <= day <= today:
                row = totals.setdefault((agency, window), [0] * WIDTH)
                for index in range(WIDTH):
                    row[index] += times * (mask >> index & 1)
    return {key: row for key, row in totals.items() if any(row)}


def test_the_windows_of_a_day_in_may() -> None:
    assert starts(TODAY) == {
        Window.TODAY: date(2026, 5, 20),
        Window.DAYS_7: date(2026, 5, 14),
        Window.DAYS_30: date(2026, 4, 21),
        Window.MONTH: date(2026, 5, 1),
        Window.QUARTER: date(2026, 4, 1),
        Window.YEAR: date(2026, 1, 1),
    }


def test_a_count_is_in_the_windows_that_hold_its_day() -> None:
    counts = DayCounts(WIDTH)
    counts.turn_to(TODAY)
    counts.add("A", date(2026, 5, 2), 0b101, 1)
    assert {window: row for (_, window), row in sums(counts).items()} == {
        Window.DAYS_30: [1, 0, 1],
        Window.MONTH: [1, 0, 1],
        Window.QUARTER: [1, 0, 1],
        Window.YEAR: [1, 0, 1],
    }


def test_the_year_turns_over_at_midnight() -> None:
    counts = DayCounts(WIDTH)
    counts.turn_to(date(2026, 12, 31))
    counts.add("A", date(2026, 12, 31), 1, 1)
    counts.turn_to(date(2027, 1, 1))
    assert {window for _, window in sums(counts)} == {Window.DAYS_7, Window.DAYS_30}


def test_a_day_ahead_of_today_counts_when_it_comes() -> None:
    counts = DayCounts(WIDTH)
    counts.turn_to(TODAY)
    counts.add("A", TODAY + timedelta(1), 1, 1)
    assert sums(counts) == {}
    counts.turn_to(TODAY + timedelta(1))
    assert ("A", Window.TODAY) in sums(counts)


def test_the_day_never_goes_back() -> None:
    counts = DayCounts(WIDTH)
    counts.turn_to(TODAY)
    counts.add("A", TODAY, 1, 1)
    counts.turn_to(TODAY - timedelta(1))
    assert ("A", Window.TODAY) in sums(counts)


DAYS = st.integers(-400, 20).map(lambda number: TODAY + timedelta(number))
CHANGES = st.tuples(st.sampled_from("AB"), DAYS, st.integers(1, 7), st.sampled_from([1, 1, -1]))
TURNS = st.integers(0, 90)


@given(st.lists(CHANGES | TURNS, max_size=60))
def test_changes_and_turns_in_any_order_end_as_a_count_from_scratch(steps: list[Change | int]) -> None:
    counts, done, today = DayCounts(WIDTH), [], TODAY - timedelta(30)
    counts.turn_to(today)
    for step in steps:
        if isinstance(step, int):
            today += timedelta(step)
            counts.turn_to(today)
        else:
            counts.add(*step)
            done.append(step)
    assert sums(counts) == naive(done, today)


def test_counting_starts_from_the_beginning_of_time() -> None:
    counts, done = DayCounts(WIDTH), Counter[int]()
    for number in range(50):
        counts.add("A", TODAY - timedelta(number * 9), 1, 1)
        done[number] += 1
    counts.turn_to(TODAY)
    assert sums(counts)["A", Window.YEAR] == [16, 0, 0]  # 20 May back to 1 January: 139 days, every ninth
