"""Partitions of procedures and of petitions: any order, any repetition, any crash end in the same state and numbers."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from subject_strategies import PETITIONS, PROCEDURES, USAGE, told_of

from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from agents.subjects.processor import SubjectProcessor
from builders import DAY, HOUR, KafkaRecord, local, milliseconds, policy, records, rulebook_of, status
from config.policy import ByIssuer
from config.spans import span
from history_strategies import START, deliveries, quick, split
from streams.chunk import Reach
from streams.events import Event
from streams.rejection import Reason
from support.petitions import PETITION, PROCEDURE, catalogued, said, used
from support.subjects import SubjectPartition, counted_from_scratch

Kind = type[SubjectProcessor[Any]]
Delivery = tuple[list[Event], list[Event]]

KINDS: list[tuple[Kind, st.SearchStrategy[Delivery]]] = [
    (ProcedureProcessor, deliveries(told_of(PROCEDURES | USAGE))),
    (PetitionProcessor, deliveries(told_of(PETITIONS))),
]
# Half of the ends are in the next year, when windows have rolled over.
INSTANTS = st.integers(-48, 12 * 24).map(lambda hours: START + timedelta(hours=hours))
ENDS = st.integers(13 * 24, 110 * 24).map(lambda hours: START + timedelta(hours=hours))
both = pytest.mark.parametrize(("kind", "told"), KINDS, ids=["procedures", "petitions"])


def assert_never_drifted(served: SubjectPartition) -> None:
    assert (served.counts, served.violations) == counted_from_scratch(served.processor)


@both
@given(data=st.data())
@quick
def test_any_order_and_any_repetition_end_in_the_same_state_and_the_same_numbers(
    kind: Kind, told: st.SearchStrategy[Delivery], data: st.DataObject
) -> None:
    history, delivered = data.draw(told)
    end = data.draw(ENDS)
    served, at_once = SubjectPartition(kind, START), SubjectPartition(kind, START)
    for chunk in data.draw(split(delivered)):
        served.tell(*chunk)
        served.advance(data.draw(INSTANTS), reach=data.draw(st.sampled_from(Reach)))
    at_once.tell(*history)
    for partition in (served, at_once):
        partition.advance(end)

    assert served.state == at_once.state
    assert served.counts == at_once.counts
    assert served.violations == at_once.violations
    assert_never_drifted(served)


@both
@given(data=st.data())
@quick
def test_the_numbers_never_drift_from_a_count_from_scratch(
    kind: Kind, told: st.SearchStrategy[Delivery], data: st.DataObject
) -> None:
    served = SubjectPartition(kind, START)
    for chunk in data.draw(split(data.draw(told)[1])):
        served.tell(*chunk)
        assert_never_drifted(served)
        served.advance(
            data.draw(INSTANTS | ENDS), reach=data.draw(st.sampled_from(Reach)), quiet=data.draw(st.booleans())
        )
        assert_never_drifted(served)


@both
@given(data=st.data())
@quick
def test_a_crash_anywhere_ends_in_the_same_state_and_the_same_numbers(
    kind: Kind, told: st.SearchStrategy[Delivery], data: st.DataObject
) -> None:
    end, log = data.draw(ENDS), records(data.draw(told)[1])
    served, undisturbed = SubjectPartition(kind, START), SubjectPartition(kind, START)
    told_others, to_be_told = [], undisturbed.take(log).forwards
    while served.processor.position + 1 < len(log):
        start = served.processor.position + 1
        chunk = log[start : start + data.draw(st.integers(1, 8))]
        match data.draw(st.sampled_from(("commit", "commit", "crash before writing", "crash after writing"))):
            case "commit":
                told_others += served.take(chunk).forwards
                served.advance(data.draw(INSTANTS), reach=data.draw(st.sampled_from(Reach)))
            case "crash before writing":
                served.processor.process(chunk)
                served.restart(compacted=data.draw(st.booleans()))
            case "crash after writing":
                plan = served.processor.process(chunk)
                served.changelog += plan.changelog
                told_others += plan.forwards
                served.restart(compacted=data.draw(st.booleans()))
    for partition in (served, undisturbed):
        partition.advance(end)

    assert served.state == undisturbed.state
    assert served.processor.watermark == undisturbed.processor.watermark
    assert (served.counts, served.violations) == (undisturbed.counts, undisturbed.violations)
    assert told_others == to_be_told


# -- one by one -------------------------------------------------------------------------------------------------------


def test_what_belongs_to_another_topic_is_refused() -> None:
    for kind, other in [(ProcedureProcessor, said(START, "received")), (PetitionProcessor, catalogued())]:
        served = SubjectPartition(kind, START)
        plan = served.tell(other, status(START, 2))

        assert [one.rejection.reason for one in plan.rejected] == [Reason.WRONG_TOPIC] * 2
        assert (len(served.processor), served.processor.watermark) == (0, None)
        assert served.activity.dead_letters == {"wrong_topic": 2}


def test_the_refusal_says_what_does_not_belong_where() -> None:
    plan = SubjectPartition(PetitionProcessor, START).tell(catalogued())

    assert plan.rejected[0].rejection.detail == "vn.tthc.procedure.v1 does not belong among petition events"


def test_what_cannot_be_read_is_refused_and_the_rest_of_the_chunk_applied() -> None:
    served = SubjectPartition(ProcedureProcessor, START)
    plan = served.take([KafkaRecord(b"?", 0), *records([catalogued()], 1)])

    assert [one.rejection.reason for one in plan.rejected] == [Reason.MALFORMED]
    assert len(served.processor) == 1


def test_an_event_of_a_subject_that_lives_in_another_partition_goes_there_and_changes_nothing_here() -> None:
    served = SubjectPartition(PetitionProcessor, START, lives_here=lambda code: code == PETITION)
    elsewhere = said(START, "received", code="PAKN-2", dossier="D-1")
    plan = served.tell(said(START, "received"), elsewhere)

    assert plan.forwards == [elsewhere]
    assert served.state.keys() == {PETITION}
    assert served.activity.events["vn.tthc.petition.v1", "forwarded"] == 1


def test_what_was_said_again_is_a_duplicate_and_nothing_is_written_of_it() -> None:
    served = SubjectPartition(ProcedureProcessor, START)
    served.tell(catalogued())
    plan = served.tell(catalogued())

    assert [key for key, _ in plan.changelog] == [b"p"]
    assert served.activity.events["vn.tthc.procedure.v1", "duplicate"] == 1


def test_events_beyond_the_horizon_have_not_happened_yet() -> None:
    served = SubjectPartition(PetitionProcessor, START, horizon=START)
    served.tell(said(START + HOUR, "received"))

    assert len(served.processor) == 0
    assert served.activity.events["vn.tthc.petition.v1", "later"] == 1


def test_the_watermark_follows_what_upstream_says_and_not_what_the_monitor_says_to_itself() -> None:
    served = SubjectPartition(ProcedureProcessor, START)
    served.tell(catalogued(at="2026-03-01 08:00"), used("2026-06-01", at="2026-06-01 08:00"))

    assert served.processor.watermark == local("2026-03-01 08:00")
    assert served.activity.source_last_event_at == {"/test": local("2026-03-01 08:00")}


def test_an_event_from_the_future_does_not_move_the_watermark() -> None:
    served = SubjectPartition(PetitionProcessor, START)
    served.tell(said(START + HOUR, "received"), timestamp=milliseconds(START))

    assert (len(served.processor), served.processor.watermark) == (1, None)


def test_while_events_wait_lateness_is_judged_at_the_watermark() -> None:
    served = SubjectPartition(PetitionProcessor, START)
    served.tell(said(START, "received"))
    served.advance(START + 90 * DAY, reach=Reach.BEHIND)
    assert served.violations == {}
    assert served.processor.catching_up

    served.advance(START + 90 * DAY)
    assert served.violations == {("H42.17", "processing_missing"): 1}
    assert not served.processor.catching_up


def test_a_subject_is_judged_again_when_its_instant_comes_and_once_only() -> None:
    served = SubjectPartition(PetitionProcessor, START)
    served.tell(said(START, "received"))
    for days in range(60):
        served.advance(START + days * DAY)

    assert served.count("petitions_overdue", "quarter") == 1
    assert served.violations == {("H42.17", "processing_missing"): 1}


def test_a_tombstone_removes_a_subject_from_state_and_numbers() -> None:
    served = SubjectPartition(ProcedureProcessor, START)
    served.tell(catalogued(fee=True))
    served.advance(START)
    served.processor.load(b"c" + PROCEDURE.encode(), None)
    served.processor.recount()

    assert (served.state, served.counts) == ({}, {})


def test_another_policy_is_followed_from_the_next_tick_on_but_for_what_was_met_before() -> None:
    lax = ByIssuer(province=span("30wd"), ministry=span("30wd"))
    decided = {"decided_at": "2026-10-19 00:00", "at": "2026-10-19 08:00"}
    served = SubjectPartition(ProcedureProcessor, START)
    served.tell(catalogued(**decided), catalogued(published_at="2026-10-30 00:00", code="other", **decided))
    served.advance(START)
    assert served.violations == {("H42", "publication_missing"): 1, ("H42", "publication_late"): 1}

    served.processor.rule_by(rulebook_of([policy(), policy("2026-10-01", publication_within=lax)]))
    served.advance(START + timedelta(seconds=1))
    assert served.violations == {}


def test_a_law_that_takes_effect_is_followed_without_anybody_saying_so() -> None:
    strict = ByIssuer(province=span("100wd"), ministry=span("100wd"))
    rulebook = rulebook_of([policy(), policy("2026-11-10", announcement_before=strict)])
    served = SubjectPartition(ProcedureProcessor, START, rulebook=rulebook)
    served.tell(catalogued(effective_at="2027-01-15 00:00", at="2026-11-01 08:00"))
    served.advance(datetime.fromisoformat("2026-11-09T23:59:59+07:00"))
    assert served.violations == {}

    served.advance(datetime.fromisoformat("2026-11-10T00:00:00+07:00"))
    assert served.violations == {("H42", "announcement_missing"): 1}


def test_an_owner_that_takes_over_knows_what_was_late_while_a_backlog_waits() -> None:
    served = SubjectPartition(PetitionProcessor, START)
    served.tell(said(START, "received"))
    served.advance(START + 60 * DAY)
    served.tell(said(START + 60 * DAY, "received", code="PAKN-2"))
    served.restart()

    assert served.violations == {("H42.17", "processing_missing"): 1}
    served.advance(START + 61 * DAY, reach=Reach.BEHIND)
    assert served.violations == {("H42.17", "processing_missing"): 1}
