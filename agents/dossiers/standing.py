"""How a dossier stands at an instant: a pure function of its facts, the instant and what is in force."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple, TypeVar

from agents.dossiers.case import Case, case_of
from agents.dossiers.dossier import Dossier
from agents.dossiers.ledger import standstills
from agents.dossiers.rules import (
    acceptance,
    apology,
    due_soon,
    processing_deadline,
    second_extension,
    step_deadline,
    sync_diverged,
    sync_missing,
)
from agents.dossiers.rules.sync_diverged import Kind
from agents.dossiers.rules.sync_missing import Severity
from agents.dossiers.sync import unsynced_since
from agents.dossiers.timeliness import ENDS, Timeliness, timeliness
from agents.expectations import TICK, Expectation, Rule, Verdict
from agents.facts import value
from agents.indicators.dossier_counts import Counted, counted, taken_in_at
from config.rulebook import Rulebook
from streams.events import Status

S = TypeVar("S")

_FOREVER = datetime.max.replace(tzinfo=UTC)
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


class State(StrEnum):
    """Where a dossier is: each is in exactly one state."""

    SUBMITTED = "submitted"
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    FEE_DUE = "fee_due"
    FINISHED_EARLY = "finished_early"
    FINISHED_ON_TIME = "finished_on_time"
    FINISHED_LATE = "finished_late"
    FINISHED_UNDATED = "finished_undated"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


_STATES: dict[int, State] = {
    Status.SUBMITTED: State.SUBMITTED,
    Status.RECEIVED: State.RECEIVED,
    Status.IN_PROGRESS: State.IN_PROGRESS,
    Status.SUPPLEMENT_REQUESTED: State.SUSPENDED,
    Status.FEE_DUE: State.FEE_DUE,
    Status.REFUSED: State.REFUSED,
    Status.WITHDRAWN: State.WITHDRAWN,
    Status.STOPPED: State.STOPPED,
}
_FINISHED = {timeliness: State(f"finished_{timeliness}") for timeliness in Timeliness}
OPEN_STATES = frozenset(
    {State.SUBMITTED, State.RECEIVED, State.IN_PROGRESS, State.SUSPENDED, State.FEE_DUE},
)


class Violation(StrEnum):
    """What a dossier breaks beside its deadline."""

    ACCEPTANCE_OVERDUE = "acceptance_overdue"
    STEP_OVERDUE = "step_overdue"
    APOLOGY_MISSING = "apology_missing"
    APOLOGY_LATE = "apology_late"
    SECOND_EXTENSION = "second_extension"


class Contribution(NamedTuple):
    """What one dossier adds to its agency's numbers."""

    agency: str
    state: State
    received: bool
    overdue_age: str | None
    due_soon: str | None
    violations: tuple[Violation, ...]
    sync_missing: Severity | None
    diverged: Kind | None


class Breach(NamedTuple):
    """A rule that asks for somebody's attention, since when, and how gravely."""

    rule: str
    since: datetime
    severity: str


class Standing(NamedTuple):
    """How a dossier stands. `next_at` is when time alone will change this, if nothing else happens before."""

    contribution: Contribution
    due_at: datetime | None
    overdue_since: datetime | None
    unsynced_since: datetime | None
    breaches: tuple[Breach, ...]
    counted: tuple[Counted, ...]
    procedure: str | None
    next_at: datetime | None

    @property
    def shown(self) -> tuple[object, ...]:
        """All that people and programs are shown: everything but when to look again."""
        return self[:-1]

    @property
    def is_open(self) -> bool:
        """Whether the dossier has not ended."""
        return self.contribution.state in OPEN_STATES

    @property
    def is_at_rest(self) -> bool:
        """Whether the dossier has ended, and stands so for ever unless more is said of it."""
        return self.next_at is None and not self.is_open


