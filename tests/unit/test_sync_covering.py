"""Which facts an acknowledgement covers: by the status it names, or all; held against the rule as it is written."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dossiers.sync import Reported, answered_by, claims, reported, unsynced_since
from builders import DAY, HOUR, MICROSECOND, MINUTE, dossier, event, local, portal, status
from history_strategies import quick
from streams.events import DossierPortal, DossierStatus, Event, Outcome, Status
from support.sync_histories import histories

AT = local("2026-11-02 08:00")  # a Monday
TUESDAY, WEDNESDAY = AT + DAY, AT + 2 * DAY
RECEIVED, ASKED, WORKED, FINISHED = status(AT, 2), status(TUESDAY, 5), status(WEDNESDAY, 4), status(AT + 3 * DAY, 9)


def told(at: datetime, code: int | None = None, outcome: Outcome = Outcome.ACKNOWLEDGED) -> Event:
    return event(at, DossierPortal(outcome=outcome, status=None if code is None else Status(code)))


@pytest.mark.parametrize(
    ("events", "since"),
    [
        ([RECEIVED, told(AT + MINUTE, 2)], None),
        ([RECEIVED, ASKED, told(TUESDAY + MINUTE, 5)], None),  # a later status stands for those before it
        ([RECEIVED, ASKED, told(TUESDAY + MINUTE, 2)], TUESDAY),  # an earlier one does not for those after it
        ([RECEIVED, ASKED, told(TUESDAY + MINUTE, 9)], AT),  # what the agency never said covers nothing
        ([RECEIVED, ASKED, told(AT + MINUTE, 2), told(TUESDAY + MINUTE, 9)], TUESDAY),
        ([RECEIVED, ASKED, told(TUESDAY + MINUTE)], None),  # one that names no status covers all up to its instant
        ([RECEIVED, ASKED, told(AT + MINUTE)], TUESDAY),
        ([RECEIVED, ASKED, told(TUESDAY - MICROSECOND, 5)], AT),  # before the agency said it
        ([RECEIVED, ASKED, told(TUESDAY, 5)], None),
        ([RECEIVED, ASKED, told(TUESDAY + MINUTE, 5), told(TUESDAY + HOUR, 2)], None),  # what it knew it still knows
        ([RECEIVED, ASKED, WORKED, status(AT + 3 * DAY, 5), told(WEDNESDAY + HOUR, 5)], WEDNESDAY),  # the first 5
        ([RECEIVED, ASKED, WORKED, FINISHED, told(FINISHED.at, 9)], None),
        ([status(AT, 2, sequence=1), status(AT, 4, sequence=2), told(AT, 2)], AT),
        ([status(AT, 1), told(AT, 1), status(AT + HOUR, 2)], AT + HOUR),
    ],
)
def test_it_covers_up_to_the_agencys_latest_statement_of_the_status_it_names(
    events: list[Event], since: datetime | None
) -> None:
    assert unsynced_since(dossier(*events)) == since
    assert unsynced_since(dossier(*reversed(events))) == since


def test_of_each_fact_it_is_known_when_it_was_covered_and_when_it_was_named() -> None:
    found = reported(dossier(RECEIVED, ASKED, WORKED, told(AT + MINUTE, 2), told(WEDNESDAY + MINUTE, 4)))

    assert found == [
        Reported(WEDNESDAY, 4, WEDNESDAY + MINUTE, WEDNESDAY + MINUTE),
        Reported(TUESDAY, 5, WEDNESDAY + MINUTE, None),
        Reported(AT, 2, AT + MINUTE, AT + MINUTE),
    ]


def test_an_acknowledgement_that_names_no_status_voids_what_was_claimed_before() -> None:
    events = (told(AT, 9), told(AT + HOUR), told(TUESDAY, 5, Outcome.SENT), told(WEDNESDAY, 4))

    assert [(claim.at, claim.status) for claim in claims(dossier(*events))] == [(WEDNESDAY, 4), (AT + HOUR, 0)]
    assert claims(dossier(RECEIVED)) == []


def test_the_portals_last_answer_is_no_message_that_was_only_sent() -> None:
    facts = dossier(told(AT), portal(AT + HOUR, Outcome.REJECTED), portal(TUESDAY, Outcome.SENT))

    assert answered_by(facts, AT, WEDNESDAY) is Outcome.REJECTED
    assert answered_by(facts, AT, AT + MINUTE) is Outcome.ACKNOWLEDGED
    assert answered_by(facts, AT + HOUR + MICROSECOND, WEDNESDAY) is None


# -- the rule as it is written, in another way ------------------------------------------------------------------------


def coverage(events: Sequence[Event]) -> list[tuple[datetime, int, datetime | None]]:
    """Return each status in order, with when it was first covered."""
    statuses = sorted(
        {(one.at, one.sequence, one.data.status) for one in events if isinstance(one.data, DossierStatus)}
    )
    covered: list[tuple[datetime, int, datetime | None]] = []
    for place, (at, _, code) in enumerate(statuses):
        since = []
        for one in events:
            if not isinstance(one.data, DossierPortal) or one.data.outcome is not Outcome.ACKNOWLEDGED:
                continue
            named = one.data.status
            said = [n for n, (said_at, _, said) in enumerate(statuses) if said == named and said_at <= one.at]
            if at <= one.at if named is None else bool(said) and max(said) >= place:
                since.append(one.at)
        covered.append((at, code, min(since, default=None)))
    return covered


@quick
@given(histories(dated=False), st.randoms(use_true_random=False))
def test_it_is_covered_as_the_rule_says(events: list[Event], shuffled: object) -> None:
    found = coverage(events)
    shuffled.shuffle(events)  # type: ignore[attr-defined]
    facts = dossier(*events)

    assert [fact[:3] for fact in reversed(reported(facts))] == found
    waiting = [at for at, code, covered_at in found if covered_at is None and code != Status.SUBMITTED]
    assert unsynced_since(facts) == min(waiting, default=None)
