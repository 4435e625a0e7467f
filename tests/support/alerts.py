"""The alerts that a partition has told, as whoever reads the topic knows them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from agents.alerting import Holds
from agents.teller import AlertPlan
from streams.alerts import AlertEvent, Change


def say(served: Any) -> list[AlertEvent]:
    """Let a partition tell once, as the reader does; return what was written."""
    plan: AlertPlan | None = served.processor.tell()
    if plan is None:
        return []
    served.changelog += plan.changelog
    served.processor.commit(plan)
    return plan.alerts


def say_all(served: Any) -> list[AlertEvent]:
    """Let a partition tell until it has nothing more to tell."""
    told: list[AlertEvent] = []
    while alerts := say(served):
        told += alerts
    return told


def steps(alerts: Iterable[AlertEvent]) -> list[tuple[str, str, str]]:
    """Return what matters of most alerts: subject, rule and change."""
    return [(one.subject, one.data.rule, one.data.change.value) for one in alerts]


def held(event: AlertEvent) -> Holds:
    """Return what an event says to hold."""
    data = event.data
    return Holds(data.rule, data.since, data.severity, data.agency, data.due_at)


def assert_well_told(alerts: Iterable[AlertEvent]) -> dict[str, AlertEvent]:
    """Check that each alert lives as the contract says: raised, changed, resolved, and only then raised anew.

    Returns:
        The last event of each that is active, by key.
    """
    alerts = list(alerts)
    assert len({one.id for one in alerts}) == len(alerts), "an id was told twice"
    by_key: dict[str, list[AlertEvent]] = defaultdict(list)
    for one in alerts:
        by_key[one.key].append(one)
    for lives in by_key.values():
        _assert_lives(lives)
    return {key: lives[-1] for key, lives in by_key.items() if lives[-1].data.change is not Change.RESOLVED}


def _assert_lives(lives: list[AlertEvent]) -> None:
    before: AlertEvent | None = None
    for one in lives:
        if before is None or before.data.change is Change.RESOLVED:
            assert (one.data.change, one.data.number) == (Change.RAISED, 0)
            assert before is None or one.data.cycle > before.data.cycle
        else:
            assert one.data.change is not Change.RAISED
            assert (one.data.cycle, one.data.number) == (before.data.cycle, before.data.number + 1)
            assert one.data.raised_at == before.data.raised_at
        if one.data.change is Change.CHANGED:
            assert before is None or held(one) != held(before)
        before = one
