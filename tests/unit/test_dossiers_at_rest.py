"""Dossiers at rest: only their stored bytes are held, and what they add is in the changelog, neither more nor less."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from career_strategies import CAREERS
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.dossiers import rest
from agents.dossiers.rest_records import made_under, records_of
from agents.reading import load_position
from builders import CODE, DAY, HOUR, RULEBOOK, event, local, policy, portal, records, rulebook_of, status
from history_strategies import HISTORIES, START, deliveries, quick, split
from partition import Partition, assert_never_drifted
from streams.chunk import Reach
from streams.events import DossierRating, Event, Outcome

AT = local("2026-11-02 08:00")
DUE, ENDED = AT + 3 * DAY, AT + DAY
LATER = AT + 30 * DAY

Changelog = list[tuple[bytes, bytes | None]]
Delivery = tuple[list[Event], list[Event]]
INSTANTS = st.integers(-48, 12 * 24).map(lambda hours: START + timedelta(hours=hours))
few = settings(quick, max_examples=60)
EITHER = HISTORIES | CAREERS


@pytest.fixture(autouse=True, scope="module")
def laid_to_rest_at_once() -> Iterator[None]:
    """Few dossiers are worth a transaction here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rest, "_LAID_FROM", 1)
        yield


def said(stored: dict[bytes, bytes]) -> dict[bytes, Any]:
    """Return what sums say, in whatever order they were made, without what is nothing."""
    found = {}
    for key, value in stored.items():
        if key[:1] == b"w":
            found[key] = value
        elif key[:2] == b"na":
            found[key] = {msgspec.msgpack.encode(one): count for one, count in msgspec.msgpack.decode(value)[0].items()}
        else:
            rows = msgspec.msgpack.decode(value)
            found[key] = {name: row for name, row in rows.items() if (any(row) if key[:2] == b"nd" else row)}
    return {key: value for key, value in found.items() if value or key[:1] == b"w"}


def kept(served: Partition) -> dict[bytes, Any]:
    """Return what the changelog holds beside the facts."""
    held = dict(served.changelog)
    return said({key: value for key, value in held.items() if key[:1] in b"nw" and value is not None})


def expected(served: Partition) -> dict[bytes, Any]:
    """Return what it is to hold, from the facts alone."""
    return said(records_of(served.processor.dossiers(), served.processor.judged_at, served.rulebook))


def without_sums(changelog: Changelog) -> Changelog:
    """Return a changelog as it was before there were any."""
    return [
        (key, msgspec.msgpack.encode(msgspec.msgpack.decode(value)[:-1]) if key == b"p" and value else value)
        for key, value in changelog
        if key[:1] not in b"nw"
    ]


def numbers(served: Partition) -> tuple[object, ...]:
    """Return all that is counted."""
    found, tally = served.processor, served.processor.tally
    days = {(agency, window): row for agency, window, row in tally.days if any(row)}
    return dict(tally.contributions), days, found.last_uses(), found.agencies.worked_at


def tell_all(served: Partition) -> None:
    """Write what time alone has changed, as the reader does."""
    while (plan := served.processor.tell()) is not None:
        served.changelog += plan.changelog
        served.processor.commit(plan)


def ended(code: str = CODE) -> list[Event]:
    """Return the course of a dossier that ended in time, as the portal knows."""
    return [status(AT, 2, code=code, due_at=DUE), status(ENDED, 9, code=code), portal(ENDED + HOUR, code=code)]


def is_held(served: Partition, code: str = CODE) -> bool:
    """Return whether more is held of a dossier than its bytes."""
    return code in served.processor.standings


# -- whatever happens -------------------------------------------------------------------------------------------------


@given(deliveries(EITHER), st.data())
@few
def test_after_every_chunk_the_changelog_holds_what_follows_from_its_facts(
    delivery: Delivery, data: st.DataObject
) -> None:
    served = Partition(START)
    for chunk in data.draw(split(delivery[1])):
        served.tell(*chunk)
        match data.draw(st.sampled_from(("go on", "time", "restart", "restart, compacted"))):
            case "time":
                served.settle(data.draw(INSTANTS))
                tell_all(served)
            case "restart" | "restart, compacted" as how:
                served.restart(compacted=how != "restart")
        assert_never_drifted(served.processor)
    served.settle(LATER)
    tell_all(served)

    assert kept(served) == expected(served)


