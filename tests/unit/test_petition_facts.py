"""What is said of a petition, in any order and however often: the same record, to the byte; and how it stands."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.expectations import Verdict
from agents.facts import value
from agents.petitions.apply import apply
from agents.petitions.petition import STATES, Petition, dump, load
from agents.petitions.rules import petition_processing, petition_publication
from agents.petitions.standing import standing_of
from builders import MICROSECOND, RULEBOOK, event, local
from history_strategies import instant, quick
from streams import events
from streams.events import Event, PetitionKind, PetitionState
from support.petitions import PETITION, catalogued, petition, said, standing

LATE_AT = local("2026-12-31 12:00")


def _event(place: int, number: int) -> Event:
    state = STATES[number % 6]
    data = events.Petition(
        agency=f"H42.{17 + number % 2}",
        state=state,
        kind=tuple(PetitionKind)[number % 2] if number % 3 else None,
        disliked=bool(number % 2) if number % 5 else None,
        repeated=True if number % 7 == 0 else None,
        dossier=f"H42.17-261102-{number % 3:04}" if number % 4 == 0 else None,
    )
    return Event(source="/test", id=str(place), at=instant(place), subject=PETITION, data=data, sequence=number % 3)


HISTORIES = st.lists(st.builds(_event, st.integers(0, 95), st.integers(0, 999)), min_size=1, max_size=12)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    """Return a history, and the same in another order with some events repeated."""
    history = draw(HISTORIES)
    return history, draw(st.permutations(history + history[: draw(st.integers(0, len(history)))]))


@given(deliveries())
@quick
def test_any_order_and_any_repetition_end_in_the_same_bytes(delivery: tuple[list[Event], list[Event]]) -> None:
    history, delivered = delivery
    facts = petition(*delivered)

    assert dump(facts) == dump(petition(*history))
    assert load(dump(facts)) == facts
    assert not any(apply(facts, one) for one in delivered)


@given(deliveries())
@quick
def test_apply_says_that_it_changed_something_exactly_when_the_stored_form_changes(
    delivery: tuple[list[Event], list[Event]],
) -> None:
    facts = Petition(PETITION)
    for one in delivery[1]:
        before = dump(facts)
        assert apply(facts, one) == (dump(facts) != before)


@given(HISTORIES, st.integers(-20, 3000))
@quick
def test_a_judgement_holds_until_the_instant_it_gives(history: list[Event], hours: int) -> None:
    facts, at = petition(*history), instant(0) + timedelta(hours=hours)
    before = standing(facts, at)
    changes_at = before.judgement.next_at
    until = at + timedelta(days=400) if changes_at is None else changes_at - MICROSECOND

    assert _verdicts(facts, until) == _verdicts(facts, at)
    assert changes_at is None or changes_at > at


def _verdicts(facts: Petition, at: object) -> list[tuple[str, Verdict]]:
    """Return the verdicts; the due instant of what is open may move with a new calendar, so it is left out."""
    return [(one.rule, one.verdict) for one in standing(facts, at).judgement.judged]  # type: ignore[arg-type]


def test_the_places_of_the_states_are_what_is_stored_and_stay() -> None:
    assert STATES == ("received", "refused", "supplement", "processing", "processed", "published")
    assert set(STATES) == set(PetitionState)


def test_of_states_said_of_one_day_only_the_one_furthest_on_is_the_latest() -> None:
    day = "2026-03-02 00:00"

    assert petition(said(day, "processed"), said(day, "received"), said(day, "processing")).state == "processed"


def test_a_state_of_a_higher_sequence_is_the_later_one() -> None:
    day = "2026-03-02 00:00"

    assert petition(said(day, "processed", sequence=1), said(day, "processing", sequence=2)).state == "processing"


def test_what_was_said_last_counts_and_what_is_absent_stays() -> None:
    facts = petition(
        said("2026-03-05 08:00", "processed", agency="H42.18", disliked=False),
        said("2026-03-02 08:00", "received", kind=PetitionKind.STAFF, disliked=True, dossier="H42.17-260302-0001"),
    )

    assert (value(facts.agency), value(facts.kind)) == ("H42.18", "staff")
    assert (value(facts.disliked), value(facts.dossier)) == (False, "H42.17-260302-0001")


def test_a_field_added_at_the_end_of_the_record_leaves_old_stored_forms_readable() -> None:
    facts = petition(said("2026-03-02 08:00", "received"))
    without_the_last_two = msgspec.msgpack.decode(dump(facts))[:-2]

    assert load(msgspec.msgpack.encode(without_the_last_two)) == facts


def test_an_event_about_something_else_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="not about a petition"):
        apply(Petition(PETITION), catalogued())


def test_a_petition_of_which_nothing_is_known_stands_nowhere() -> None:
    assert standing_of(Petition(PETITION), LATE_AT, RULEBOOK) is None


def test_a_petition_stands_at_its_agency_and_in_its_latest_state() -> None:
    facts = petition(said("2026-03-02 08:00", "received"), said("2026-03-03 08:00", "processing", agency="H42.18"))
    stands = standing(facts, LATE_AT)

    assert stands[:2] == ("H42.18", "processing")
    assert [(one.rule, one.verdict) for one in stands.judgement.missed] == [("petition-processing", Verdict.MISSED)]


def test_a_state_that_is_said_to_lie_ahead_is_looked_at_again_when_it_comes() -> None:
    facts = petition(said("2026-03-02 08:00", "received"), said("2026-03-04 08:00", "processed"))
    judgement = standing(facts, local("2026-03-03 08:00")).judgement

    assert judgement.verdict(petition_processing.RULE) is Verdict.WAITING
    assert judgement.next_at == local("2026-03-04 08:00")
    judgement = standing(facts, judgement.next_at).judgement
    assert judgement.verdict(petition_processing.RULE) is Verdict.MET
    assert judgement.verdict(petition_publication.RULE) is Verdict.WAITING


def test_an_instant_no_calendar_knows_is_judged_and_not_a_crash() -> None:
    far = event(local("2199-12-30 08:00"), events.Petition(agency="H42.17", state=PetitionState.RECEIVED), PETITION)

    assert standing(petition(far), LATE_AT).judgement.missed == ()
