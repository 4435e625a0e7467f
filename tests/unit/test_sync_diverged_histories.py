"""Whatever agency and portal have said, in any order: it diverges as the rule, written in another way, says."""

from hypothesis import given
from hypothesis import strategies as st

from agents.dossiers.known import known_at, next_said_at
from agents.dossiers.rules.sync_diverged import diverged
from builders import DAY, MICROSECOND, dossier
from builders import status as said
from history_strategies import START, quick
from streams.events import Event
from support.cases import case
from support.naive_sync import diverging
from support.sync_histories import gap, histories

LATER = START + 30 * DAY


@quick
@given(histories(dated=True), st.integers(0, 9), st.randoms(use_true_random=False))
def test_it_diverges_as_the_rule_says(events: list[Event], later: int, shuffled: object) -> None:
    at = events[-1].at + gap(later)
    facts = [said(events[0].at, 2, sequence=-1), *events]
    expected = diverging(facts, at)
    shuffled.shuffle(facts)  # type: ignore[attr-defined]

    assert diverged(case(at, *facts)).kind == expected


@quick
@given(histories(dated=False), st.integers(0, 11), st.integers(0, 9))
def test_it_diverges_as_of_an_instant_as_if_nothing_had_been_said_later(
    events: list[Event], number: int, later: int
) -> None:
    at = events[number % len(events)].at + gap(later)
    facts = [said(events[0].at, 2, sequence=-1), *events]

    assert diverged(case(at, *facts)).kind == diverging([one for one in facts if one.at <= at], at)


@quick
@given(histories(dated=True), st.integers(0, 11), st.integers(0, 9))
def test_nothing_changes_before_the_instant_at_which_it_says_to_look_again(
    events: list[Event], number: int, later: int
) -> None:
    at = events[number % len(events)].at + gap(later)
    facts = [said(events[0].at, 2, sequence=-1), *events]
    now = diverged(case(at, *facts))
    until = now.next_at or LATER

    assert until > at
    assert diverged(case(until - MICROSECOND, *facts))[:2] == now[:2]


@quick
@given(histories(dated=True), st.integers(0, 11))
def test_a_dossier_as_it_was_known_says_nothing_later(events: list[Event], number: int) -> None:
    at = events[number % len(events)].at
    facts = dossier(said(events[0].at, 2, sequence=-1), *events)

    assert next_said_at(known_at(facts, at), at) is None
    assert (next_said_at(facts, at) is None) == (known_at(facts, at) == facts)
