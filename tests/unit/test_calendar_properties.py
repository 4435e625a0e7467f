"""What holds of every limit: longer is not earlier, and a suspension takes nothing away.

Supplements are asked for while the office is open, and come back at any time.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import DAY, local
from config.calendar import load_calendars
from config.calendar.explain import explain
from config.calendar.limits import Amount, after, due, ordered, share_passed
from config.calendar.stretches import State
from streams.events import LimitUnit

OFFICE = load_calendars().at(local("2026-11-24")).working_time(None)
RANGE = (datetime(2024, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001
OPEN = st.datetimes(*RANGE, timezones=st.just(UTC)).map(OFFICE.next_opening)
WORKING = [LimitUnit.HOURS, LimitUnit.WORKING_DAYS]
UNITS = st.sampled_from(list(LimitUnit))
SMALL = st.integers(1, 40)
AFTER = st.timedeltas(timedelta(), timedelta(days=20))
Span = tuple[datetime, datetime | None]


@st.composite
def cases(draw: st.DrawFn, *, lasting: bool = True) -> tuple[datetime, list[Span]]:
    """Return a start and suspensions near it."""
    start, found = draw(OPEN), []
    for _ in range(draw(st.integers(0, 4))):
        begin = OFFICE.next_opening(start + draw(AFTER) - DAY)
        ends = AFTER | st.none() if lasting else AFTER
        length = draw(ends)
        found.append((begin, None if length is None else begin + length))
    return start, found


def unless_still(due_at: datetime | None) -> datetime:
    """Return an instant, the end of time for one that never comes."""
    return due_at or datetime.max.replace(tzinfo=UTC)


@given(cases(), SMALL, SMALL, UNITS)
def test_a_longer_limit_is_not_due_earlier(case: tuple[datetime, list[Span]], one: int, more: int, unit: str) -> None:
    start, spans = case
    shorter = due(start, Amount(one, unit), spans, OFFICE)
    longer = due(start, Amount(one + more, unit), spans, OFFICE)
    assert unless_still(shorter) <= unless_still(longer)


@given(cases(), SMALL, UNITS)
def test_one_more_suspension_never_makes_a_limit_due_earlier(
    case: tuple[datetime, list[Span]], amount: int, unit: str
) -> None:
    start, spans = case
    course = ordered(spans, start)
    ends = [due(start, Amount(amount, unit), course[:number], OFFICE) for number in range(len(course) + 1)]
    assert ends == sorted(ends, key=unless_still)


@given(cases(), cases(), SMALL, st.sampled_from(WORKING))
def test_more_suspended_time_anywhere_never_makes_working_time_due_earlier(
    case: tuple[datetime, list[Span]], other: tuple[datetime, list[Span]], amount: int, unit: str
) -> None:
    start, spans = case
    shift = start - other[0]
    more = [(begin + shift, end and end + shift) for begin, end in other[1]]
    without = due(start, Amount(amount, unit), spans, OFFICE)
    assert unless_still(without) <= unless_still(due(start, Amount(amount, unit), [*spans, *more], OFFICE))


@given(OPEN, SMALL, st.sampled_from(WORKING), AFTER, AFTER)
def test_a_suspension_leaves_what_was_left_of_working_time(
    start: datetime, amount: int, unit: str, run: timedelta, length: timedelta
) -> None:
    begin = start + run
    before = due(start, Amount(amount, unit), (), OFFICE)
    assert before is not None
    end = begin + length
    resumed = due(start, Amount(amount, unit), [(begin, end)], OFFICE)
    assert resumed is not None
    if begin <= before:
        assert OFFICE.elapsed(end, resumed) == OFFICE.elapsed(begin, before)
    else:
        assert resumed == before


@given(OPEN, SMALL, st.sampled_from([LimitUnit.DAYS, LimitUnit.MONTHS]), AFTER, AFTER)
def test_a_suspension_leaves_what_was_left_of_calendar_time(
    start: datetime, amount: int, unit: str, run: timedelta, length: timedelta
) -> None:
    begin = OFFICE.next_opening(start + run)
    before, nominal = due(start, Amount(amount, unit), (), OFFICE), after(start, Amount(amount, unit))
    resumed = due(start, Amount(amount, unit), [(begin, begin + length)], OFFICE)
    assert before is not None
    assert resumed is not None
    if begin > before:
        assert resumed == before
        return
    left = (nominal if begin < nominal else before) - begin
    assert resumed - (begin + length) >= left >= timedelta()


@given(cases(), SMALL, UNITS, st.randoms())
def test_neither_order_nor_repetition_of_suspensions_matters(
    case: tuple[datetime, list[Span]], amount: int, unit: str, random: object
) -> None:
    start, spans = case
    shuffled = [*spans, *spans[:2]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    expected = due(start, Amount(amount, unit), spans, OFFICE)
    assert due(start, Amount(amount, unit), shuffled, OFFICE) == expected
    assert due(start, Amount(amount, unit), ordered(spans, start), OFFICE) == expected


@given(cases(), SMALL, st.sampled_from(WORKING))
def test_outside_suspensions_exactly_the_budget_has_passed(
    case: tuple[datetime, list[Span]], amount: int, unit: str
) -> None:
    start, spans = case
    due_at, budget = due(start, Amount(amount, unit), spans, OFFICE), Amount(amount, unit).working_time
    if due_at is None:
        return
    suspended = sum((OFFICE.elapsed(s, min(e or due_at, due_at)) for s, e in ordered(spans, start)), timedelta())
    assert OFFICE.elapsed(start, due_at) - suspended == budget


@given(cases(), SMALL, UNITS, st.floats(0, 1))
def test_a_share_has_passed_before_the_whole(
    case: tuple[datetime, list[Span]], amount: int, unit: str, share: float
) -> None:
    start, spans = case
    part = share_passed(start, Amount(amount, unit), share, spans, OFFICE)
    assert unless_still(part) <= unless_still(due(start, Amount(amount, unit), spans, OFFICE))


@given(cases(), SMALL, UNITS)
def test_an_explanation_joins_end_to_start_up_to_the_due_instant(
    case: tuple[datetime, list[Span]], amount: int, unit: str
) -> None:
    start, spans = case
    limit = Amount(amount, unit)
    due_at = due(start, limit, spans, OFFICE)
    stretches = list(explain(start, limit, spans, OFFICE))
    at = start
    for stretch in stretches:
        assert at == stretch.start < stretch.end
        assert stretch.reason
        at = stretch.end
    if due_at is not None:
        assert at == due_at
    if due_at is not None and limit.working_time is not None:
        running = [stretch.end - stretch.start for stretch in stretches if stretch.state is State.RUNNING]
        assert sum(running, timedelta()) == limit.working_time
