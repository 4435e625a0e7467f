"""What a chunk of records amounts to: applied, repeated, refused, passed on."""

import msgspec
import pytest

from agents.dossiers.processor import DossierProcessor
from agents.dossiers.rest_records import made_under
from agents.judged_time import BEGINNING
from builders import (
    CODE,
    DAY,
    HOUR,
    MINUTE,
    RULEBOOK,
    KafkaRecord,
    dossier,
    event,
    local,
    milliseconds,
    portal,
    records,
    status,
)
from config.clock import FixedClock
from partition import Partition
from streams.events import (
    AgencyHeartbeat,
    AgencyTotals,
    DossierStatus,
    Event,
    Outcome,
    Petition,
    PetitionState,
    Procedure,
)
from streams.rejection import Reason

AT = local("2026-11-02 08:00")
PETITION = event(AT, Petition(agency="H42.17", state=PetitionState.RECEIVED), "PA-1")
STATUS = DossierStatus.type


def partition() -> Partition:
    return Partition(AT + DAY)


def test_one_bad_record_among_a_thousand_is_refused_and_the_others_are_applied() -> None:
    chunk = records(status(AT, 2, code=f"D-{number}") for number in range(1000))
    chunk[613] = KafkaRecord(b'{"specversion": "1.0", "id"', 613)
    served = partition()
    plan = served.take(chunk)

    assert [(item.record.offset, item.rejection.reason) for item in plan.rejected] == [(613, Reason.MALFORMED)]
    assert len(served.state) == 999
    assert served.activity.events == {(STATUS, "applied"): 999, ("unknown", "rejected"): 1}
    assert served.activity.dead_letters == {"malformed": 1}
    assert (plan.records, plan.position, served.processor.position) == (1000, 999, 999)


def test_a_chunk_of_nothing_but_bad_records_still_moves_the_position() -> None:
    served = partition()
    plan = served.take([KafkaRecord(None, 7), KafkaRecord(b"\xff", 8)])

    assert [item.rejection.reason for item in plan.rejected] == [Reason.EMPTY, Reason.MALFORMED]
    assert [key for key, _ in plan.changelog] == [b"p"]
    assert served.processor.position == 8


def test_processing_changes_nothing_until_the_plan_is_committed() -> None:
    served = partition()
    served.tell(status(AT, 2))
    before, contributions = dict(served.state), dict(served.processor.tally.contributions)
    chunk = records([status(AT + HOUR, 9), status(AT, 2, code="D-2")], 1)
    first = served.processor.process(chunk)

    assert (served.state, served.processor.tally.contributions) == (before, contributions)
    assert (served.processor.position, served.processor.watermark, len(served.processor)) == (0, AT, 1)
    assert served.processor.process(chunk).changelog == first.changelog


def test_the_changelog_holds_each_changed_dossier_once_and_the_position() -> None:
    served = partition()
    told = [status(AT, 2), status(AT, 2, code="D-2"), status(AT + HOUR, 4)]
    plan = served.tell(*told)

    waiting = [b"w" + CODE.encode(), b"wD-2"]  # neither is at rest
    assert [key for key, _ in plan.changelog] == [b"d" + CODE.encode(), b"dD-2", b"s/test", *waiting, b"p"]
    assert served.processor.dossier(CODE) == dossier(told[0], told[2])
    assert msgspec.msgpack.decode(plan.changelog[-1][1], type=tuple) == (
        *(2, AT + HOUR, BEGINNING),
        made_under(RULEBOOK),
    )


def test_a_repeated_event_is_counted_as_such_and_writes_nothing_but_the_position() -> None:
    served, told = partition(), status(AT, 2)
    served.tell(told)
    plan = served.tell(told)

    assert [key for key, _ in plan.changelog] == [b"p"]
    assert served.activity.events == {(STATUS, "applied"): 1, (STATUS, "duplicate"): 1}


def test_an_event_of_another_partition_is_passed_on_untouched() -> None:
    served = Partition(AT + DAY, lives_here=lambda code: code == CODE)
    stranger = status(AT + HOUR, 2, code="D-2")
    plan = served.tell(status(AT, 2), stranger)

    assert plan.forwards == [stranger]
    assert set(served.state) == {CODE}
    assert served.processor.watermark == AT  # it says nothing of how far this partition is
    assert served.activity.events == {(STATUS, "applied"): 1, (STATUS, "forwarded"): 1}


