"""What Alertmanager is to hold, step by step: said at once, ended when resolved, one alert where there are too many."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.alertmanager.active import ENDS_AFTER, ActiveAlerts, Notice
from alerts.alertmanager.pile import CAP
from history_strategies import quick
from streams.alerts import AlertEvent
from support.alert_events import AT, MINUTE, SECOND, changed, raised, resolved

LATER = AT + MINUTE


def active(*events: AlertEvent, cap: int = CAP) -> ActiveAlerts:
    state = ActiveAlerts(began_at=AT - 60 * MINUTE, cap=cap)
    for event in events:
        state.apply(event)
    return state


def say(state: ActiveAlerts, now: datetime) -> list[Notice]:
    """Look, and post what is new; Alertmanager takes it."""
    state.look(now)
    notices = list(state.news(now))
    state.said(notices)
    return notices


def names(notices: Iterable[Notice]) -> list[tuple[str | None, str]]:
    """Return subject (None for the alert that counts) and whether it fires or ends."""
    return [(notice.identity.subject, "ends" if notice.ends else "fires") for notice in notices]


def dossiers(count: int, first: int = 0) -> list[AlertEvent]:
    return [raised(f"D-{number:05}") for number in range(first, first + count)]


def test_what_is_raised_is_said_once_and_everything_again_when_asked() -> None:
    state = active(raised("D-1"))

    assert names(say(state, AT)) == [("D-1", "fires")]
    assert say(state, AT) == []
    assert names(state.everything(LATER)) == [("D-1", "fires")]


def test_it_starts_when_it_was_raised_and_ends_some_minutes_after_it_is_said() -> None:
    (notice,) = say(active(raised("D-1", since=AT - timedelta(days=40))), LATER)

    assert notice.post.starts_at == AT
    assert notice.post.ends_at == LATER + ENDS_AFTER


def test_what_is_resolved_is_ended_at_its_own_time_until_that_is_taken() -> None:
    event = raised("D-1")
    state = active(event)
    say(state, AT)
    state.apply(resolved(event, at=AT + SECOND))
    state.look(LATER)

    (notice,) = list(state.news(LATER))
    assert notice.ends
    assert notice.post.ends_at == AT + SECOND
    assert names(state.everything(LATER)) == [("D-1", "ends")]  # nobody has taken it yet
    state.said([notice])
    assert list(state.everything(LATER)) == []
    assert (state.waiting, state.firing, len(state)) == (0, 0, 0)


def test_what_is_raised_and_resolved_between_two_looks_is_not_said() -> None:
    state = active()
    say(state, AT)
    event = raised("D-1")
    state.apply(event)
    state.apply(resolved(event, at=LATER))

    assert say(state, LATER) == []


def test_what_was_resolved_just_before_we_began_is_ended_for_whoever_said_it() -> None:
    state = ActiveAlerts(began_at=AT + 10 * MINUTE)
    for name, minutes in (("D-1", 6), ("D-2", 4)):  # Alertmanager has let the second one end by itself
        event = raised(name)
        state.apply(event)
        state.apply(resolved(event, at=AT + minutes * MINUTE))

    assert names(say(state, AT + 10 * MINUTE)) == [("D-1", "ends")]


def test_what_grew_graver_just_before_we_began_is_no_longer_what_another_said() -> None:
    event = raised("D-1", severity="warning")
    state = ActiveAlerts(began_at=AT + 2 * MINUTE)
    state.apply(event)
    state.apply(changed(event, at=LATER, severity="critical"))

    found = {(notice.identity.severity, notice.ends) for notice in say(state, AT + 2 * MINUTE)}
    assert found == {("critical", False), ("warning", True)}


def test_raised_again_it_fires_again_and_is_not_ended() -> None:
    event = raised("D-1")
    state = active(event)
    say(state, AT)
    state.apply(resolved(event, at=AT + SECOND))
    state.look(AT + SECOND)
    state.apply(raised("D-1", at=AT + 2 * SECOND))

    assert names(say(state, AT + 2 * SECOND)) == [("D-1", "fires")]


def test_a_graver_one_is_another_alert_and_the_milder_one_ends_a_moment_later() -> None:
    event = raised("D-1", severity="warning")
    state = active(event)
    say(state, AT)
    state.apply(changed(event, at=LATER, severity="critical"))

    (notice,) = say(state, LATER)
    assert (notice.identity.severity, notice.ends) == ("critical", False)
    (notice,) = say(state, LATER + 5 * SECOND)
    assert (notice.identity.severity, notice.ends) == ("warning", True)


def test_one_that_moves_to_another_agency_ends_at_the_first() -> None:
    event = raised("D-1", agency="H42.01")
    state = active(event)
    say(state, AT)
    state.apply(changed(event, at=LATER, agency="H42.02"))

    found = {(notice.identity.pile.agency, notice.ends) for notice in say(state, LATER)}
    assert found == {("H42.01", True), ("H42.02", False)}


def test_a_tombstone_ends_what_compaction_resolved() -> None:
    state = active(raised("D-1"))
    say(state, AT)
    state.forget("processing-deadline/D-1", LATER)
    state.forget("processing-deadline/D-2", LATER)

    assert names(say(state, LATER)) == [("D-1", "ends")]


def test_more_than_the_cap_are_one_alert_that_counts_them_and_names_the_oldest() -> None:
    oldest = raised("D-9", since=AT - timedelta(days=9))

    (notice,) = say(active(*dossiers(50), oldest), AT)

    assert "dossier" not in notice.post.labels
    assert notice.post.labels["collapsed"] == "true"
    assert (notice.post.annotations["count"], notice.post.annotations["oldest"]) == ("51", "D-9")


def test_at_the_cap_each_is_an_alert() -> None:
    assert len(say(active(*dossiers(50)), AT)) == 50


def test_swallowed_alerts_end_only_after_the_one_that_counts_was_taken() -> None:
    state = active(*dossiers(3), cap=3)
    say(state, AT)
    state.apply(raised("D-9"))
    state.look(LATER)

    (notice,) = list(state.news(LATER))
    assert names([notice]) == [(None, "fires")]
    assert names(state.news(LATER + MINUTE)) == [(None, "fires")], "it was not taken yet"
    state.said([notice])
    assert list(state.news(LATER)) == []
    endings = say(state, LATER + 5 * SECOND)
    assert names(endings) == [(f"D-{number:05}", "ends") for number in range(3)]
    assert {notice.post.ends_at for notice in endings} == {LATER}


def test_one_more_or_less_about_the_cap_changes_nothing() -> None:
    events = dossiers(11)
    state = active(*events, cap=10)
    say(state, AT)
    for number in range(5):
        at = AT + number * MINUTE
        state.apply(resolved(events[0], at=at))
        assert {name for name, _ in names(say(state, at))} <= {None}
        state.apply(events[0])
        assert {name for name, _ in names(say(state, at + SECOND))} <= {None}
    assert state.firing == 1


def test_a_pile_that_shrinks_comes_apart_before_its_count_ends() -> None:
    events = dossiers(11)
    state = active(*events, cap=10)
    say(state, AT)
    for event in events[:3]:
        state.apply(resolved(event, at=LATER))

    assert names(say(state, LATER)) == [(event.subject, "fires") for event in events[3:]]
    assert names(say(state, LATER + 5 * SECOND)) == [(None, "ends")]


def test_the_alert_that_counts_is_as_grave_as_the_gravest_and_stays_so() -> None:
    grave = raised("D-9", severity="violation")
    events = dossiers(3)
    state = active(*events, grave, cap=3)
    (notice,) = say(state, AT)
    assert notice.identity.severity == "violation"
    state.apply(resolved(grave, at=LATER))
    say(state, LATER)

    (notice,) = state.everything(LATER)
    assert notice.identity.severity == "violation"


def test_what_is_long_known_is_counted_apart_from_what_is_new() -> None:
    old = [raised(f"O-{number}", backfill=True) for number in range(4)]

    found = {
        (notice.identity.subject, notice.post.labels.get("backfill"))
        for notice in say(active(*old, *dossiers(1), cap=3), AT)
    }

    assert found == {(None, "true"), ("D-00000", None)}


def test_twenty_thousand_overdue_dossiers_are_as_many_alerts_as_agencies() -> None:
    events = [raised(f"D-{number}", agency=f"H42.{number % 150}") for number in range(20_000)]

    assert len(say(active(*events), AT)) == 150


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["raise", "resolve", "graver", "say", "down"])), max_size=60)
)
@quick
def test_whatever_happens_alertmanager_ends_with_what_is_active(steps: list[tuple[int, str]]) -> None:
    """A model of Alertmanager that keeps what it is told holds, at the end, what a fresh start would tell it."""
    state = active(cap=4)
    held: set[tuple[str | None, str]] = set()
    known: dict[str, AlertEvent] = {}
    now = AT

    def tell() -> None:
        for notice in say(state, now):
            key = (notice.identity.subject, notice.identity.severity)
            (held.discard if notice.ends else held.add)(key)

    for number, action in steps:
        now += SECOND
        name = f"D-{number}"
        if action == "raise" and name not in known:
            known[name] = raised(name, at=now)
            state.apply(known[name])
        elif action == "resolve" and name in known:
            state.apply(resolved(known.pop(name), at=now))
        elif action == "graver" and name in known:
            known[name] = changed(known[name], at=now, severity="critical")
            state.apply(known[name])
        elif action == "say":
            tell()
        elif action == "down":
            state.look(now)  # and nobody takes what there is to say
    tell()
    now += MINUTE
    tell()

    assert held == {(notice.identity.subject, notice.identity.severity) for notice in state.everything(now)}
    assert len(state) == len(known)
    singles = {name for name, _ in held if name is not None}
    assert singles in (set(known), set())
