"""Which alerts a partition tells, and when: not while it is catching up, none twice, and what is old pages nobody."""

from datetime import datetime

import pytest

from agents import teller
from builders import CODE, DAY, HOUR, MINUTE, local, policy, portal, rulebook_of, status
from config.alert_rules import DEFAULT
from partition import Partition
from streams.alerts import Change
from streams.chunk import Reach
from streams.events import Event
from support.alerts import assert_well_told, say, say_all, steps

NOW = local("2026-11-10 09:00")
DUE = NOW + DAY
SECOND = MINUTE / 60
LONG_AGO = local("2025-11-10 09:00")
OVERDUE_ONLY = rulebook_of([policy(alerts=frozenset({"processing-deadline"}))])


def open_dossier(code: str = CODE, *, at: datetime = NOW, due_at: datetime = DUE) -> Event:
    return status(at, 4, code=code, due_at=due_at)


def finished(at: datetime, code: str = CODE) -> Event:
    return status(at, 9, code=code)


def live_partition() -> Partition:
    """A partition at the head of the stream that has told all there was to tell."""
    served = Partition(NOW, rulebook=OVERDUE_ONLY)
    served.tell(open_dossier("D-LIVE", due_at=NOW + 100 * DAY))
    served.advance(NOW)
    assert say(served) == []
    return served


# -- steps ------------------------------------------------------------------------------------------------------------


def test_a_dossier_that_becomes_overdue_is_told_once_and_is_resolved_when_it_is_finished() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(DUE)
    assert say(served) == []

    served.advance(DUE + SECOND)
    (raised,) = say(served)
    assert (raised.data.change, raised.data.number, raised.data.agency) == (Change.RAISED, 0, "H42.17")
    assert (raised.data.since, raised.data.due_at, raised.data.backfill) == (DUE, DUE, False)
    assert raised.time == raised.data.raised_at == raised.data.cycle == DUE + SECOND
    served.advance(DUE + HOUR)
    assert say(served) == []

    served.tell(finished(DUE + HOUR))
    (resolved,) = say(served)
    assert (resolved.data.change, resolved.data.number, resolved.alert_id) == (Change.RESOLVED, 1, raised.alert_id)
    assert resolved.time == DUE + HOUR
    assert say(served) == []


def test_severity_that_rises_and_a_due_instant_that_moves_change_the_alert() -> None:
    served = Partition(NOW, rulebook=rulebook_of([policy(alerts=frozenset({"sync-missing"}))]))
    served.tell(status(NOW, 2))
    told = []
    for minutes in range(0, 10 * 60, 5):
        served.advance(NOW + minutes * MINUTE)
        told += say(served)
    served.tell(portal(NOW + 11 * HOUR))
    told += say(served)

    assert [(one.data.change.value, one.data.severity) for one in told] == [
        ("raised", "warning"),
        ("changed", "critical"),
        ("changed", "violation"),
        ("resolved", "violation"),
    ]
    assert_well_told(told)


def test_a_dossier_that_is_opened_again_with_the_same_deadline_is_another_alert() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(DUE + HOUR)
    told = say(served)
    served.tell(finished(DUE + 2 * MINUTE))
    told += say(served)
    served.tell(status(DUE + 3 * MINUTE, 4))
    told += say(served)

    assert [one.data.change.value for one in told] == ["raised", "resolved", "raised"]
    assert len({one.data.since for one in told}) == len({one.time for one in told}) == 1
    assert_well_told(told)


def test_what_came_and_went_between_two_tellings_is_not_told() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(DUE + SECOND)
    served.tell(finished(DUE))
    assert say_all(served) == []


def test_a_dossier_that_is_no_more_is_resolved() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(DUE + SECOND)
    say(served)
    served.processor.load(b"d" + CODE.encode(), None)
    served.processor.recount()
    served.advance(DUE + MINUTE)

    assert steps(say(served)) == [(CODE, "processing-deadline", "resolved")]


def test_each_step_is_counted_by_rule_and_change() -> None:
    served = live_partition()
    served.tell(open_dossier(), open_dossier("D-2"))
    served.advance(DUE + SECOND)
    say(served)
    served.tell(finished(DUE + SECOND))
    say(served)

    assert served.activity.alerts == {("processing-deadline", "raised"): 2, ("processing-deadline", "resolved"): 1}


def test_many_are_told_some_at_a_time_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teller, "_TOLD_AT_ONCE", 3)
    served = live_partition()
    served.tell(*(open_dossier(f"D-{number}") for number in range(10)))
    served.advance(DUE + SECOND)

    assert [len(say(served)) for _ in range(5)] == [3, 3, 3, 1, 0]


