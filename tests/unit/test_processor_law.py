"""What a partition does when policy or calendar change: open dossiers follow, ended ones stay."""

from datetime import datetime

import pytest

from agents.dossiers import processor
from agents.dossiers.standing import State
from builders import CODE, DAY, HOUR, MICROSECOND, RULEBOOK, dossier, local, policy, portal, rulebook_of, status
from partition import Partition, assert_never_drifted
from streams.events import Event
from support.cases import calendar_of, limit

RECEIVED = local("2026-11-02 08:00")  # a Monday
ON_THURSDAY, ON_FRIDAY = local("2026-11-05 08:00"), local("2026-11-06 08:00")
TUESDAY, WEDNESDAY = local("2026-11-03"), local("2026-11-04")


def received(code: str = CODE) -> Event:
    """Return a dossier of 3 working days, 24 h: 7 on Monday, 8, 8, and 1 on Thursday, to 08:00."""
    return status(RECEIVED, 2, code=code, limit=limit(3, "working_days"))


def day_off(day: str, effective_from: datetime) -> str:
    """Return a calendar document. A day off before Thursday 08:00 puts the limit off to Friday 08:00."""
    return f"""
        year: 2026
        source: test
        decided_on: 2026-11-01
        effective_from: {effective_from.isoformat()}
        days_off: {{{day}: storm}}
    """


def due(served: Partition, code: str = CODE) -> datetime | None:
    return served.standing(code).due_at


# -- another rulebook -------------------------------------------------------------------------------------------------

NOW = local("2026-11-05 12:00")
STORM = calendar_of(day_off("2026-11-04", NOW))


def partition_of_one_open_and_one_that_ended() -> Partition:
    served = Partition(NOW)
    served.tell(received(), received("D-2"), status(local("2026-11-05 09:00"), 9, code="D-2"))
    served.settle(NOW)
    assert (due(served), served.standing(CODE).overdue_since) == (ON_THURSDAY, ON_THURSDAY)
    assert served.standing("D-2").contribution.state == State.FINISHED_LATE
    served.processor.unpublished.clear()
    return served


def test_open_dossiers_are_judged_by_another_rulebook_from_the_next_tick_on() -> None:
    served = partition_of_one_open_and_one_that_ended()
    served.processor.rule_by(STORM)
    assert (due(served), served.processor.unpublished) == (ON_THURSDAY, {})

    served.advance(NOW)
    assert (due(served), served.standing(CODE).overdue_since) == (ON_FRIDAY, None)
    assert served.reports["H42.17"].overdue_open == 0
    assert not served.processor.oldest_overdue
    served.advance(ON_FRIDAY + MICROSECOND)
    assert served.standing(CODE).overdue_since == ON_FRIDAY


def test_dossiers_that_have_ended_stay_as_they_were() -> None:
    served = partition_of_one_open_and_one_that_ended()
    before = served.standing("D-2")
    served.processor.rule_by(STORM)
    served.advance(NOW)
    assert served.standing("D-2") == before
    assert set(served.processor.unpublished) == {CODE}

    served.tell(status(NOW, 10, code="D-2"))  # the result is returned later on, under the new calendar
    assert served.standing("D-2").contribution.state == State.FINISHED_LATE
    assert due(served, "D-2") == ON_THURSDAY


def test_what_comes_after_another_rulebook_is_judged_by_it_at_once() -> None:
    served = partition_of_one_open_and_one_that_ended()
    served.processor.rule_by(STORM)
    served.tell(received("D-3"), status(NOW, 4, code="D-3"))

    assert due(served, "D-3") == ON_FRIDAY


def test_a_rulebook_that_says_the_same_changes_nothing_that_is_seen() -> None:
    served = partition_of_one_open_and_one_that_ended()
    served.processor.rule_by(calendar_of())
    served.advance(NOW)

    assert not served.processor.unpublished


def test_a_dossier_that_another_rulebook_makes_overdue_is_counted_as_one_that_became_so() -> None:
    served = Partition(local("2026-11-05 07:00"), rulebook=calendar_of(day_off("2026-11-04", TUESDAY)))
    served.tell(received())
    served.settle(NOW)
    assert (due(served), dict(served.activity.became_overdue)) == (ON_FRIDAY, {})

    served.processor.rule_by(RULEBOOK)
    served.advance(NOW)
    assert (served.standing(CODE).overdue_since, dict(served.activity.became_overdue)) == (ON_THURSDAY, {"H42.17": 1})


# -- no more at a time than a tick has room for -----------------------------------------------------------------------


def test_at_most_2500_dossiers_are_judged_anew_at_one_tick() -> None:
    served = Partition(NOW)
    served.tell(*(received(f"D-{number}") for number in range(5200)))
    for _ in range(6):  # they are judged as of now
        served.advance(NOW)
    served.processor.unpublished.clear()
    served.processor.rule_by(STORM)
    judged = []
    for _ in range(4):
        served.advance(NOW)
        judged.append(len(served.processor.unpublished))

    assert judged == [2500, 5000, 5200, 5200]
    assert {due(served, code) for code in served.processor.unpublished} == {ON_FRIDAY}
    assert_never_drifted(served.processor)


