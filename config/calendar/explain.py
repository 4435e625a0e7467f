"""How a limit came to its end, stretch by stretch: for printing, not for the hot path.

The stretches join end to start, from where the limit counts to where it ends. For hours and working days they are the
course of time: the office open, closed (with the reason and its source) or the dossier suspended. For days and months
they are the steps of the arithmetic: the days, each suspension added, and the day off left at the end.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from config.calendar.limits import NEVER, Amount, Suspension, calendar_steps, due, ordered
from config.calendar.stretches import State, Stretch, office_course
from config.calendar.working_time import WorkingTime


def explain(
    start: datetime,
    amount: Amount,
    suspensions: Iterable[tuple[datetime, datetime | None]],
    working_time: WorkingTime,
    until: datetime | None = None,
) -> Iterator[Stretch]:
    """Return the stretches from `start` to the due instant.

    While the clock stands still there is no due instant: then hours and working days are explained up to `until` (the
    start of the suspension by default), days and months up to the end that they had before it.
    """
    spans = ordered(suspensions, start)
    due_at = due(start, amount, spans, working_time)
    if due_at == NEVER:
        return iter([Stretch(start, NEVER, State.RUNNING, f"{amount.amount} {amount.unit}")])
    if amount.working_time is None:
        return _told(calendar_steps(start, amount, spans, working_time), spans)
    if due_at is None:
        due_at = max(until or spans[-1].start, spans[-1].start)
    return _course(start, due_at, spans, working_time)


def _told(steps: Iterable[Stretch], spans: Iterable[Suspension]) -> Iterator[Stretch]:
    """Yield the steps, and of each suspension from when to when it was."""
    told = iter(spans)
    for step in steps:
        yield step._replace(reason=str(next(told))) if step.state is State.SUSPENDED else step


def _course(
    start: datetime, due_at: datetime, spans: Sequence[Suspension], working_time: WorkingTime
) -> Iterator[Stretch]:
    """Return the course of time from `start` to `due_at`."""
    for span in spans:
        if span.start >= due_at:
            break
        yield from office_course(start, span.start, working_time)
        start = due_at if span.end is None else span.end
        yield Stretch(span.start, start, State.SUSPENDED, str(span))
    yield from office_course(start, due_at, working_time)
