"""As of when a partition is judged, and that a replay raises no false alert."""

from datetime import timedelta

import pytest

from agents.dossiers.judged_time import judged_at
from agents.dossiers.standing import BEGINNING
from agents.dossiers.timers import Timers
from partition_builders import DAY, HOUR, T0, apply_all, processor, records, status
from streams.simulate import Config, Province

NOW = T0 + 30 * DAY


def test_at_the_head_of_the_stream_it_is_now() -> None:
    assert judged_at(previous=T0, now=NOW, caught_up=True, watermark=T0, slack=DAY) == NOW


def test_while_events_wait_it_is_the_watermark_less_the_slack() -> None:
    assert judged_at(previous=BEGINNING, now=NOW, caught_up=False, watermark=T0, slack=DAY) == T0 - DAY


def test_before_the_first_event_nothing_is_late() -> None:
    assert judged_at(previous=BEGINNING, now=NOW, caught_up=False, watermark=None, slack=DAY) == BEGINNING


def test_it_never_goes_back_and_never_beyond_now() -> None:
    assert judged_at(previous=NOW, now=NOW, caught_up=False, watermark=T0, slack=DAY) == NOW
    assert judged_at(previous=T0, now=NOW, caught_up=False, watermark=NOW + 9 * DAY, slack=DAY) == NOW


def test_a_completion_still_in_the_queue_never_shows_as_overdue() -> None:
    state = processor()
    received, other = status(2, T0, due_at=T0 + HOUR), status(2, T0 + 12 * HOUR, "H42.01-261102-0002")
    finished = status(9, T0 + HOUR)
    apply_all(state, records([received, other]))
    state.advance(NOW, caught_up=False)
    assert state.standings[received.subject].overdue_since is None  # type: ignore[union-attr]
    apply_all(state, records([finished], start=2))
    state.advance(NOW, caught_up=True)
    assert state.standings[received.subject].contribution.state == "finished_on_time"  # type: ignore[union-attr]


def test_old_events_that_keep_coming_are_a_replay_though_none_waits() -> None:
    state = processor()
    apply_all(state, records([status(2, T0, due_at=T0 + HOUR)]))
    state.advance(NOW, caught_up=True, quiet=False)
    assert state.catching_up
    assert state.standings["H42.01-261102-0001"].overdue_since is None  # type: ignore[union-attr]
    state.advance(NOW, caught_up=True, quiet=True)
    assert not state.catching_up
    assert state.standings["H42.01-261102-0001"].overdue_since == T0 + HOUR  # type: ignore[union-attr]


def test_recent_events_are_judged_now_though_they_keep_coming() -> None:
    state = processor()
    apply_all(state, records([status(2, T0, due_at=T0 + HOUR / 2)]))
    state.advance(T0 + HOUR, caught_up=True, quiet=False)
    assert state.standings["H42.01-261102-0001"].overdue_since == T0 + HOUR / 2  # type: ignore[union-attr]


@pytest.mark.parametrize("caught_up_now_and_then", [False, True])
def test_a_replayed_year_raises_no_alert_for_a_dossier_finished_in_time(*, caught_up_now_and_then: bool) -> None:
    year = Config(until=NOW, days=365, dossiers=2000, duplicates=0, shuffled=0, broken=0)
    stream = [(number, event) for number, event in enumerate(Province(year).events())]
    state, ever_overdue = processor(), set[str]()
    for start in range(0, len(stream), 100):
        chunk = [records([status(2)])[0]._replace(value=e.value, offset=n, key=None) for n, e in stream[start:][:100]]
        apply_all(state, chunk)
        state.advance(NOW, caught_up=caught_up_now_and_then and start % 300 == 0, quiet=False)
        for code, standing in state.unpublished.items():
            if standing is not None and standing.overdue_since is not None:
                ever_overdue.add(code)
        state.unpublished.clear()
    state.advance(NOW, caught_up=True)
    in_time = {
        code
        for code, standing in state.standings.items()
        if standing and standing.contribution.state in ("finished_early", "finished_on_time")
    }
    assert len(in_time) > 1000
    assert ever_overdue & in_time == set()
    assert ever_overdue, "some were truly late, and were seen"


def test_only_the_entry_in_force_is_due_and_the_heap_does_not_grow() -> None:
    timers = Timers()
    for minute in range(10_000):
        timers.set("a", T0 + timedelta(minutes=minute))
    timers.set("b", T0)
    timers.set("b", None)
    assert list(timers.pop_due(T0 + timedelta(minutes=9_998))) == []
    assert list(timers.pop_due(T0 + timedelta(minutes=9_999))) == ["a"]
    assert len(timers) == 0
    assert len(timers._heap) < 2_000