@pytest.fixture
def one_a_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "_JUDGED_A_TICK", 1)


def waiting_partition() -> Partition:
    """Return a partition with three open dossiers, one of which has followed another rulebook."""
    served = Partition(NOW)
    served.tell(*(received(f"D-{number}") for number in range(3)))
    for _ in range(8):
        served.advance(NOW)
    served.processor.rule_by(STORM)
    served.advance(NOW)
    assert [due(served, f"D-{number}") for number in range(3)].count(ON_FRIDAY) == 1
    return served


def test_time_goes_on_while_dossiers_wait_to_be_judged_anew(one_a_tick: None) -> None:
    served = waiting_partition()
    served.tell(status(NOW, 2, code="D-9", due_at=NOW + HOUR))
    served.advance(NOW + HOUR + MICROSECOND)

    assert served.standing("D-9").overdue_since == NOW + HOUR


def test_a_rulebook_that_changes_again_meanwhile_is_followed_by_all(one_a_tick: None) -> None:
    served = waiting_partition()
    served.processor.rule_by(RULEBOOK)
    for _ in range(5):
        served.advance(NOW)

    assert {due(served, f"D-{number}") for number in range(3)} == {ON_THURSDAY}
    assert_never_drifted(served.processor)


def test_a_dossier_that_ends_or_is_no_more_while_it_waits_harms_nothing(one_a_tick: None) -> None:
    served = waiting_partition()
    served.tell(*(status(NOW, 9, code=f"D-{number}") for number in (1, 2)))
    served.processor.load(b"dD-0", None)
    served.processor.recount()
    for _ in range(4):
        served.advance(NOW)

    assert served.reports["H42.17"].finished_early == 2  # due on Friday: both were finished under the new calendar
    assert_never_drifted(served.processor)


# -- a version that takes effect while the worker runs ----------------------------------------------------------------

FROM_WEDNESDAY = calendar_of(day_off("2026-11-05", WEDNESDAY))


def test_a_calendar_changes_the_due_instants_of_open_dossiers_when_it_takes_effect() -> None:
    served = Partition(TUESDAY, rulebook=FROM_WEDNESDAY)
    served.tell(received(), received("D-2"), status(TUESDAY, 9, code="D-2"))
    seen = []
    for now in (TUESDAY, WEDNESDAY - MICROSECOND, WEDNESDAY, ON_FRIDAY):
        served.settle(now)
        seen.append((due(served), due(served, "D-2")))

    assert seen == [(ON_THURSDAY, ON_THURSDAY)] * 2 + [(ON_FRIDAY, ON_THURSDAY)] * 2


def test_a_policy_changes_them_when_it_takes_effect() -> None:
    fee_stops = policy("2026-11-04", clock_stops_at=frozenset({5, 6}))
    served = Partition(TUESDAY, rulebook=rulebook_of([policy(), fee_stops]))
    served.tell(status(RECEIVED, 2, due_at=ON_THURSDAY), status(RECEIVED + HOUR, 6), status(RECEIVED + 3 * HOUR, 4))
    seen = []
    for now in (WEDNESDAY - MICROSECOND, WEDNESDAY):
        served.settle(now)
        seen.append(due(served))

    assert seen == [ON_THURSDAY, ON_THURSDAY + 2 * HOUR]


def test_a_worker_that_was_away_when_it_took_effect_follows_it_all_the_same() -> None:
    served = Partition(TUESDAY, rulebook=FROM_WEDNESDAY)
    served.tell(received(), portal(TUESDAY))
    served.settle(TUESDAY)
    served.tell(status(TUESDAY, 4, code="D-2"))  # writes as of when it was judged
    served.clock.set(WEDNESDAY + HOUR)
    served.restart()
    assert due(served) == ON_THURSDAY  # as of Tuesday, until what was said meanwhile has been read

    served.advance(WEDNESDAY + HOUR)
    assert due(served) == ON_FRIDAY


def test_a_replay_meets_each_version_at_its_time() -> None:
    served = Partition(NOW + 300 * DAY, rulebook=FROM_WEDNESDAY)
    served.tell(received(), portal(RECEIVED))
    seen = []
    for now in (TUESDAY, WEDNESDAY):
        served.tell(status(now + DAY, 4, code="D-2"))  # judged a day behind the newest event
        served.advance(NOW + 300 * DAY, quiet=False)
        seen.append((served.processor.judged_at, due(served)))

    assert seen == [(TUESDAY, ON_THURSDAY), (WEDNESDAY, ON_FRIDAY)]
    assert served.processor.dossier(CODE) == dossier(received(), portal(RECEIVED))