@given(deliveries(EITHER), st.data())
@few
def test_a_restart_counts_the_same_as_from_the_facts_alone(delivery: Delivery, data: st.DataObject) -> None:
    served = Partition(START)
    for chunk in data.draw(split(delivery[1])):
        served.tell(*chunk)
        served.advance(data.draw(INSTANTS), reach=data.draw(st.sampled_from(Reach)))
    served.settle(LATER)

    anew = Partition(START)
    anew.restore(without_sums(served.changelog))
    served.restart(compacted=data.draw(st.booleans()))
    for one in (served, anew):
        one.settle(LATER)
    assert numbers(served) == numbers(anew)


@given(deliveries(EITHER), st.data())
@few
def test_workers_that_take_turns_keep_what_follows_from_the_facts(delivery: Delivery, data: st.DataObject) -> None:
    workers, log = (Partition(START), Partition(START)), Changelog()
    read = [0, 0]
    for chunk in data.draw(split(delivery[1])):
        turn = data.draw(st.sampled_from((0, 1)))
        served = workers[turn]
        served.restore(log[read[turn] :])
        served.changelog = []
        served.tell(*chunk)
        if data.draw(st.booleans()):
            served.settle(data.draw(INSTANTS))
            assert_never_drifted(served.processor)
            tell_all(served)
        log += served.changelog
        read[turn] = len(log)
    served = workers[0]
    served.restore(log[read[0] :])
    served.changelog = []
    served.settle(LATER)
    tell_all(served)
    served.changelog = [*log, *served.changelog]
    assert kept(served) == expected(served)


# -- who is at rest ---------------------------------------------------------------------------------------------------


def test_a_dossier_that_has_ended_as_the_portal_knows_is_at_rest_even_while_old_events_wait() -> None:
    served = Partition(LATER)
    served.tell(*ended())

    assert not is_held(served)
    assert served.standing(CODE).contribution.state == "finished_early"
    assert served.reports["H42.17"].finished_early == 1


def test_one_that_is_never_acknowledged_comes_to_rest_once_that_is_a_violation_and_asks_for_attention_still() -> None:
    served = Partition(ENDED)
    served.tell(*ended()[:2], portal(AT + HOUR))  # its end is not
    served.advance(ENDED + HOUR)
    assert is_held(served)

    served.advance(LATER)
    assert not is_held(served)
    assert list(served.processor.watched()) == [CODE]
    assert served.standing(CODE).contribution.sync_missing == "violation"


def test_an_open_dossier_is_never_at_rest() -> None:
    served = Partition(LATER)
    served.tell(*ended(), status(LATER - DAY, 4))
    served.advance(LATER)

    assert is_held(served)
    assert served.reports["H42.17"].open == 1


def test_what_is_said_of_a_dossier_at_rest_is_counted_instead_of_what_it_added() -> None:
    served = Partition(LATER)
    served.tell(*ended(), *ended("D-2"))
    tell_all(served)
    served.tell(event(LATER, DossierRating(liked=False)))
    tell_all(served)
    served.restart()
    served.settle(LATER)

    counts = {window: row for _, window, row in served.processor.tally.days}
    assert (served.reports["H42.17"].finished_early, max(counts["year"])) == (2, 2)
    assert kept(served) == expected(served)


def test_dossiers_that_come_to_rest_by_time_alone_are_written_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "_LAID_FROM", 3)
    monkeypatch.setattr(rest, "_LAID_AT_ONCE", 4)
    served = Partition(ENDED)
    for number in range(5):
        served.tell(*ended(f"D-{number}")[:2])
    served.settle(LATER)
    tell_all(served)

    waiting = [key for key, value in kept(served).items() if key[:1] == b"w" and value == b""]
    assert len(waiting) == 1  # fewer than are worth a transaction
    served.restart()
    served.settle(LATER)
    assert served.reports["H42.17"].missing_sync == 5


# -- when they are counted from their facts ---------------------------------------------------------------------------