class _Findings:
    """What the rules find about one case: what is broken, and when time alone changes that."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.breaches: list[Breach] = []
        self.next_at: datetime | None = None

    def look_again(self, at: datetime | None) -> None:
        """Note an instant after which something may be different."""
        if at is not None and at > self.at and (self.next_at is None or at < self.next_at):
            self.next_at = at

    def missed(self, rule: Rule, expectation: Expectation | None) -> bool:
        """Judge an expectation; return whether it is missed."""
        if expectation is None:
            return False
        self.look_again(expectation.next_at(self.at))
        if expectation.verdict(self.at) is not Verdict.MISSED:
            return False
        self.broken(rule, expectation.due_at, "warning")
        return True

    def broken(self, rule: Rule, since: datetime | None, severity: str) -> None:
        """Note that a rule asks for attention since an instant."""
        if since is not None:
            self.breaches.append(Breach(rule.id, since, severity))

    def last_passed(self, stages: Iterable[tuple[datetime, S]]) -> tuple[datetime, S] | None:
        """Return the last of these stages, in order of their instants, that has been passed."""
        passed = None
        for stage in stages:
            if stage[0] >= self.at:
                self.look_again(stage[0] + TICK)
                break
            passed = stage
        return passed


def judge(dossier: Dossier, at: datetime, rulebook: Rulebook) -> Standing | None:
    """Return how a dossier stands at `at`; but for ever if it has ended and nothing is amiss, nor ever will be.

    While old events are read nearly all dossiers are like that, and nobody has to wait until it is their time.
    """
    if dossier.status in ENDS and unsynced_since(dossier) is None:
        standing = at_rest(dossier, rulebook)
        if standing is not None and not standing.breaches:
            return standing
    return standing_of(dossier, at, rulebook)


def at_rest(dossier: Dossier, rulebook: Rulebook) -> Standing | None:
    """Return how a dossier stands that is at rest: the same whoever asks, whenever."""
    return standing_of(dossier, _FOREVER, rulebook)


def standing_of(dossier: Dossier, at: datetime, rulebook: Rulebook) -> Standing | None:
    """Judge a dossier at `at`; None while its agency or its status is not known yet."""
    status, case = dossier.status, case_of(dossier, at, rulebook)
    if status is None or case is None:
        return None
    found = _Findings(at)
    state = _state(case, status)
    overdue_since = age = rung = None
    if state in OPEN_STATES:
        overdue_since, age = _overdue(case, found)
        rung = _due_soon(case, found) if overdue_since is None else None
        found.look_again(_next_status_at(dossier, at))
    late = overdue_since is not None or state is State.FINISHED_LATE
    violations = tuple(_violations(case, state, found, late=late))
    unsynced_since, severity = _sync_missing(case, found)
    diverged = _diverged(case, found)
    contribution = Contribution(
        case.agency, state, taken_in_at(dossier) is not None, age, rung, violations, severity, diverged
    )
    due_at, breaches = case.deadline.due_at, tuple(found.breaches)
    counts = counted(case, late=overdue_since is not None or _ended_late(case))
    procedure = value(dossier.procedure)
    return Standing(contribution, due_at, overdue_since, unsynced_since, breaches, counts, procedure, found.next_at)


def _state(case: Case, status: int) -> State:
    if case.finished_at is None:
        return _STATES[status]
    return _FINISHED[timeliness(case.finished_at, case.deadline)]


def _ended_late(case: Case) -> bool:
    """Whether it was finished, refused, withdrawn or stopped after it should have been finished."""
    due_at, ended_at = processing_deadline.expect(case).due_at, case.ended_at
    return due_at is not None and ended_at is not None and ended_at > due_at


def _overdue(case: Case, found: _Findings) -> tuple[datetime | None, str | None]:
    """Return since when the dossier is overdue, if it is, and its age class.

    While a partition catches up the instant lies before the newest facts: the next of them is when this changes too.
    """
    expectation = processing_deadline.expect(case)
    if not found.missed(processing_deadline.RULE, expectation):
        return None, None
    since = expectation.due_at or case.at
    ages = case.rulebook.at(since).policy.overdue_ages
    age, ageing = _age(case, since)
    bound = next((bound for bound in ages if age <= bound), None)
    if bound is not None and ageing:
        found.look_again(case.at + (bound - age) + TICK)
    return since, age_class(bound, ages[-1])


def _age(case: Case, since: datetime) -> tuple[timedelta, bool]:
    """Return for how long the dossier has been overdue, and whether that grows.

    It does not while the clock stands still, nor did it while the dossier had ended: one that is opened again goes on
    ageing where it left off, rather than being as old as if nobody had ever finished it.
    """
    age = case.at - since
    spans = standstills(case.dossier, case.at, case.policy.clock_stops_at | ENDS)
    for begin, end in spans:
        age -= max((end or case.at) - max(begin, since), timedelta())
    return age, not spans or spans[-1].until is not None


def _due_soon(case: Case, found: _Findings) -> str | None:
    reached = found.last_passed(due_soon.rungs(case))
    if reached is None:
        return None
    found.broken(due_soon.RULE, reached[0], "info")
    return reached[1]


def _violations(case: Case, state: State, found: _Findings, *, late: bool) -> Iterator[Violation]:
    if state is State.SUBMITTED and found.missed(acceptance.RULE, acceptance.expect(case)):
        yield Violation.ACCEPTANCE_OVERDUE
    if state in OPEN_STATES and found.missed(step_deadline.RULE, step_deadline.expect(case)):
        yield Violation.STEP_OVERDUE
    if late:
        yield from _apology(case, found)
    if _extended_twice(case, found):
        yield Violation.SECOND_EXTENSION


def _apology(case: Case, found: _Findings) -> Iterator[Violation]:
    """Yield what is wrong with the apology of a dossier that is late."""
    expectation = apology.expect(case)
    found.look_again(expectation.next_at(case.at))
    state = expectation.verdict(case.at)
    if state is Verdict.MET_LATE:
        yield Violation.APOLOGY_LATE
    elif state is not Verdict.MET:
        found.broken(apology.RULE, processing_deadline.expect(case).due_at, "warning")
        yield Violation.APOLOGY_MISSING


def _extended_twice(case: Case, found: _Findings) -> bool:
    broken_at = second_extension.broken_at(case)
    found.look_again(broken_at)
    if broken_at is None or broken_at > case.at:
        return False
    found.broken(second_extension.RULE, broken_at, "warning")
    return True


def _sync_missing(case: Case, found: _Findings) -> tuple[datetime | None, Severity | None]:
    """Return since when the portal lacks an acknowledged fact, and how gravely that is."""
    since, stages = sync_missing.missing(case)
    reached = found.last_passed(stages)
    if reached is None:
        return since, None
    found.broken(sync_missing.RULE, *reached)
    return since, reached[1]


def _diverged(case: Case, found: _Findings) -> Kind | None:
    """Return what the portal shows otherwise than the agency, if anything."""
    divergence = sync_diverged.diverged(case)
    found.look_again(divergence.next_at)
    found.broken(sync_diverged.RULE, divergence.since, "warning")
    return divergence.kind


def _next_status_at(dossier: Dossier, at: datetime) -> datetime | None:
    if dossier.statuses[-1][0] <= at:
        return None
    return next(said_at for said_at, _, _ in dossier.statuses if said_at > at)


@cache
def age_class(bound: timedelta | None, last: timedelta) -> str:
    """Return the label of an age class by its upper bound: `le_3d`, and `gt_30d` for what is beyond the last."""
    return f"gt_{_short(last)}" if bound is None else f"le_{_short(bound)}"


def _short(duration: timedelta) -> str:
    seconds = duration // timedelta(seconds=1)
    return next(f"{seconds // unit}{name}" for name, unit in _UNITS if seconds % unit == 0)