def test_a_message_about_dossiers_of_two_partitions_is_applied_here_and_passed_on() -> None:
    here, there = "H42.17-261102-0001", "H42.17-261102-0002"
    served = Partition(AT + DAY, lives_here=lambda code: code == here)
    synced = [
        {"MaHoSo": code, "MaTTHC": "1.000656", "NgayTiepNhan": "20261102080000", "TrangThaiHoSo": "2"}
        for code in (here, there)
    ]
    plan = served.take([KafkaRecord(msgspec.json.encode(synced), 0)])

    assert set(served.state) == {here}
    assert {one.subject for one in plan.forwards} == {there}
    assert not plan.rejected


@pytest.mark.parametrize("stranger", [PETITION, event(AT, Procedure(issuer="H42"), "1.000656")])
def test_an_event_of_another_topic_is_refused(stranger: Event) -> None:
    served = partition()
    plan = served.tell(status(AT, 2), stranger, status(AT, 2, code="D-2"))

    assert [(item.record.offset, item.rejection.reason) for item in plan.rejected] == [(1, Reason.WRONG_TOPIC)]
    assert set(served.state) == {CODE, "D-2"}
    assert served.activity.events[stranger.data.type, "rejected"] == 1


@pytest.mark.parametrize("data", [AgencyHeartbeat(), AgencyTotals(day="2026-11-02", received=3)])
def test_what_an_agency_says_of_itself_is_heard_and_changes_no_dossier(data: AgencyHeartbeat | AgencyTotals) -> None:
    served = partition()
    plan = served.tell(event(AT, data, "H42.17"))

    assert (plan.rejected, served.state, served.processor.watermark) == ([], {}, AT)
    assert served.activity.source_last_event_at == {"/test": AT}


def test_events_after_the_horizon_have_not_happened_yet() -> None:
    processor = DossierProcessor(rulebook=RULEBOOK, clock=FixedClock(AT), horizon=AT)
    processor.commit(processor.process(records([status(AT, 2), status(AT + MINUTE, 9)])))

    assert processor.dossier(CODE) == dossier(status(AT, 2))
    assert processor.activity.events == {(STATUS, "applied"): 1, (STATUS, "later"): 1}


# -- the watermark ----------------------------------------------------------------------------------------------------


def test_the_watermark_is_the_newest_event_and_never_goes_back() -> None:
    served = partition()
    served.tell(status(AT + HOUR, 4))
    served.tell(status(AT, 2))

    assert served.processor.watermark == AT + HOUR


@pytest.mark.parametrize(("ahead", "expected"), [(5 * MINUTE, AT + 5 * MINUTE), (6 * MINUTE, AT)])
def test_an_event_from_the_future_is_applied_but_does_not_move_the_watermark(ahead: object, expected: object) -> None:
    served = partition()
    served.tell(status(AT, 2), timestamp=milliseconds(AT))
    served.tell(status(AT + ahead, 4), timestamp=milliseconds(AT))  # type: ignore[operator]

    assert served.standing(CODE).contribution.state == "in_progress"
    assert served.processor.watermark == expected


@pytest.mark.parametrize("timestamp", [-1, 2**62])
def test_a_record_with_no_or_an_absurd_timestamp_harms_nothing(timestamp: int) -> None:
    served = partition()
    served.tell(status(AT, 2), timestamp=timestamp)

    assert served.processor.watermark == AT
    assert served.activity.event_lag.sum == 0


# -- what a worker did ------------------------------------------------------------------------------------------------


def test_the_lag_is_from_arrival_to_applied() -> None:
    served = Partition(AT)
    served.tell(status(AT - HOUR, 2), timestamp=milliseconds(AT) - 1500)
    lag = served.activity.event_lag

    assert lag.sum == 1.5
    assert dict(zip(lag.bounds, lag.counts, strict=False))[2.5] == 1


def test_the_time_to_an_acknowledgement_is_from_the_earliest_status_it_covers() -> None:
    served = partition()
    served.tell(status(AT, 2), status(AT + MINUTE, 4), portal(AT + 5 * MINUTE), portal(AT + 9 * MINUTE))
    served.tell(portal(AT + DAY, Outcome.REJECTED))

    assert (served.activity.sync_ack.sum, sum(served.activity.sync_ack.counts)) == (300.0, 1)


def test_unknown_fields_are_counted() -> None:
    told = msgspec.json.decode(records([status(AT, 2)])[0].value or b"")
    told["data"] |= {"one": 1, "two": 2}
    served = partition()
    served.take([KafkaRecord(msgspec.json.encode(told), 0)])

    assert served.activity.unknown_fields == 2
    assert set(served.state) == {CODE}