# -- which rules ------------------------------------------------------------------------------------------------------


def test_what_is_due_soon_alerts_nobody_unless_the_policy_says_so() -> None:
    for rules, told in [(DEFAULT, []), (DEFAULT | {"due-soon"}, [(CODE, "due-soon", "raised")])]:
        served = Partition(NOW, rulebook=rulebook_of([policy(alerts=rules)]))
        served.tell(open_dossier(), portal(NOW))
        served.advance(DUE - HOUR)
        assert steps(say(served)) == told


def test_another_policy_raises_what_alerts_by_it_and_resolves_what_does_not_also_of_dossiers_that_have_ended() -> None:
    served = live_partition()
    served.tell(open_dossier(), finished(DUE + HOUR))  # and it was never acknowledged
    served.advance(DUE + 3 * DAY)
    assert say(served) == []

    def rule_by(*rules: str) -> list[tuple[str, str, str]]:
        served.processor.rule_by(rulebook_of([policy(alerts=frozenset(rules))]))
        served.advance(served.clock.now() + SECOND)
        served.advance(served.clock.now() + SECOND)
        return [one for one in steps(say_all(served)) if one[0] == CODE]

    assert rule_by("sync-missing") == [(CODE, "sync-missing", "raised")]
    assert rule_by("sync-missing") == []
    assert rule_by("apology") == [(CODE, "apology", "raised"), (CODE, "sync-missing", "resolved")]


def test_a_policy_that_changed_while_nobody_watched_is_noticed() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(DUE + SECOND)
    say(served)
    served.rulebook = rulebook_of([policy(alerts=frozenset({"apology"}))])
    served.restart()
    served.advance(DUE + MINUTE)

    assert steps(say(served)) == [(CODE, "apology", "raised"), (CODE, "processing-deadline", "resolved")]


# -- crashes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compacted", [False, True])
def test_a_new_owner_tells_nothing_that_was_told_and_resolves_what_another_raised(*, compacted: bool) -> None:
    served = live_partition()
    served.tell(open_dossier(), open_dossier("D-2"))
    served.advance(DUE + SECOND)
    told = say(served)
    served.restart(compacted=compacted)
    served.advance(DUE + MINUTE)
    assert say_all(served) == []

    served.tell(finished(DUE + MINUTE))
    told += say(served)
    served.restart(compacted=compacted)
    served.advance(DUE + HOUR)
    assert say_all(served) == []
    assert set(assert_well_told(told)) == {"processing-deadline/D-2"}


def test_what_was_not_written_is_told_again_and_what_was_is_not() -> None:
    for written in (False, True):
        served = live_partition()
        served.tell(open_dossier())
        served.advance(DUE + SECOND)
        plan = served.processor.tell()
        assert plan is not None
        served.changelog += plan.changelog if written else []
        served.restart()
        served.advance(DUE + MINUTE)
        assert steps(say_all(served)) == ([] if written else [(CODE, "processing-deadline", "raised")])


def test_a_process_that_lives_on_after_a_failed_write_tells_it_again() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(DUE + SECOND)
    assert served.processor.tell() is not None
    served.processor.recount()
    served.advance(DUE + MINUTE)

    assert steps(say_all(served)) == [(CODE, "processing-deadline", "raised")]


def test_what_changes_while_alerts_are_written_is_told_next_time() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(DUE + SECOND)
    plan = served.processor.tell()
    assert plan is not None
    served.processor.rule_by(rulebook_of([policy(alerts=frozenset({"apology"}))]))
    served.advance(DUE + MINUTE)
    served.processor.commit(plan)

    told = plan.alerts + say_all(served)
    assert set(assert_well_told(told)) == {f"apology/{CODE}"}


def test_an_alert_that_is_raised_while_its_reason_goes_away_is_resolved() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(DUE + SECOND)
    plan = served.processor.tell()
    assert plan is not None
    served.processor._stand(CODE, None)  # as if a tick had judged it otherwise while the alerts were written
    served.processor.commit(plan)

    assert steps(plan.alerts + say(served)) == [
        (CODE, "processing-deadline", "raised"),
        (CODE, "processing-deadline", "resolved"),
    ]


