"""What dossiers amount to, written a second time from the rules alone: slow, plain, and without the program's code.

    verdicts = judge(events, at)     # by dossier code
    numbers = counts(verdicts)       # by agency, with the names that `dunghan evaluate --json` uses

Events may come in any order and with duplicates. Those of one (source, id) are one event, those after `at` have not
happened yet. Of things said at the same instant and sequence, the greater value counts: the contract leaves it open.

The policy is the one that comes with the program. What was promised, and how that was kept: `support.oracle_clock`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from streams.events import Event
from support.naive_calendar import NaiveOffice
from support.oracle_clock import Clock, clock_of
from support.oracle_history import History, histories_of, latest

SUBMITTED, REFUSED, SUPPLEMENT, WITHDRAWN, STOPPED, FINISHED, RETURNED = 1, 3, 5, 7, 8, 9, 10
OPEN = {1: "submitted", 2: "received", 4: "in_progress", 5: "suspended", 6: "fee_due"}
OTHER_ENDS = {3: "refused", 7: "withdrawn", 8: "stopped"}
NOT_TAKEN_IN = {SUBMITTED, REFUSED, WITHDRAWN, STOPPED}
ONLINE = 2
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be said of one dossier."""

    agency: str
    state: str  # of `OPEN`, of `OTHER_ENDS`, or finished_early, finished_on_time, finished_late, finished_undated
    received: bool
    overdue: bool  # open, and late
    due_soon: str | None  # the rung it stands on
    violations: frozenset[str]
    missing_sync: str | None  # warning, critical or violation
    asked_again: bool = field(default=False, compare=False)  # for papers: late from then until it was finished
    late: bool = field(default=False, compare=False)  # as the index counts it: open or ended in whatever way

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN.values()

    @property
    def counted_as(self) -> set[str]:
        """The numbers of its agency that it is part of."""
        parts = {
            "received": self.received,
            "open": self.is_open,
            "overdue_open": self.overdue,
            "due_soon": self.due_soon is not None,
            "missing_sync": self.missing_sync is not None,
        }
        names = {name for name, is_part in parts.items() if is_part} | self.violations
        return names if self.is_open and self.state != "suspended" else names | {self.state}


COUNTED = (
    "received", "open", "suspended", "overdue_open", "finished_early", "finished_on_time", "finished_late",
    "finished_undated", "refused", "withdrawn", "stopped", "missing_sync", "due_soon", "acceptance_overdue",
    "step_overdue", "apology_missing", "apology_late", "second_extension",
)  # fmt: skip


