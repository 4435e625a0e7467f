"""How the due instant of a dossier comes about: its intervals, and the steps of the arithmetic.

Nothing is decided here: `agents.dossiers.deadline` decides, and tests hold what is told here to the same result.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from agents.dossiers.case import Case
from agents.dossiers.deadline import Basis, received_of
from agents.dossiers.explanation import Interval, Step
from agents.dossiers.ledger import Standstill, supplement_requests
from agents.dossiers.rules import processing_deadline
from agents.facts import value
from config.calendar.course import Course, course_of
from config.calendar.limits import Amount, ordered
from config.calendar.stretches import State
from config.clock import VIETNAM
from config.policy import SecondSupplement
from config.rulebook import Law
from config.spans import Passing

APPOINTMENT_SOURCE = "Nghị định 118/2025/NĐ-CP: ngày hẹn trả kết quả"
LIMIT_SOURCE = "Quyết định công bố thủ tục hành chính: thời hạn giải quyết, như đã hẹn khi tiếp nhận"
STILL_SOURCE = "Nghị định 118/2025/NĐ-CP: thời gian chờ bổ sung hồ sơ không tính vào thời hạn giải quyết"


class Reckoning(NamedTuple):
    """Intervals, end to start, and the steps of the arithmetic."""

    intervals: tuple[Interval, ...]
    steps: tuple[Step, ...]


class _Told(NamedTuple):
    """An interval before it is said by which calendar and rule it is told; without an end it lasts."""

    start: datetime
    end: datetime | None
    clock: State
    reason: str
    source: str


def reckon(case: Case, law: Law) -> Reckoning:
    """Return how the due instant comes about."""
    told: Sequence[_Told] = ()
    steps = [Step(what="nothing was promised: neither an appointment, nor a limit from a reception on")]
    if case.deadline.basis is Basis.APPOINTMENT:
        told, steps = [*_to_appointment(case)], [*_promises(case), *_put_off(case)]
    elif case.deadline.basis is Basis.LIMIT:
        course = _course(case, law)
        told = [*_to_limit(case, course)]
        steps = [*_limit_steps(case, course, told)]
    rule, calendar = processing_deadline.RULE.id, law.calendar.id
    intervals = (Interval(**one._asdict(), rule=rule, calendar=calendar) for one in told)
    return Reckoning(tuple(intervals), (*steps, *_due(case), *_outcome(case)))


def why_still(case: Case, since: datetime) -> str:
    """Return why the clock stood still from `since` on."""
    requests = supplement_requests(case.dossier, case.ended_at or case.at)
    if since not in requests:
        return "waiting for the citizen"
    number = requests.index(since) + 1
    return f"papers requested ({number})"


# -- an appointment, put off ------------------------------------------------------------------------------------------


def _to_appointment(case: Case) -> Iterator[_Told]:
    """Yield the time from reception to the due instant: the clock runs day and night, but while it stands still."""
    at = case.deadline.counted_from or case.dossier.statuses[0][0]
    for since, until in _counted(case):
        yield from _running(at, since)
        yield _Told(since, until, State.SUSPENDED, why_still(case, since), STILL_SOURCE)
        at = until or since
    if case.deadline.due_at is not None:
        yield from _running(at, case.deadline.due_at)


def _running(start: datetime, end: datetime) -> Iterator[_Told]:
    if start < end:
        yield _Told(start, end, State.RUNNING, "day and night, to a date", APPOINTMENT_SOURCE)


def _promises(case: Case) -> Iterator[Step]:
    """Yield the appointment, the extension that moved it, and an appointment said after that."""
    dossier, held = case.dossier, None
    said = [(at, "extension", date) for at, date in dossier.extensions[:1]]
    if dossier.due_at is not None:
        said.append((dossier.due_at[0], "appointment", dossier.due_at[2]))
    said.sort()
    if said[-1][2] != case.deadline.promised_at:
        said.pop()  # a second extension, said as an appointment: it moves nothing
    for at, what, date in said:
        yield Step(what=f"{what}, given on {_day(at)}", span=date - held if held else None, at=date)
        held = date


def _put_off(case: Case) -> Iterator[Step]:
    at = case.deadline.promised_at
    counted = _counted(case)
    for since, until in counted:
        if at is not None and until is not None:
            at += until - since
            yield Step(what=f"{why_still(case, since)} on {_day(since)}: put off", span=until - since, at=at)
    for since, _ in case.standstills[len(counted) :]:
        yield Step(what=f"{why_still(case, since)} after the deadline: puts nothing off", at=since)


def _counted(case: Case) -> list[Standstill]:
    """Return the standstills that put the deadline off: each began by the date, as far as that was put off then."""
    counted: list[Standstill] = []
    due_at = case.deadline.promised_at
    for one in case.standstills:
        if due_at is None or due_at < one.since:
            break
        counted.append(one)
        due_at = None if one.until is None else due_at + (one.until - one.since)
    return counted


# -- a limit, counted from reception ----------------------------------------------------------------------------------


def _course(case: Case, law: Law) -> Course:
    dossier = case.dossier
    received_at = received_of(dossier)
    assert received_at is not None  # noqa: S101 - a deadline of this basis has one
    return course_of(
        received_at,
        _limit(case),
        case.standstills,
        law.calendar,
        agency=case.agency,
        procedure=value(dossier.procedure),
    )


def _limit(case: Case) -> Amount:
    limit = value(case.dossier.limit)
    assert limit is not None  # noqa: S101 - a deadline of this basis has one
    return Amount(*limit)


def _to_limit(case: Case, course: Course) -> Iterator[_Told]:
    requests = iter(ordered(case.standstills, course.counted_from))
    in_working_time = _limit(case).working_time is not None
    for stretch in course.stretches:
        if stretch.state is State.SUSPENDED:
            span = next(requests)
            dates = "" if in_working_time else f", {span}"  # else where it stands is where it was
            reason = why_still(case, _begun(case, span.start)) + dates
            yield _Told(stretch.start, stretch.end, stretch.state, reason, STILL_SOURCE)
        else:
            yield _Told(*stretch[:4], stretch.source or LIMIT_SOURCE)
    if course.still_since is not None:
        reason = why_still(case, _begun(case, course.still_since))
        yield _Told(course.still_since, None, State.SUSPENDED, reason, STILL_SOURCE)


def _begun(case: Case, at: datetime) -> datetime:
    """Return when the standstill of `at` began: before the limit began to count, perhaps."""
    return next(since for since, until in case.standstills if until is None or at < until)


def _limit_steps(case: Case, course: Course, told: Sequence[_Told]) -> Iterator[Step]:
    limit = _limit(case)
    passing = Passing.WALL if limit.working_time is None else Passing.WORKING
    yield Step(what="received", at=received_of(case.dossier))
    what = f"{limit.amount} {limit.unit.replace('_', ' ')} begin to count"
    yield Step(what=what, span=limit.working_time, passing=passing, at=course.counted_from)
    counting = [one for one in told if one.end is not None and one.start >= course.counted_from]
    if limit.working_time is None:
        yield from (Step(what=one.reason, span=one.end - one.start, at=one.end) for one in counting if one.end)
    else:
        yield from _worked(counting)
    if course.still_since is not None:
        yield Step(what="left, once the clock runs again", span=course.left, passing=passing)


def _worked(told: Sequence[_Told]) -> Iterator[Step]:
    """Yield the working time between the standstills, and the standstills."""
    for still, group in groupby(told, key=lambda one: one.clock is State.SUSPENDED):
        part = list(group)
        counted = [one for one in part if still or one.clock is State.RUNNING]
        span = sum(((one.end or one.start) - one.start for one in counted), timedelta())
        what, passing = (part[0].reason, Passing.WALL) if still else ("office hours", Passing.WORKING)
        yield Step(what=what, span=span, passing=passing, at=part[-1].end)


# -- where it ends ----------------------------------------------------------------------------------------------------


def _due(case: Case) -> Iterator[Step]:
    if case.deadline.due_at is not None:
        yield Step(what="due", at=case.deadline.due_at)
    elif case.still_since is not None:
        yield Step(what="nothing is due: the clock stands still", at=case.still_since)


def _outcome(case: Case) -> Iterator[Step]:
    """Yield how the end, or the instant asked for, lies to the due instant."""
    due_at = processing_deadline.expect(case).due_at
    if due_at != case.deadline.due_at:
        late = SecondSupplement.LATE
        yield Step(what=f"papers were requested a second time: late since then (second_supplement: {late})", at=due_at)
    at, what = (case.at, "asked for") if case.ended_at is None else (case.ended_at, "ended")
    if due_at is None:
        yield Step(what=what, at=at)
    else:
        yield Step(what=f"{what}, {'late by' if at > due_at else 'in time by'}", span=abs(at - due_at), at=at)


def _day(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%Y-%m-%d}"
