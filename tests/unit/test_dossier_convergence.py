"""Any order, any repetition: the same dossier, to the byte."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dossiers.apply import _MERGE, apply
from agents.dossiers.dossier import Components, Dossier, Fee, dump, load
from agents.facts import value
from builders import CODE, DAY, HOUR, event, extended, local, portal, progress, status
from history_strategies import MAKERS, deliveries, quick, split
from streams.events import (
    DOSSIER_TYPES,
    DossierApology,
    DossierComponents,
    DossierDemand,
    DossierFee,
    DossierRating,
    DossierStatus,
    Event,
    Limit,
    LimitUnit,
    Outcome,
    Status,
    Step,
)

START = local("2026-11-02 08:00")


def stored(chunks: Iterable[Iterable[Event]]) -> dict[str, bytes]:
    """Apply chunks as the processor does: from the stored form and back to it for each chunk."""
    state: dict[str, bytes] = {}
    for chunk in chunks:
        dossiers: dict[str, Dossier] = {}
        for one in chunk:
            code = one.subject
            if code not in dossiers:
                dossiers[code] = load(state[code]) if code in state else Dossier(code)
            apply(dossiers[code], one)
        state |= {code: dump(facts) for code, facts in dossiers.items()}
    return state


@given(deliveries(), st.data())
@quick
def test_any_order_any_repetition_and_any_chunks_end_in_the_same_bytes(
    delivery: tuple[list[Event], list[Event]], data: st.DataObject
) -> None:
    history, delivered = delivery
    ordered = sorted(history, key=lambda one: (one.at, one.sequence))

    assert stored(data.draw(split(delivered))) == stored([ordered])


@given(deliveries())
@quick
def test_a_repeated_event_says_nothing_new(delivery: tuple[list[Event], list[Event]]) -> None:
    history, delivered = delivery
    dossiers = {one.subject: Dossier(one.subject) for one in history}
    for one in delivered:
        apply(dossiers[one.subject], one)

    assert not any(apply(dossiers[one.subject], one) for one in delivered)


@given(deliveries())
@quick
def test_apply_says_that_it_changed_something_exactly_when_the_stored_form_changes(
    delivery: tuple[list[Event], list[Event]],
) -> None:
    dossiers = {one.subject: Dossier(one.subject) for one in delivery[0]}
    for one in delivery[1]:
        before = dump(dossiers[one.subject])
        assert apply(dossiers[one.subject], one) == (dump(dossiers[one.subject]) != before)


@given(deliveries())
@quick
def test_a_stored_dossier_is_read_as_it_was(delivery: tuple[list[Event], list[Event]]) -> None:
    dossiers = {one.subject: Dossier(one.subject) for one in delivery[0]}
    for one in delivery[1]:
        apply(dossiers[one.subject], one)

    assert all(load(dump(facts)) == facts for facts in dossiers.values())


def test_every_type_of_dossier_event_has_a_way_to_be_merged() -> None:
    assert set(_MERGE) == set(DOSSIER_TYPES) == {type(make(1, 1)) for make in MAKERS}


def test_every_field_of_the_contract_is_a_register_of_the_dossier_or_handled_apart() -> None:
    assert set(DossierComponents.__struct_fields__) == set(Components.__struct_fields__)
    assert set(DossierFee.__struct_fields__) == set(Fee.__struct_fields__)
    assert set(DossierStatus.__struct_fields__) - set(Dossier.__struct_fields__) == {"status"}


def applied(*events: Event) -> Dossier:
    facts = Dossier(CODE)
    for one in events:
        apply(facts, one)
    return facts


def both_ways(*events: Event) -> Dossier:
    forward, backward = applied(*events), applied(*reversed(events))
    assert dump(forward) == dump(backward)
    return forward


def test_of_two_values_of_one_instant_the_one_of_the_higher_sequence_counts() -> None:
    later = status(START, 2, due_at=START + DAY, sequence=2)
    facts = both_ways(status(START, 2, due_at=START + 9 * DAY, sequence=1), later)

    assert value(facts.due_at) == START + DAY


def test_of_two_values_of_one_instant_and_sequence_the_greater_counts() -> None:
    facts = both_ways(status(START, 2, due_at=START + DAY), status(START, 2, due_at=START + 2 * DAY))

    assert value(facts.due_at) == START + 2 * DAY


def test_of_two_statuses_of_one_instant_the_one_of_the_higher_sequence_is_the_latest() -> None:
    assert both_ways(status(START, 5, sequence=1), status(START, 4, sequence=2)).status == Status.IN_PROGRESS
    assert both_ways(status(START, 4), status(START, 5)).status == Status.SUPPLEMENT_REQUESTED


def test_an_absent_field_leaves_what_was_said_before() -> None:
    due_at = START + 5 * DAY
    facts = both_ways(status(START, 2, due_at=due_at), status(START + HOUR, 4))

    assert value(facts.due_at) == due_at


def test_an_extension_is_kept_beside_the_appointment_and_forgets_neither() -> None:
    given = status(START, 2, due_at=START + DAY)
    moved, again = extended(START + HOUR, START + 3 * DAY), extended(START + 2 * HOUR, START + 5 * DAY)
    facts = both_ways(given, moved, again)

    assert value(facts.due_at) == START + DAY
    assert facts.extensions == [(START + HOUR, START + 3 * DAY), (START + 2 * HOUR, START + 5 * DAY)]


def test_the_limit_promised_first_is_the_one_that_is_kept() -> None:
    hours, days = Limit(amount=8, unit=LimitUnit.HOURS), Limit(amount=3, unit=LimitUnit.DAYS)
    facts = both_ways(status(START, 1), status(START + HOUR, 2, limit=hours), status(START + DAY, 4, limit=days))

    assert facts.limit == (START + HOUR, 0, (8, "hours"))


def test_the_agency_that_a_progress_message_is_read_from_yields_to_any_that_was_said() -> None:
    guessed = progress(START + DAY, 4, agency="H42.18")

    assert value(applied(guessed).agency) == "H42.18"
    assert value(both_ways(status(START, 2, agency="H42.17"), guessed).agency) == "H42.17"


def test_false_and_zero_are_values_and_not_absences() -> None:
    facts = both_ways(
        event(START, DossierFee(payable_online=True, amount=50_000)),
        event(START + HOUR, DossierFee(payable_online=False, amount=0)),
        event(START, DossierRating(liked=True)),
        event(START + HOUR, DossierRating(liked=False)),
    )

    assert (value(facts.fee.payable_online), value(facts.fee.amount), value(facts.rating)) == (False, 0, False)


def test_messages_to_the_portal_are_a_ledger_that_forgets_nothing() -> None:
    facts = both_ways(portal(START, Outcome.SENT), portal(START, Outcome.REJECTED), portal(START, Outcome.ACKNOWLEDGED))

    assert [entry.outcome for entry in facts.portal] == ["acknowledged", "rejected", "sent"]


@pytest.mark.parametrize(
    ("data", "field", "expected"),
    [
        (DossierApology(sent_at=START, new_due_at=START + DAY), "apologies", [(START, START + DAY)]),
        (DossierApology(sent_at=START), "apologies", [(START,)]),
        (DossierDemand(what="photo"), "demands", [(START, "photo")]),  # type: ignore[arg-type]
    ],
)
def test_a_fact_that_can_happen_again_is_kept_in_a_history(data: object, field: str, expected: object) -> None:
    assert getattr(applied(event(START, data)), field) == expected  # type: ignore[arg-type]


def test_a_step_and_a_limit_are_kept_as_plain_values() -> None:
    limit, step = Limit(amount=3, unit=LimitUnit.WORKING_DAYS), Step(name="Thẩm định", due_at=START + DAY)
    facts = load(dump(applied(status(START, 4, limit=limit, step=step))))

    assert (value(facts.limit), value(facts.step)) == ((3, "working_days"), ("Thẩm định", START + DAY))


def test_a_field_added_at_the_end_of_the_record_leaves_old_stored_forms_readable() -> None:
    facts = applied(status(START, 2), portal(START + timedelta(seconds=3)))
    without_the_last_three = msgspec.msgpack.decode(dump(facts))[:-3]  # as if rating, components and fee were new

    assert load(msgspec.msgpack.encode(without_the_last_three)) == facts
