"""The simulated stream: the same for the same configuration, in order, with as many faults as were asked for."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import msgspec
import pytest

from streams.simulate import ALL_REASONS, Config, Province, SimulatedEvent

UNTIL = datetime(2026, 11, 24, 8, tzinfo=UTC)
FAULTY = Config(until=UNTIL, dossiers=600)
CLEAN = Config(until=UNTIL, dossiers=600, duplicates=0, shuffled=0, broken=0)


def replaced(config: Config, **changes: object) -> list[SimulatedEvent]:
    return list(Province(msgspec.structs.replace(config, **changes)).events())


@pytest.fixture(scope="module")
def faulty() -> list[SimulatedEvent]:
    return list(Province(FAULTY).events())


@pytest.fixture(scope="module")
def clean() -> list[SimulatedEvent]:
    return list(Province(CLEAN).events())


def test_the_same_configuration_makes_the_same_events(faulty: list[SimulatedEvent]) -> None:
    assert replaced(FAULTY) == faulty


def test_another_seed_makes_another_province(faulty: list[SimulatedEvent]) -> None:
    other = replaced(FAULTY, seed=2)
    assert {event.value for event in other}.isdisjoint(event.value for event in faulty if event.broken is None)


def test_events_are_delivered_in_order_of_delivery_and_not_after_the_end(faulty: list[SimulatedEvent]) -> None:
    assert all(one.delivered_at <= next_.delivered_at for one, next_ in pairwise(faulty))
    assert faulty[-1].delivered_at <= UNTIL
    assert faulty[0].at >= UNTIL - timedelta(days=FAULTY.days)


def test_without_faults_every_event_is_delivered_within_hours_of_happening(clean: list[SimulatedEvent]) -> None:
    delays = [event.delivered_at - event.at for event in clean]
    assert min(delays) >= timedelta(0)
    assert max(delays) < timedelta(hours=2)  # far below the slack of the watermark, a day


def test_without_faults_no_event_is_broken_or_repeated(clean: list[SimulatedEvent]) -> None:
    assert not any(event.broken or event.is_copy for event in clean)
    assert len({event.value for event in clean}) == len(clean)


def test_copies_are_byte_for_byte_and_later(faulty: list[SimulatedEvent]) -> None:
    seen: set[bytes] = set()
    for event in faulty:
        assert not event.is_copy or event.value in seen
        seen.add(event.value)


def test_there_are_about_as_many_faults_as_asked_for(faulty: list[SimulatedEvent]) -> None:
    good = sum(not event.is_copy and event.broken is None for event in faulty)
    assert 0.04 < sum(event.is_copy for event in faulty) / good < 0.06
    assert 0.006 < sum(event.broken is not None for event in faulty) / good < 0.014


def test_shuffling_delays_events_and_changes_none(clean: list[SimulatedEvent]) -> None:
    shuffled = replaced(CLEAN, shuffled=0.3)
    order = {event.value: place for place, event in enumerate(clean)}
    common = [order[event.value] for event in shuffled if event.value in order]
    assert len(common) > 0.9 * len(clean)  # the rest is in other batches, or not delivered yet
    assert common != sorted(common)
    assert all(event.delivered_at >= event.at for event in shuffled)


def test_good_events_are_the_same_however_the_others_are_broken(faulty: list[SimulatedEvent]) -> None:
    other = replaced(FAULTY, reasons=ALL_REASONS)
    assert [event for event in other if event.broken is None] == [event for event in faulty if event.broken is None]


def test_a_number_of_events_is_met_exactly_near_the_end_of_the_history() -> None:
    events = replaced(FAULTY, events=20_000)
    assert len(events) == 20_000
    assert UNTIL - events[-1].delivered_at < timedelta(days=4)


def test_after_the_history_the_same_dossiers_go_on_and_new_ones_come(faulty: list[SimulatedEvent]) -> None:
    on_and_on = list(islice(Province(FAULTY).endless_events(), len(faulty) + 2_000))
    assert on_and_on[: len(faulty)] == faulty
    known = {event.key for event in faulty}
    whose = Counter(event.key in known for event in on_and_on[len(faulty) :] if event.key)
    assert whose[True] > 100
    assert whose[False] > 100


def test_in_a_rush_more_dossiers_come_after_the_history() -> None:
    def took(rush: float) -> timedelta:
        province = Province(msgspec.structs.replace(CLEAN, rush=rush, around_the_clock=True))
        live = (event for event in province.endless_events() if event.delivered_at > UNTIL)
        return list(islice(live, 500))[-1].delivered_at - UNTIL

    assert took(50) < took(1) / 5


def test_a_silent_agency_has_said_nothing_lately(clean: list[SimulatedEvent]) -> None:
    last = {event.key[:6]: event.delivered_at for event in clean if event.key}
    assert [agency for agency, at in sorted(last.items()) if UNTIL - at > timedelta(days=3)] == ["H42.09"]
