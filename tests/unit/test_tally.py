"""The numbers of a partition."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from agents.activity import Activity, Histogram
from agents.dossiers.standing import Contribution, Standing, State
from agents.dossiers.tally import OldestFirst, Tally
from builders import DAY, HOUR, local

AT = local("2026-11-02 08:00")


def standing(agency: str, state: State, overdue_since: datetime | None) -> Standing:
    age = None if overdue_since is None else "le_1d"
    return Standing(
        Contribution(agency, state, True, age, None, (), None, None), None, overdue_since, None, (), (), None, None
    )


STANDINGS = st.none() | st.builds(
    standing,
    st.sampled_from(("H42.17", "H42.18")),
    st.sampled_from((State.RECEIVED, State.IN_PROGRESS)),
    st.none() | st.integers(0, 5).map(lambda hours: AT + hours * HOUR),
)


@given(st.lists(st.tuples(st.sampled_from("ABCD"), STANDINGS)))
def test_the_tally_is_the_sum_over_dossiers_however_they_changed(changes: list[tuple[str, Standing | None]]) -> None:
    tally, standings = Tally(), dict[str, Standing | None]()
    for code, new in changes:
        tally.replace(code, standings.get(code), new)
        standings[code] = new
    present = [found for found in standings.values() if found]

    assert sum(tally.contributions.values()) == len(present)
    assert tally.contributions == {
        found.contribution: [other.contribution for other in present].count(found.contribution) for found in present
    }
    assert min(tally.contributions.values(), default=1) > 0
    assert tally.oldest_overdue() == {
        agency: min(since)
        for agency in ("H42.17", "H42.18")
        if (since := [one.overdue_since for one in present if one.contribution.agency == agency and one.overdue_since])
    }


def test_the_oldest_of_a_set_is_known_when_others_leave_and_move() -> None:
    dossiers = OldestFirst()
    assert dossiers.oldest() is None

    dossiers.add("A", AT)
    dossiers.add("B", AT + HOUR)
    assert dossiers.oldest() == AT
    dossiers.add("A", AT + DAY)
    assert dossiers.oldest() == AT + HOUR
    dossiers.discard("B")
    dossiers.discard("never there")
    assert dossiers.oldest() == AT + DAY


def test_dossiers_that_moved_do_not_pile_up() -> None:
    dossiers = OldestFirst()
    for number in range(20_000):
        dossiers.add("A", AT + number * HOUR / 60)

    assert len(dossiers._heap) <= 1002


def test_a_histogram_counts_each_duration_in_the_first_bound_that_holds_it() -> None:
    histogram = Histogram((1.0, 10.0))
    for seconds in (0.0, 1.0, 1.5, 10.0, 11.0):
        histogram.observe(seconds)

    assert (histogram.counts, histogram.sum) == ([2, 2, 1], 23.5)


def test_a_source_is_as_recent_as_its_newest_event() -> None:
    activity = Activity()
    for at in (AT, AT + HOUR, AT - HOUR):
        activity.heard("/one", at)

    assert activity.source_last_event_at == {"/one": AT + HOUR}