def known_here(agencies: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Return the numbers that this oracle has an opinion on; what diverges is `support.naive_sync`'s matter."""
    return {agency: {name: numbers[name] for name in COUNTED} for agency, numbers in agencies.items()}


def judge(events: Iterable[Event], at: datetime) -> dict[str, Verdict]:
    """Return the verdict on every dossier whose agency and status are known, by its code."""
    return {
        code: _verdict(history, at)
        for code, history in histories_of(events, at).items()
        if history.statuses and (history.agencies or history.guessed_agencies)
    }


def counts(verdicts: Mapping[str, Verdict]) -> dict[str, dict[str, int]]:
    """Return the numbers of each agency, zeros included."""
    found: dict[str, Counter[str]] = {}
    for verdict in verdicts.values():
        found.setdefault(verdict.agency, Counter()).update(verdict.counted_as)
    return {agency: {name: numbers[name] for name in COUNTED} for agency, numbers in sorted(found.items())}


def _verdict(history: History, at: datetime) -> Verdict:
    ends = _ends(history)
    finished_at = _finished_at(history, ends)
    ended_at = finished_at or (ends[0][0] if ends else None)
    clock = clock_of(history, at, ended_at)
    state = OPEN.get(history.status) or OTHER_ENDS.get(history.status, "")
    if finished_at is not None:
        state = f"finished_{clock.kept_by(finished_at)}"
    is_open = ended_at is None
    asked_again = _asked_again(history, at)
    overdue = is_open and (clock.is_late(at) or asked_again)
    is_late = overdue or state == "finished_late"
    return Verdict(
        agency=latest(history.agencies) or max(history.guessed_agencies),
        state=state,
        received=bool(history.receptions) or any(code not in NOT_TAKEN_IN for _, _, code in history.statuses),
        overdue=overdue,
        due_soon=_due_soon(clock, at) if is_open and not overdue else None,
        violations=frozenset(_violations(history, clock, at, is_open=is_open, is_late=is_late)),
        missing_sync=_missing_sync(history, clock.office, at),
        asked_again=asked_again,
        late=is_late or (finished_at is None and ended_at is not None and (clock.is_late(ended_at) or asked_again)),
    )


def _ends(history: History) -> list[tuple[datetime, int, int]]:
    """Return the ends since the dossier was last open."""
    last_open = max((place for place, (_, _, code) in enumerate(history.statuses) if code in OPEN), default=-1)
    return history.statuses[last_open + 1 :]


def _finished_at(history: History, ends: list[tuple[datetime, int, int]]) -> datetime | None:
    """Return its finish: 9, else 10, since it was last open; a date given with one of them counts before its time."""
    if not {code for _, _, code in ends} & {FINISHED, RETURNED}:
        return None
    for code, dates in ((FINISHED, history.finish_dates), (RETURNED, history.return_dates)):
        given = [date for date in dates if date[:2] >= ends[0][:2]]
        told = [said_at for said_at, _, end in ends if end == code]
        if given or told:
            return latest(given) or told[0]
    raise AssertionError("one of the two was said")


def _asked_again(history: History, at: datetime) -> bool:
    """Whether papers were requested a second time: late, as long as it is not finished."""
    before = [0, *(code for _, _, code in history.statuses)]
    asked = [
        said_at
        for (said_at, _, code), previous in zip(history.statuses, before, strict=False)
        if code == SUPPLEMENT != previous
    ]
    return len(asked) > 1 and at > asked[1]


def _due_soon(clock: Clock, at: datetime) -> str | None:
    """Return the rung with the least left, by working time; of two that are reached at once, policy's last."""
    if clock.due_at is None:
        return None
    left = clock.office.worked(at, clock.due_at)
    rungs = {"75%": clock.budget() / 4, "1wd": 8 * HOUR, "4wh": 4 * HOUR}
    reached = {name: limit for name, limit in rungs.items() if left < limit}
    return next((name for name in reversed(reached) if reached[name] == min(reached.values())), None)


def _violations(history: History, clock: Clock, at: datetime, *, is_open: bool, is_late: bool) -> Iterator[str]:
    if _waits_too_long(history, clock.office, at):
        yield "acceptance_overdue"
    if is_open and history.steps:
        said_at, _, (_, step_due_at) = max(history.steps)
        if clock.has_passed(step_due_at, at, since=said_at):
            yield "step_overdue"
    if is_late:
        sent = [sent_at for sent_at, *_ in history.apologies if sent_at <= at]
        if not sent:
            yield "apology_missing"
        elif clock.due_at is not None and min(sent) > clock.due_at - DAY:
            yield "apology_late"
    dates = sorted([*history.extensions, *(apology for apology in history.apologies if len(apology) > 1)])
    if any(given_at <= at and date != dates[0][1] for given_at, date in dates):
        yield "second_extension"


def _waits_too_long(history: History, office: NaiveOffice, at: datetime) -> bool:
    """Whether it was filed online, and neither received nor refused within 8 working hours."""
    if latest(history.channels) != ONLINE or any(code != SUBMITTED for _, _, code in history.statuses):
        return False
    limit = office.later(latest(history.submissions) or history.statuses[0][0], 8 * HOUR)
    return limit is not None and at > limit


def _missing_sync(history: History, office: NaiveOffice, at: datetime) -> str | None:
    waiting = [
        said_at
        for place, (said_at, _, code) in enumerate(history.statuses)
        if code != SUBMITTED and not any(_covers(history, place, *answer) for answer in history.acknowledged)
    ]
    if not waiting or at <= min(waiting) + timedelta(minutes=10):
        return None
    critical_at = office.later(min(waiting), 2 * HOUR)
    assert critical_at is not None
    if at <= critical_at:
        return "warning"
    return "violation" if at > office.closing(min(waiting)) else "critical"


def _covers(history: History, place: int, answered_at: datetime, named: int | None) -> bool:
    """Whether an acknowledgement covers a fact: up to the latest statement of the status it names, or all so far."""
    before = [number for number, (said_at, _, _) in enumerate(history.statuses) if said_at <= answered_at]
    meant = before if named is None else [number for number in before if history.statuses[number][2] == named]
    return place <= max(meant, default=-1)
