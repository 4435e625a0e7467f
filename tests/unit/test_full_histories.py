"""A subject with as many entries as it may have takes no more: the event is a dead letter, and the worker goes on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from agents.agencies.totals import Totals
from agents.agencies.totals import apply as apply_totals
from agents.dossiers.apply import apply
from agents.dossiers.dossier import Dossier, dump
from agents.facts import MOST_ENTRIES, FullError
from agents.petitions.processor import PetitionProcessor
from builders import DAY, RULEBOOK, event, local, records, status
from config.clock import FixedClock
from partition import Partition
from streams.events import (
    AgencyTotals,
    Data,
    Demand,
    DossierApology,
    DossierDemand,
    DossierExtended,
    DossierFee,
    DossierPetition,
    DossierPortal,
    DossierStatus,
    Event,
    Outcome,
    Petition,
    PetitionState,
    Status,
)
from streams.rejection import Reason

AT = local("2026-11-02 08:00")
LONGEST = "🗂" * 100  # four bytes each
LARGEST_SEQUENCE = 10**18 - 1
BROKERS_LIMIT = 1_000_000

Said = Callable[[datetime], Data]
HISTORIES: dict[str, Said] = {
    "statuses": lambda _: DossierStatus(agency=LONGEST, procedure=LONGEST, status=Status.IN_PROGRESS),
    "portal": lambda at: DossierPortal(
        outcome=Outcome.ACKNOWLEDGED, status=Status.RETURNED, due_at=at, finished_at=at, error_code="🗂" * 20
    ),
    "extensions": lambda at: DossierExtended(due_at=at),
    "apologies": lambda at: DossierApology(sent_at=at, new_due_at=at),
    "demands": lambda _: DossierDemand(what=Demand.PRESENCE),
    "petitions": lambda at: DossierPetition(petition=f"{at.timestamp():.6f}{LONGEST}"[:100]),
}


def said(count: int, what: Said) -> list[Event]:
    instants = [AT + timedelta(minutes=1, microseconds=7) * number for number in range(count)]
    return [event(at, what(at), sequence=LARGEST_SEQUENCE) for at in instants]


def full(what: Said) -> list[Event]:
    return said(MOST_ENTRIES, what)


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_takes_so_many_entries_and_nothing_of_the_next_event_is_merged(name: str) -> None:
    dossier = Dossier("D")
    *events, one_more = said(MOST_ENTRIES + 1, HISTORIES[name])
    for one in events:
        assert apply(dossier, one)
    before = dump(dossier)

    with pytest.raises(FullError):
        apply(dossier, one_more)
    assert len(getattr(dossier, name)) == MOST_ENTRIES
    assert not apply(dossier, events[17])  # what it holds already is a duplicate still
    assert dump(dossier) == before


def test_a_dossier_whose_histories_are_all_full_still_fits_into_a_record() -> None:
    dossier = Dossier(LONGEST)
    for what in HISTORIES.values():
        for one in full(what):
            apply(dossier, one)

    assert len(dump(dossier)) < BROKERS_LIMIT


def test_one_event_too_many_is_a_dead_letter_and_all_others_are_applied() -> None:
    served = Partition(AT + 30 * DAY)
    fee = event(AT, DossierFee(amount=1))
    plan = served.take(records([*said(MOST_ENTRIES + 1, HISTORIES["statuses"]), fee, status(AT, 2, code="another")]))

    (refused,) = plan.rejected
    assert (refused.record.offset, refused.rejection.reason) == (MOST_ENTRIES, Reason.TOO_MUCH)
    assert refused.rejection.detail == (
        "vn.tthc.dossier.status.v1: its subject has 1000 entries of this kind, and takes no more"
    )
    assert served.activity.events == {
        ("vn.tthc.dossier.status.v1", "applied"): MOST_ENTRIES + 1,
        ("vn.tthc.dossier.status.v1", "rejected"): 1,
        ("vn.tthc.dossier.fee.v1", "applied"): 1,
    }


def test_below_the_limit_the_order_does_not_matter() -> None:
    states = []
    for step in (1, -1):
        dossier = Dossier("D")
        for one in full(HISTORIES["statuses"])[::step]:
            apply(dossier, one)
        states.append(dump(dossier))

    assert states[0] == states[1]


def test_the_days_of_an_agencys_totals_are_so_many_at_most() -> None:
    totals = Totals("H42.17")
    *days, one_more = (event(AT, AgencyTotals(day=AT.date() + n * DAY, received=1)) for n in range(MOST_ENTRIES + 1))
    for day in days:
        apply_totals(totals, day)

    with pytest.raises(FullError):
        apply_totals(totals, one_more)
    assert len(totals.days) == MOST_ENTRIES


def test_a_petition_with_too_many_states_tells_no_dossier_of_what_is_refused() -> None:
    processor = PetitionProcessor(rulebook=RULEBOOK, clock=FixedClock(AT + DAY))
    states = [
        event(at.at, Petition(agency="H42.17", state=PetitionState.RECEIVED, dossier=f"D-{number}"), "PA-1")
        for number, at in enumerate(full(HISTORIES["demands"]))
    ]
    one_more = event(AT - DAY, Petition(agency="H42.17", state=PetitionState.RECEIVED, dossier="D-last"), "PA-1")

    plan = processor.process(records([*states, one_more]))

    assert [one.rejection.reason for one in plan.rejected] == [Reason.TOO_MUCH]
    assert [one.subject for one in plan.forwards] == [f"D-{number}" for number in range(MOST_ENTRIES)]