def test_an_owner_that_comes_back_resolves_what_another_one_raised_by_a_policy_of_its_own() -> None:
    warm, other = live_partition(), live_partition()
    other.processor.rule_by(rulebook_of([policy(alerts=frozenset({"sync-missing"}))]))
    other.advance(NOW + HOUR)
    assert steps(say_all(other)) == [("D-LIVE", "sync-missing", "raised")]

    warm.advance(NOW + HOUR)
    assert say_all(warm) == []
    warm.restore(other.changelog)
    warm.advance(NOW + 61 * MINUTE)
    assert steps(say_all(warm)) == [("D-LIVE", "sync-missing", "resolved")]


def test_the_position_is_kept_where_it_was() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(DUE + SECOND)
    say(served)
    position, watermark = served.processor.position, served.processor.watermark
    served.restart()

    assert (served.processor.position, served.processor.watermark) == (position, watermark)
    assert served.processor.judged_at == DUE + SECOND


# -- catching up ------------------------------------------------------------------------------------------------------


def test_a_partition_to_which_nothing_was_ever_said_tells_nothing() -> None:
    served = Partition(NOW)
    served.advance(NOW)

    assert not served.processor.unsettled
    assert say(served) == []


def test_nothing_is_told_before_all_that_was_said_is_known() -> None:
    served = Partition(NOW, rulebook=OVERDUE_ONLY)
    assert served.processor.tell() is None
    served.tell(open_dossier(at=LONG_AGO, due_at=LONG_AGO + DAY))
    for reach in (Reach.BEHIND, Reach.HEAD):
        served.advance(NOW, reach=reach)
        assert served.processor.tell() is None
    served.tell(finished(LONG_AGO + HOUR))
    served.advance(NOW)

    assert say_all(served) == []


def test_an_owner_that_comes_back_tells_nothing_before_it_knows_whether_more_was_said() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(DUE + SECOND)
    served.restore([])  # revoked and assigned again; the state was kept warm

    assert say(served) == []
    served.advance(DUE + MINUTE)
    assert steps(say(served)) == [(CODE, "processing-deadline", "raised")]


def test_what_a_first_backfill_leaves_open_is_listed_and_what_has_just_become_overdue_pages() -> None:
    served = Partition(NOW, rulebook=OVERDUE_ONLY)
    served.tell(
        open_dossier("OLD", at=LONG_AGO, due_at=LONG_AGO + DAY),
        open_dossier("NEW", at=LONG_AGO, due_at=NOW - 10 * MINUTE),
    )
    served.advance(NOW)

    assert {one.subject: one.data.backfill for one in say_all(served)} == {"OLD": True, "NEW": False}


def test_the_same_backfill_is_listed_if_the_owner_had_waited_for_its_first_event() -> None:
    served = Partition(NOW, rulebook=OVERDUE_ONLY)
    served.advance(NOW)
    served.tell(open_dossier(at=LONG_AGO, due_at=LONG_AGO + DAY))
    served.settle(NOW + SECOND)

    assert [one.data.backfill for one in say_all(served)] == [True]


def test_history_that_is_replayed_into_a_live_partition_is_listed_once_no_more_of_it_comes() -> None:
    served = live_partition()
    served.tell(open_dossier(at=LONG_AGO, due_at=LONG_AGO + DAY), open_dossier("D-2", at=LONG_AGO, due_at=NOW - DAY))
    served.tell(finished(LONG_AGO + HOUR))
    assert say(served) == []
    served.settle(NOW + SECOND)

    assert {one.subject: one.data.backfill for one in say_all(served)} == {"D-2": True}


def test_history_alerts_nobody_between_what_it_says_first_and_what_it_says_last() -> None:
    served = live_partition()
    served.tell(open_dossier(at=LONG_AGO, due_at=LONG_AGO + DAY), status(LONG_AGO + 2 * DAY, 4))
    assert served.standing(CODE).overdue_since is not None  # as of then
    served.advance(NOW + SECOND)
    assert say(served) == []
    served.tell(status(LONG_AGO + 3 * DAY, 9, finished_at=LONG_AGO + HOUR))
    served.settle(NOW + SECOND)

    assert say_all(served) == []


def test_a_live_event_about_a_deadline_long_past_pages() -> None:
    served = live_partition()
    served.tell(open_dossier(due_at=NOW - 7 * DAY))

    assert [one.data.backfill for one in say(served)] == [False]


def test_a_live_event_pages_though_it_is_the_first_that_a_partition_hears_of_anything() -> None:
    served = Partition(NOW, rulebook=OVERDUE_ONLY)
    served.advance(NOW)
    assert say(served) == []
    served.tell(status(NOW - 7 * DAY, 2, due_at=NOW - 6 * DAY))
    served.tell(status(NOW, 4))
    assert say(served) == []  # nothing is late at the beginning of time
    served.advance(NOW + SECOND)

    assert [one.data.backfill for one in say(served)] == [False]


