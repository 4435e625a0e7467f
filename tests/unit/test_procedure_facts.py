"""What is said of a procedure, in any order and however often: the same record, to the byte; and how it stands."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.expectations import Verdict
from agents.facts import value
from agents.procedures.apply import apply
from agents.procedures.issuer import Issuer, issuer_of
from agents.procedures.procedure import REGISTERS, Procedure, dump, load
from agents.procedures.standing import standing_of
from builders import MICROSECOND, RULEBOOK, local
from event_strategies import structs
from history_strategies import instant, quick
from streams import events
from streams.events import Event, Limit, LimitUnit, Portal, Usage
from support.petitions import LONG_AFTER, PROCEDURE, catalogued, procedure, said, standing, used

USAGE = st.builds(
    events.ProcedureUsage,
    agency=st.sampled_from(("H42.17", "H42.18")),
    kind=st.sampled_from(Usage),
    partition=st.integers(0, 1),
    day=st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 3)),
)
HISTORIES = st.lists(
    st.builds(
        Event,
        source=st.just("/test"),
        id=st.just("1"),
        at=st.integers(0, 9).map(instant),
        subject=st.just(PROCEDURE),
        data=structs(events.Procedure) | USAGE,
        sequence=st.integers(0, 2),
    ),
    min_size=1,
    max_size=6,
)


@given(HISTORIES, st.data())
@settings(quick, max_examples=100)
def test_any_order_and_any_repetition_end_in_the_same_bytes(history: list[Event], data: st.DataObject) -> None:
    delivered = data.draw(st.permutations(history + history[: data.draw(st.integers(0, len(history)))]))
    facts = procedure(*delivered)

    assert dump(facts) == dump(procedure(*history))
    assert load(dump(facts)) == facts
    assert not any(apply(facts, one) for one in delivered)


@given(HISTORIES)
@settings(quick, max_examples=100)
def test_apply_says_that_it_changed_something_exactly_when_the_stored_form_changes(history: list[Event]) -> None:
    facts = Procedure(PROCEDURE)
    for one in history:
        before = dump(facts)
        assert apply(facts, one) == (dump(facts) != before)


_DAYS = st.none() | st.integers(0, 80).map(lambda days: local("2026-01-01 00:00") + timedelta(days=days))
_DATES = st.fixed_dictionaries(
    dict.fromkeys(("effective_at", "decided_at", "announced_at", "published_at", "abolished_at"), _DAYS)
)


@given(_DATES, st.integers(-160, 150 * 24))  # under one version of the calendar, that of 25 December 2025
@quick
def test_a_judgement_holds_until_the_instant_it_gives(dates: dict[str, object], hours: int) -> None:
    facts, at = procedure(catalogued(**dates)), local("2026-01-01 00:00") + timedelta(hours=hours)
    before = standing(facts, at).judgement
    until = LONG_AFTER if before.next_at is None else before.next_at - MICROSECOND
    after = standing(facts, until).judgement

    assert before.next_at is None or before.next_at > at
    assert [one[:2] for one in after.judged] == [one[:2] for one in before.judged]


def test_every_field_of_the_contract_is_a_register() -> None:
    assert set(REGISTERS) == set(events.Procedure.__struct_fields__)


def test_a_correction_said_later_counts_and_what_is_absent_stays() -> None:
    facts = procedure(
        catalogued(at="2026-03-03 08:00", announced_at="2026-02-27 00:00", fee=False),
        catalogued(at="2026-03-02 08:00", announced_at="2026-03-01 00:00", fee=True, parts_missing=["fee", "form"]),
    )

    assert (value(facts.announced_at), value(facts.fee)) == (local("2026-02-27 00:00"), False)
    assert value(facts.parts_missing) == ("fee", "form")


def test_a_list_is_a_set_and_an_empty_one_is_a_value() -> None:
    both = procedure(catalogued(listed_on=[Portal.PROVINCIAL, Portal.NATIONAL, Portal.NATIONAL]))
    none = procedure(catalogued(listed_on=[Portal.NATIONAL]), catalogued(at="2026-02-02 08:00", listed_on=[]))

    assert value(both.listed_on) == ("national", "provincial")
    assert value(none.listed_on) == ()


def test_a_limit_is_kept_as_a_plain_value() -> None:
    facts = procedure(catalogued(limit=Limit(amount=3, unit=LimitUnit.WORKING_DAYS)))

    assert value(load(dump(facts)).limit) == (3, "working_days")


def test_a_field_added_at_the_end_of_the_record_leaves_old_stored_forms_readable() -> None:
    facts = procedure(catalogued())
    without_the_last = msgspec.msgpack.decode(dump(facts))[:-1]

    assert load(msgspec.msgpack.encode(without_the_last)) == facts


def test_of_what_a_partition_says_of_an_agency_and_a_kind_the_last_by_its_sequence_counts_whatever_the_time() -> None:
    facts = procedure(
        used("2026-03-02", at="2026-03-02 08:00", sequence=7),
        used("2026-03-01", at="2026-03-05 08:00", sequence=6),
        used("2026-02-01", partition=1, sequence=3),
        used(None, kind="paid_online", sequence=9),
        used("2026-02-01", kind="paid_online", sequence=8),
    )

    assert [(use.partition, use.kind, use.day) for use in facts.usage] == [
        (0, "online", date(2026, 3, 2)),
        (0, "paid_online", None),
        (1, "online", date(2026, 2, 1)),
    ]


def test_when_a_procedure_was_first_heard_of_is_what_was_said_first_however_late_it_comes() -> None:
    facts = procedure(catalogued(at="2026-03-03 08:00"), used("2026-01-01", at="2026-01-01 08:00"))
    assert facts.first_said_at == local("2026-03-03 08:00")

    assert apply(facts, catalogued(at="2026-03-02 08:00"))
    assert facts.first_said_at == local("2026-03-02 08:00")


def test_an_event_about_something_else_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="not about a procedure"):
        apply(Procedure(PROCEDURE), said("2026-03-02 08:00", "received"))


@pytest.mark.parametrize(
    ("code", "issuer"),
    [
        ("H42", Issuer.PROVINCE),
        ("H21.17", Issuer.PROVINCE),
        ("000.00.01.H22", Issuer.PROVINCE),
        ("H42.17.05", Issuer.PROVINCE),
        ("G09.20", Issuer.MINISTRY),
        ("000.00.18.G12", Issuer.MINISTRY),
        ("000.00.00.A01", None),  # neither a province nor a ministry
        ("XH42", None),
        ("H421", None),
        ("h42", None),
        ("42", None),
    ],
)
def test_who_announces_is_told_by_the_code(code: str, issuer: Issuer | None) -> None:
    assert issuer_of(code) is issuer


def test_a_procedure_stands_nowhere_while_it_is_not_known_whom_the_rules_bind() -> None:
    assert standing_of(Procedure(PROCEDURE), LONG_AFTER, RULEBOOK) is None
    assert standing_of(procedure(catalogued("A01")), LONG_AFTER, RULEBOOK) is None


def test_a_procedure_of_which_no_date_is_known_owes_nothing() -> None:
    assert standing(procedure(catalogued())).judgement == ((), None)


def test_a_procedure_stands_at_its_issuer_with_what_is_missed() -> None:
    facts = procedure(catalogued(effective_at="2026-03-16 00:00", decided_at="2026-03-02 00:00"))
    stands = standing(facts)

    assert stands.agency == "H42"
    assert [one.rule for one in stands.judgement.missed] == ["procedure-announcement", "procedure-publication"]
    assert {one.verdict for one in stands.judgement.judged} == {Verdict.MISSED}


def test_an_abolished_procedure_owes_nothing_from_then_on_and_what_was_done_late_stays_late() -> None:
    facts = procedure(
        catalogued(
            effective_at="2026-03-16 00:00",
            decided_at="2026-03-02 00:00",
            published_at="2026-04-01 00:00",
            abolished_at="2026-06-01 00:00",
        )
    )
    before = standing(facts, local("2026-05-31 23:00")).judgement
    after = standing(facts, local("2026-06-01 00:00")).judgement

    assert [one[:2] for one in before.judged] == [
        ("procedure-announcement", "missed"),
        ("procedure-publication", "met_late"),
    ]
    assert before.next_at == local("2026-06-01 00:00")
    assert [one[:2] for one in after.judged] == [("procedure-publication", "met_late")]


def test_an_instant_no_calendar_knows_is_judged_and_not_a_crash() -> None:
    for day in ("1990-01-02 00:00", "2200-12-30 00:00"):
        assert standing(procedure(catalogued(effective_at=day, decided_at=day)))
