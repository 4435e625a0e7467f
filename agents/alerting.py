"""Alerts as data: what was told of a subject and still holds, and what is to be told of it now.

A rule that a subject breaks is one alert, told in steps (`streams.alerts`): raised, changed, resolved. What was told is
stored beside the subject's facts and in the same transaction, so after a crash or a move, or when policy or calendar
have changed while nobody watched, it is known exactly (docs/decisions/0011). Here is what is pure of it; when it is
done `agents.teller` says.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from agents.judgement import Judged
from streams.alerts import Alert, AlertEvent, Change, SubjectKind, alert_event


class Holds(NamedTuple):
    """A rule that is broken now, and asks for somebody's attention."""

    rule: str
    since: datetime
    severity: str
    agency: str
    due_at: datetime | None


class Told(msgspec.Struct, array_like=True, frozen=True):
    """An alert as it was told last. Stored as a MessagePack array: fields are added at the end."""

    cycle: datetime
    number: int
    since: datetime
    severity: str
    agency: str
    raised_at: datetime
    due_at: datetime | None
    backfill: bool


class Moment(NamedTuple):
    """When something is told."""

    at: datetime
    """As of when it was judged."""
    cycle: datetime
    """The identity of what is raised now: `at`, or the least there is after any cycle before."""
    news_since: datetime
    """What has been so since before this instant is no news: it comes to light while old events are read."""


class Step(NamedTuple):
    """One step of the life of one alert."""

    rule: str
    change: Change
    told: Told


def diff(told: Mapping[str, Told], holding: Sequence[Holds], moment: Moment) -> Iterator[Step]:
    """Yield what is to be told of a subject, of which `told` was told and `holding` holds now."""
    for one in holding:
        was = told.get(one.rule)
        if was is None:
            yield Step(one.rule, Change.RAISED, _raised(one, moment))
        elif (was.since, was.severity, was.agency, was.due_at) != one[1:]:
            yield Step(one.rule, Change.CHANGED, _changed(was, one, moment))
    broken = {one.rule for one in holding}
    for rule, was in told.items():
        if rule not in broken:
            yield Step(rule, Change.RESOLVED, msgspec.structs.replace(was, number=was.number + 1))


def after(told: Mapping[str, Told], steps: Iterable[Step]) -> dict[str, Told]:
    """Return which alerts are active once these steps have been told."""
    active = dict(told)
    for step in steps:
        if step.change is Change.RESOLVED:
            del active[step.rule]
        else:
            active[step.rule] = step.told
    return active


def _raised(one: Holds, moment: Moment) -> Told:
    return Told(
        moment.cycle,
        0,
        one.since,
        one.severity,
        one.agency,
        moment.at,
        one.due_at,
        backfill=one.since < moment.news_since,
    )


def _changed(was: Told, one: Holds, moment: Moment) -> Told:
    """Say it anew. What was no news is some once a limit is overstepped that lay ahead of it."""
    return msgspec.structs.replace(
        was,
        number=was.number + 1,
        since=one.since,
        severity=one.severity,
        agency=one.agency,
        due_at=one.due_at,
        backfill=was.backfill and one.since < moment.news_since,
    )


def event_of(step: Step, kind: SubjectKind, subject: str, at: datetime) -> AlertEvent:
    """Return the event of a step."""
    values = msgspec.structs.asdict(step.told)
    return alert_event(Alert(rule=step.rule, kind=kind, change=step.change, **values), subject=subject, at=at)


def overdue(agency: str, missed: Iterable[Judged]) -> tuple[Holds, ...]:
    """Return what holds where expectations of an agency have been missed."""
    return tuple(Holds(one.rule, one.due_at, "warning", agency, one.due_at) for one in missed if one.due_at is not None)


_decoder = msgspec.msgpack.Decoder(dict[str, Told])
_encoder = msgspec.msgpack.Encoder()


def dump(active: Mapping[str, Told]) -> bytes | None:
    """Return the stored form; None, a tombstone, where no alert is active."""
    return _encoder.encode(active) if active else None


def load(stored: bytes | None) -> dict[str, Told]:
    """Return the active alerts of a stored form, by rule."""
    return {} if stored is None else _decoder.decode(stored)