def test_what_another_program_has_counted_is_counted_anew_and_written() -> None:
    served = Partition(LATER)
    served.tell(*ended(), status(AT, 2, code="D-2", due_at=DUE))
    position = load_position(served.changelog[-1][1] or b"")
    served.changelog = [
        (b"wD-9", b""),  # what it holds is not believed
        (b"naH42.99", msgspec.msgpack.encode([{}, None])),
        *((key, value) for key, value in served.changelog if key[:1] in b"ds"),
        (b"p", msgspec.msgpack.encode(msgspec.structs.replace(position, counted_under=b"other"))),
    ]
    served.restart()
    served.settle(LATER)
    assert served.reports["H42.17"].finished_early == 1

    tell_all(served)
    assert kept(served) == expected(served)
    assert load_position(dict(served.changelog)[b"p"] or b"").counted_under == made_under(RULEBOOK)


def test_who_came_to_rest_by_a_clock_that_ran_ahead_is_counted_anew_by_one_that_is_right() -> None:
    served = Partition(ENDED)
    served.tell(*ended()[:2], portal(AT + HOUR))  # its end is never acknowledged
    served.settle(LATER)
    tell_all(served)
    assert served.standing(CODE).contribution.sync_missing == "violation"

    served.clock.set(ENDED + HOUR)
    served.restart()
    served.settle(ENDED + HOUR)
    tell_all(served)
    assert served.standing(CODE).contribution.sync_missing == "warning"
    assert kept(served) == expected(served)


def test_who_rests_by_one_clock_and_waits_by_another_is_laid_to_rest_again_by_the_first() -> None:
    ahead, right = Partition(LATER), Partition(ENDED + HOUR)
    ahead.tell(*ended()[:2], portal(AT + HOUR))
    ahead.settle(LATER)
    tell_all(ahead)
    right.restore(ahead.changelog)
    right.settle(ENDED + HOUR)
    tell_all(right)
    ahead.restore(right.changelog)
    ahead.changelog += right.changelog
    ahead.settle(LATER)
    tell_all(ahead)

    assert kept(ahead) == expected(ahead)


def test_a_changelog_from_before_is_counted_from_its_facts_and_gets_what_it_lacks() -> None:
    served = Partition(LATER)
    served.tell(*ended())
    served.changelog = without_sums(served.changelog)
    served.restart()
    served.settle(LATER)
    served.tell(*ended("D-2"))  # before anything was written
    tell_all(served)

    assert kept(served) == expected(served)
    served.restart()
    served.settle(LATER)
    assert served.reports["H42.17"].finished_early == 2


def test_after_a_change_of_the_rulebook_those_at_rest_stay_as_they_were_until_they_are_counted_anew() -> None:
    served = Partition(LATER)
    served.tell(*ended())
    tell_all(served)
    served.rulebook = rulebook_of([policy(alerts=frozenset({"apology"}))])
    served.processor.rule_by(served.rulebook)
    served.tell(*ended("D-2"), event(LATER, DossierRating(liked=True)))
    served.settle(LATER)
    assert_never_drifted(served.processor)
    assert load_position(dict(served.changelog)[b"p"] or b"").counted_under == b""

    served.restart()
    served.settle(LATER)
    tell_all(served)
    assert served.reports["H42.17"].finished_early == 2
    assert kept(served) == expected(served)


def test_a_chunk_that_was_written_and_not_committed_is_counted_once() -> None:
    served = Partition(LATER)
    served.tell(*ended())
    tell_all(served)
    plan = served.processor.process(records([event(LATER, DossierRating(liked=True)), *ended("D-2")], 3))
    served.restore(plan.changelog)  # the broker took it, and did not say so
    served.changelog += plan.changelog
    served.settle(LATER)
    tell_all(served)

    assert served.reports["H42.17"].finished_early == 2
    assert kept(served) == expected(served)


def test_one_that_asks_for_attention_at_rest_is_told_of_after_a_restart() -> None:
    served = Partition(ENDED)
    served.tell(*ended()[:2], portal(ENDED, Outcome.SENT))
    served.settle(LATER)
    served.restart()
    served.settle(LATER)
    told = served.processor.tell()

    assert told is not None
    assert [one.data.rule for one in told.alerts] == ["sync-missing"]
    assert set(served.processor.unpublished) == {CODE}