def test_an_event_that_is_delivered_hours_late_to_a_live_partition_pages() -> None:
    served = live_partition()
    served.advance(NOW + 5 * HOUR)
    assert say(served) == []
    served.tell(open_dossier("D-LIVE", at=NOW + MINUTE, due_at=NOW - 7 * DAY))

    assert [one.data.backfill for one in say(served)] == [False]


def test_a_live_event_that_is_read_while_a_partition_catches_up_for_a_moment_pages_too() -> None:
    served = live_partition()
    served.advance(NOW + MINUTE, reach=Reach.BEHIND)
    served.tell(open_dossier(at=NOW + MINUTE, due_at=NOW - 7 * DAY))
    served.advance(NOW + 2 * MINUTE)

    assert [one.data.backfill for one in say(served)] == [False]


def test_what_becomes_overdue_while_a_partition_catches_up_for_hours_pages() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(NOW + HOUR)
    assert say(served) == []
    for hours in range(2, 40):
        served.advance(NOW + hours * HOUR, reach=Reach.BEHIND)
    served.advance(NOW + 40 * HOUR)

    assert [one.data.backfill for one in say(served)] == [False]


def test_only_what_was_said_since_the_last_telling_is_live() -> None:
    served = live_partition()
    served.tell(open_dossier())
    served.advance(NOW + MINUTE)
    assert say(served) == []

    assert not served.processor._teller._live


def test_what_came_up_while_nobody_watched_pages_though_it_takes_long_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teller, "_TOLD_AT_ONCE", 1)
    served = live_partition()
    served.tell(open_dossier(), open_dossier("D-2"))
    served.advance(NOW + HOUR)
    assert say(served) == []
    served.advance(DUE + 5 * HOUR, reach=Reach.BEHIND)
    served.advance(DUE + 5 * HOUR)
    told = say(served)
    served.advance(DUE + 10 * HOUR)
    told += say(served)

    assert [one.data.backfill for one in told] == [False, False]


def test_what_came_up_while_nobody_watched_pages_however_long_that_was() -> None:
    served = live_partition()
    served.tell(open_dossier("TOLD", due_at=NOW + HOUR), open_dossier())
    served.advance(NOW + 2 * HOUR)
    assert steps(say(served)) == [("TOLD", "processing-deadline", "raised")]
    served.clock.set(DUE + 10 * DAY)
    served.restart()
    served.tell(open_dossier("SAID", at=DUE + DAY, due_at=NOW - 30 * DAY))  # it waited all the time
    served.tell(open_dossier("OLD", at=LONG_AGO, due_at=LONG_AGO + DAY))
    served.settle(DUE + 10 * DAY)

    assert {one.subject: one.data.backfill for one in say_all(served)} == {CODE: False, "SAID": False, "OLD": True}


def test_a_clock_that_ran_ahead_makes_nothing_backfill_that_is_told_after_it() -> None:
    served = live_partition()
    served.tell(open_dossier("TOLD", due_at=NOW + HOUR), open_dossier())
    served.advance(NOW + 2 * HOUR)
    told = say(served)
    served.tell(open_dossier("D-3"))
    served.settle(NOW + 3650 * DAY)
    told += say_all(served)
    assert told[-1].time == NOW + 3650 * DAY
    served.clock.set(DUE + MINUTE)
    served.restart()
    served.tell(open_dossier("D-4", at=DUE))
    served.settle(DUE + MINUTE)
    told += say_all(served)

    assert set(assert_well_told(told)) == {f"processing-deadline/{code}" for code in ("TOLD", CODE, "D-3", "D-4")}
    assert {one.data.backfill for one in told} == {False}


def test_what_was_said_of_most_dossiers_of_a_replay_is_not_kept_in_mind() -> None:
    served = Partition(NOW, rulebook=OVERDUE_ONLY)
    served.tell(open_dossier(at=LONG_AGO, due_at=LONG_AGO + DAY), status(LONG_AGO + 9 * DAY, 4))
    served.advance(NOW, quiet=False)
    assert list(served.processor._teller._marked) == [CODE]  # overdue, as of 8 days later
    served.tell(status(LONG_AGO + 9 * DAY, 9, finished_at=LONG_AGO + HOUR), portal(LONG_AGO + 9 * DAY))

    assert not served.processor._teller._marked
