"""Is a petition answered late? Written a second time from domain.md, section 4: walked through the open hours."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from streams.events import Event, Petition
from support.naive_calendar import NaiveOffice, Span

ORDER = ("received", "refused", "supplement", "processing", "processed", "published")
ENDS = {"refused", "processed", "published"}
RUNNING = {"received", "processing"}
FIFTEEN_WORKING_DAYS = timedelta(hours=15 * 8)

State = tuple[datetime, int, int]


def overdue_petitions(events: Iterable[Event], at: datetime) -> set[str]:
    """Return the codes of the petitions that were answered late, or should have been answered by `at`."""
    states: dict[str, set[State]] = {}
    for event in events:
        if isinstance(event.data, Petition):
            entry = (event.at, event.sequence, ORDER.index(event.data.state))
            states.setdefault(event.subject, set()).add(entry)
    return {code for code, said in states.items() if _is_overdue(sorted(said), at)}


def _is_overdue(states: list[State], at: datetime) -> bool:
    while_open = [place for place, (_, _, state) in enumerate(states) if ORDER[state] not in ENDS]
    answers = states[while_open[-1] + 1 :] if while_open else states
    answered_at = answers[0][0] if answers else None
    before = states[: len(states) - len(answers)]
    office = NaiveOffice(answered_at or at)
    due_at = office.later(states[0][0], FIFTEEN_WORKING_DAYS, list(_standstills(before, answered_at)))
    return due_at is not None and (answered_at or at) > due_at


def _standstills(states: list[State], answered_at: datetime | None) -> Iterator[Span]:
    """Yield when the petition waited for the citizen, before it was answered."""
    ends = [said_at for said_at, _, _ in states[1:]]
    for (since, _, state), until in zip(states, [*ends, answered_at], strict=False):
        if ORDER[state] not in RUNNING:
            yield since, until
