"""The last day of each use of a procedure, whatever is added and taken back, in any order."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agents.indicators.usage import Use, UseDays
from streams.events import Usage

FIRST = date(2026, 11, 2)
USES = [Use(procedure, Usage.ONLINE) for procedure in ("1.000656", "2.000815")]
ADDED = st.tuples(st.sampled_from(USES), st.integers(0, 5).map(lambda number: FIRST + timedelta(number)))
CHUNKS = st.lists(st.tuples(st.booleans(), st.lists(ADDED, max_size=4)), max_size=12)


@given(CHUNKS)
def test_the_last_day_is_the_last_one_on_which_more_was_added_than_taken_back(
    chunks: list[tuple[bool, list[tuple[Use, date]]]],
) -> None:
    days, held = UseDays(), Counter[tuple[Use, date]]()
    for takes_back, listed in chunks:
        changes = Counter(listed)
        if takes_back:  # no more than there is
            changes = Counter({one: -min(times, held[one]) for one, times in changes.items() if held[one]})
        before = {use: days.last_day(use) for use in USES}
        moved = days.changed(changes)
        assert {use: days.last_day(use) for use in USES} == before, "nothing is changed yet"
        days.add(changes)
        held.update(changes)
        last = {
            use: max((day for (one, day), times in held.items() if one == use and times), default=None) for use in USES
        }
        assert {use: days.last_day(use) for use in USES} == last
        assert moved == {use: last[use] for use in USES if last[use] != before[use]}
