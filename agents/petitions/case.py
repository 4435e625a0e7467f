"""One petition as the rules see it: one clock of the agency's time, and what that time came to.

1. The clock starts when the petition is first said to be anywhere, which is its reception if that was said.
2. It runs while the petition is `received` or `processing`, in working time, and stands still otherwise: while the
   citizen is asked for more (`supplement`), and, if the petition is opened again, since it had been answered.
3. The petition is answered by the first of `processed`, `published` and `refused` since it was last open.

A limit is the one in force at the fact that set it running. What is met is judged by the calendar in force when it was
met, and stays so; what is not, by the calendar in force at the instant of judging.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from agents.expectations import Expectation
from agents.petitions.petition import Petition, StateEntry, state_of
from config.calendar import WorkingTime
from config.calendar.limits import Suspension
from config.policy import PetitionLimits
from config.rulebook import Rulebook
from config.spans import Passing, Span
from streams.events import PetitionState

RUNNING = frozenset({PetitionState.RECEIVED, PetitionState.PROCESSING})
ENDS = frozenset({PetitionState.REFUSED, PetitionState.PROCESSED, PetitionState.PUBLISHED})


class Case(NamedTuple):
    """What a rule may look at."""

    petition: Petition
    agency: str
    at: datetime
    rulebook: Rulebook
    received_at: datetime
    ends: list[StateEntry]
    standstills: list[Suspension]

    @property
    def answered_at(self) -> datetime | None:
        """When the petition was answered or refused; None while it is open."""
        return self.ends[0][0] if self.ends else None

    def reached(self, *states: PetitionState) -> datetime | None:
        """Return when the first of these ends was reached, if any was since the petition was last open."""
        return next((entry[0] for entry in self.ends if state_of(entry) in states), None)

    def limits(self, since: datetime) -> PetitionLimits:
        """Return the limits of what was set running at `since`."""
        return self.rulebook.at(since).policy.petitions

    def working(self, met_at: datetime | None) -> WorkingTime:
        """Return the agency's working time, for judging something that was met at `met_at` or is not."""
        return self.rulebook.at(met_at or self.at).calendar.working_time(self.agency)

    def within(self, limit: Span, met_at: datetime | None) -> Expectation:
        """Return that something happens before the clock has run for `limit`."""
        working = self.working(met_at)
        due_at = limit.after(self.received_at, working)
        for since, until in self.standstills:
            if due_at < since or (met_at is not None and met_at <= since):
                break
            if until is None:
                return Expectation(None, met_at)
            stood = until - since if limit.passing is Passing.WALL else working.elapsed(since, until)
            due_at = limit._replace(amount=stood).after(due_at, working)
        return Expectation(due_at, met_at)


def case_of(petition: Petition, at: datetime, rulebook: Rulebook) -> Case | None:
    """Put together what the rules look at; None while nothing is known of the petition."""
    if petition.agency is None or not petition.states:
        return None
    ends = _ends(petition)
    standstills = list(_standstills(petition.states, ends))
    return Case(petition, petition.agency[2], at, rulebook, petition.states[0][0], ends, standstills)


def _ends(petition: Petition) -> list[StateEntry]:
    """Return the ends said since the petition was last open."""
    first = len(petition.states)
    while first and state_of(petition.states[first - 1]) in ENDS:
        first -= 1
    return petition.states[first:]


def _standstills(states: list[StateEntry], ends: list[StateEntry]) -> Iterator[Suspension]:
    """Yield when the clock stood still before the petition was answered; it may be standing still yet."""
    since = None
    for entry in states[: len(states) - len(ends)]:
        if state_of(entry) not in RUNNING:
            since = since or entry[0]
        elif since is not None:
            yield Suspension(since, entry[0])
            since = None
    if since is not None:
        yield Suspension(since, ends[0][0] if ends else None)
