"""A dossier nears its deadline: rungs by the share of the promised time that has passed, and by the time that is left.

The rung a dossier stands on is the last one it reached; of two reached at once, the one that policy names last. Shares
are counted in working time; what is left, in the time that policy writes it in. While the clock stood still, neither
passed.
"""

from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from agents.dossiers.case import Case
from agents.expectations import Rule
from config.spans import Passing, Span

RULE = Rule(
    id="due-soon",
    title="Hồ sơ sắp đến hạn",
    source="Quy chế của Trung tâm Phục vụ hành chính công: nhắc việc trước hạn (mức nhắc là cấu hình)",
)


class Reached(NamedTuple):
    """From when a dossier stands on a rung."""

    at: datetime
    rung: str


def rungs(case: Case) -> list[Reached]:
    """Return the rungs before the deadline, in order; none where nothing is promised or the clock stands still."""
    due_at = case.deadline.due_at
    if due_at is None:
        return []
    lefts = ((rung.name, rung.left or _left_after(case, rung.share or 0, due_at)) for rung in case.policy.due_soon)
    reached = (Reached(_since(case, due_at, left), name) for name, left in lefts if left.amount)
    return sorted(reached, key=attrgetter("at"))


def _left_after(case: Case, share: float, due_at: datetime) -> Span:
    """Return what is left once a share of the promised time has passed; nothing if its beginning is not known."""
    promised, counted_from = timedelta(), case.deadline.counted_from
    if counted_from is not None:
        promised = case.working.elapsed(counted_from, due_at)
        for since, until in case.standstills:
            promised -= case.working.elapsed(max(since, counted_from), min(until or due_at, due_at))
    return Span(f"{share:.0%}", Passing.WORKING, promised * (1 - share))


def _since(case: Case, due_at: datetime, left: Span) -> datetime:
    """Return since when no more than that is left; while the clock stood still, nothing passed."""
    end, amount = due_at, left.amount
    for since, until in reversed(case.standstills):
        if until is None or until > end:  # it began after the deadline, and did not put it off
            continue
        run = end - until if left.passing is Passing.WALL else case.working.elapsed(until, end)
        if run >= amount:
            break
        end, amount = since, amount - run
    return left._replace(amount=amount).before(end, case.working)
