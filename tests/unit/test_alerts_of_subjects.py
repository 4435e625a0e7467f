"""Petitions and procedures alert as dossiers do: by what is overdue, and is not merely history."""

from datetime import datetime

import pytest

from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from agents.rules import ALL_RULES
from builders import DAY, HOUR, local, policy, rulebook_of
from config.alert_rules import CAN_ALERT, DEFAULT
from streams.alerts import SubjectKind
from streams.chunk import Reach
from streams.events import Event
from support.alerts import assert_well_told, say, say_all, steps
from support.petitions import PETITION, PROCEDURE, catalogued, said
from support.subjects import SubjectPartition

MONDAY = local("2026-03-02 08:00")
NOW = local("2026-05-04 08:00")


def petitions(*told: Event, now: datetime = NOW) -> SubjectPartition:
    return served_by(PetitionProcessor, *told, now=now)


def served_by(kind: type, *told: Event, now: datetime = NOW) -> SubjectPartition:
    served = SubjectPartition(kind, now)
    served.tell(*told)
    served.advance(now)
    return served


def test_a_petition_that_is_not_answered_in_time_is_told_until_it_is() -> None:
    served = petitions(said(MONDAY, "received"), now=MONDAY)
    told = say(served)
    assert told == []
    served.advance(NOW)
    told += say(served)
    served.tell(said(NOW, "processed"))
    told += say(served)

    assert steps(told) == [
        (PETITION, "petition-processing", "raised"),
        (PETITION, "petition-processing", "resolved"),
    ]
    (due_at,) = {one.data.due_at for one in told}
    assert {(one.data.kind, one.data.agency, one.data.severity) for one in told} == {
        (SubjectKind.PETITION, "H42.17", "warning")
    }
    assert {one.data.since for one in told} == {due_at}
    assert served.activity.alerts == {("petition-processing", "raised"): 1, ("petition-processing", "resolved"): 1}


def test_a_procedure_is_told_until_it_is_published_or_abolished() -> None:
    for ends in ({"published_at": "2026-05-04 08:00"}, {"abolished_at": "2026-05-04 08:00"}):
        decided = {"decided_at": "2026-03-02 00:00", "announced_at": "2026-03-02 00:00", "at": "2026-03-02 08:00"}
        served = served_by(ProcedureProcessor, catalogued(**decided))
        told = say(served)
        served.tell(catalogued(**(decided | ends | {"at": "2026-05-04 08:00"})))
        told += say(served)

        assert steps(told) == [
            (PROCEDURE, "procedure-publication", "raised"),
            (PROCEDURE, "procedure-publication", "resolved"),
        ]


def test_what_is_history_when_a_procedure_is_first_heard_of_alerts_nobody() -> None:
    decided = "2025-06-02 00:00"
    for heard, told in [("2025-06-03 08:00", ["procedure-publication"]), ("2026-03-02 08:00", [])]:
        served = served_by(ProcedureProcessor, catalogued(decided_at=decided, announced_at=decided, at=heard))
        assert [one.data.rule for one in say(served)] == told


def test_nothing_is_told_while_a_partition_catches_up_and_what_is_old_pages_nobody() -> None:
    served = petitions(said(MONDAY, "received"))
    served.advance(NOW, reach=Reach.BEHIND)
    assert say(served) == []
    served.advance(NOW + HOUR)

    assert [one.data.backfill for one in say(served)] == [True]


def test_a_live_event_about_what_is_long_overdue_pages() -> None:
    served = petitions(said(MONDAY, "received"), said(MONDAY, "processed", code="PAKN-2"))
    told = say_all(served)
    served.tell(said(NOW, "processing", code="PAKN-3"), said(MONDAY, "received", code="PAKN-3"))
    told += say_all(served)

    assert {one.subject: one.data.backfill for one in told if one.data.rule == "petition-processing"} == {
        PETITION: True,
        "PAKN-3": False,
    }


def test_a_new_owner_goes_on_where_the_one_before_it_stopped() -> None:
    served = petitions(said(MONDAY, "received"), said(MONDAY, "received", code="PAKN-2"))
    told = say(served)
    served.restart(compacted=True)
    served.advance(NOW + DAY)
    assert say(served) == []
    served.tell(said(NOW + DAY, "processed"))
    told += say(served)

    assert set(assert_well_told(told)) == {"petition-processing/PAKN-2"}


def test_another_policy_resolves_what_alerts_no_more() -> None:
    served = petitions(said(MONDAY, "received"))
    say(served)
    served.processor.rule_by(rulebook_of([policy(alerts=frozenset())]))
    served.advance(NOW + HOUR)

    assert steps(say(served)) == [(PETITION, "petition-processing", "resolved")]


# -- which rules there are --------------------------------------------------------------------------------------------


def test_every_rule_alerts_but_those_that_nothing_obliges_an_agency_to() -> None:
    assert {one.id for one in ALL_RULES} - CAN_ALERT == {"petition-refusal", "petition-ask-back"}
    assert {one.id for one in ALL_RULES} >= CAN_ALERT


@pytest.mark.parametrize("state", ["refused", "supplement"])
def test_what_nothing_obliges_an_agency_to_is_never_overdue(state: str) -> None:
    for days in range(0, 80, 7):
        served = petitions(said(MONDAY, "received"), said(MONDAY + days * DAY, state), now=MONDAY + 90 * DAY)
        assert {one.data.rule for one in say(served)} <= DEFAULT
