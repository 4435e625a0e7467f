"""The partition processor: any order, any duplicate, any crash point ends in the same state and the same numbers."""

from collections import Counter
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from config.clock import FixedClock
from partition_builders import DAY, HOUR, POLICIES, T0, Rec, acknowledged, apply_all, event, processor, records, status
from streams.events import AgencyHeartbeat, DossierExtended, Event, Petition
from streams.rejection import Reason
from support.oracle import judge

AT = T0 + 15 * DAY
CODES = [f"H42.0{number}-261102-000{number}" for number in range(1, 5)]


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    events: list[Event] = []
    for code in CODES:
        for _ in range(draw(st.integers(0, 6))):
            at = T0 + draw(st.integers(0, 14 * 24)) * HOUR
            kind = draw(st.integers(0, 9))
            if kind == 8:
                events.append(acknowledged(at, code))
            elif kind == 9:
                events.append(event(DossierExtended(due_at=at + 5 * DAY), at, code))
            else:
                code_of_status = draw(st.sampled_from([1, 2, 3, 4, 4, 5, 5, 6, 7, 8, 9, 9, 10]))
                due_at = T0 + draw(st.integers(1, 20)) * DAY if kind < 3 else None
                events.append(status(code_of_status, at, code, agency=code[:6], due_at=due_at))
    return events


@settings(max_examples=150, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_any_shuffle_with_duplicates_stands_as_the_oracle_says(events: list[Event], random: Random) -> None:
    delivered = events + random.sample(events, len(events) // 3)
    random.shuffle(delivered)
    state = processor()
    stream = records(delivered)
    while stream:
        size = random.randint(1, 7)
        apply_all(state, stream[:size])
        stream = stream[size:]
        state.advance(T0 + random.randint(0, 15) * DAY, caught_up=random.random() < 0.5)
    state.advance(AT, caught_up=True)
    found = {
        code: (
            standing.contribution.agency,
            str(standing.contribution.state),
            standing.contribution.received,
            standing.contribution.overdue_age is not None,
            standing.contribution.sync_missing,
        )
        for code, standing in state.standings.items()
        if standing is not None
    }
    assert found == {
        code: (verdict.agency, verdict.state, verdict.received, verdict.overdue, verdict.missing_sync)
        for code, verdict in judge(events, AT).items()
    }
    assert state.tally.contributions == Counter(s.contribution for s in state.standings.values() if s is not None)


@settings(max_examples=80, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_a_crash_at_any_point_changes_nothing(events: list[Event], random: Random) -> None:
    stream, written = records(events), list[tuple[bytes, bytes]]()
    state = processor()
    while state.position + 1 < len(stream):
        chunk = stream[state.position + 1 :][: random.randint(1, 4)]
        if random.random() < 0.4:  # the worker dies with the plan made and not written; another restores
            state.process(chunk)
            state = processor()
            for key, value in written:
                state.load(key, value)
            state.recount()
        else:
            written += apply_all(state, chunk)
    state.advance(AT, caught_up=True)
    undisturbed = processor()
    if stream:
        apply_all(undisturbed, stream)
    undisturbed.advance(AT, caught_up=True)
    assert dict(state.dossiers()) == dict(undisturbed.dossiers())
    assert state.tally.contributions == undisturbed.tally.contributions
    assert (state.position, state.watermark) == (undisturbed.position, undisturbed.watermark)


def test_a_warm_state_that_reads_what_others_wrote_equals_a_cold_one() -> None:
    first, second = records([status(2), status(2, T0, CODES[1])]), records([status(9, T0 + DAY)], start=2)
    warm, other, cold = processor(), processor(), processor()
    written = apply_all(warm, first)
    for key, value in written:
        other.load(key, value)
    other.recount()
    later = apply_all(other, second)
    for key, value in later:
        warm.load(key, value)
    for key, value in written + later:
        cold.load(key, value)
    for state in (warm, cold):
        state.recount()
    assert dict(warm.dossiers()) == dict(cold.dossiers())
    assert warm.tally.contributions == cold.tally.contributions
    assert warm.position == cold.position == 2


def test_one_bad_record_among_999_good_ones_is_rejected_and_the_999_are_applied() -> None:
    chunk = records(status(2, T0, f"H42.01-261102-{number:04d}") for number in range(1000))
    chunk[417] = Rec(b"{not json", 417)
    state = processor()
    plan = state.process(chunk)
    state.commit(plan)
    assert len(state) == 999
    assert [(item.record.offset, item.rejection.reason) for item in plan.rejected] == [(417, Reason.MALFORMED)]


def test_processing_changes_nothing_until_it_is_committed() -> None:
    state = processor()
    apply_all(state, records([status(2)]))
    before = dict(state.dossiers())
    state.process(records([status(9, T0 + DAY)], start=1))
    assert dict(state.dossiers()) == before
    assert state.position == 0


def test_an_event_of_another_partition_is_forwarded_not_applied() -> None:
    state = processor(lives_here=lambda code: code == CODES[0])
    plan = state.process(records([status(2, T0, CODES[0]), status(2, T0, CODES[1])]))
    state.commit(plan)
    assert [one.subject for one in plan.forwards] == [CODES[1]]
    assert [code for code, _ in state.dossiers()] == [CODES[0]]


def test_an_event_of_another_topic_is_rejected_and_a_heartbeat_is_heard() -> None:
    state = processor()
    petition = event(Petition(agency="H42.01", state="received"))
    plan = state.process(records([petition, event(AgencyHeartbeat(), subject="H42.01")]))
    state.commit(plan)
    assert [item.rejection.reason for item in plan.rejected] == [Reason.WRONG_TOPIC]
    assert state.activity.source_last_event_at == {"/test": T0}


def test_restoring_does_not_count_as_becoming_overdue() -> None:
    state, restored = processor(clock=FixedClock(T0)), processor(clock=FixedClock(T0))
    written = apply_all(state, records([status(2, due_at=T0 + DAY)]))
    state.advance(AT, caught_up=True)
    assert state.activity.became_overdue == {"H42.01": 1}
    restored.advance(AT, caught_up=True)
    for key, value in written:
        restored.load(key, value)
    restored.recount()
    assert sum(restored.activity.became_overdue.values()) == 0
    assert restored.tally.contributions == state.tally.contributions


def test_an_event_from_the_future_does_not_advance_the_watermark() -> None:
    state = processor()
    (good, ahead) = records([status(2), status(4, T0 + HOUR)])
    arrived = int(T0.timestamp() * 1000)
    apply_all(state, [good._replace(timestamp=arrived), ahead._replace(timestamp=arrived)])
    assert state.watermark == T0


def test_the_oldest_overdue_dossier_of_an_agency_is_known_and_forgotten() -> None:
    state = processor()
    apply_all(state, records([status(2, due_at=T0 + DAY), status(2, T0, CODES[1], due_at=T0 + 2 * DAY)]))
    state.advance(AT, caught_up=True)
    assert state.oldest_overdue == {"H42.01": T0 + DAY}
    apply_all(state, records([status(9, AT)], start=2))
    state.advance(AT, caught_up=True)
    assert state.oldest_overdue == {"H42.01": T0 + 2 * DAY}


def test_the_lag_of_an_event_is_counted_from_its_arrival() -> None:
    state = processor(clock=FixedClock(T0 + timedelta(seconds=2)))
    apply_all(state, [records([status(2)])[0]._replace(timestamp=int(T0.timestamp() * 1000))])
    assert state.activity.event_lag.sum == 2.0


def test_policies_are_those_of_the_program() -> None:
    assert POLICIES.at(AT).watermark_slack == DAY
