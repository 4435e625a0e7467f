"""Tells the alerts of one partition: which subjects to look at, what was told of each, and what is news.

1. `note(code)` whenever a subject comes to stand otherwise: a mark, and nothing else, in the hot path.
2. `tell(…)`, about once a second and only when the partition is settled, compares what was told of the marked subjects
   with what holds. That makes a plan; the reader writes it in one transaction.
3. `commit(plan)` makes it what was told. A subject that was marked meanwhile is looked at again next time.

Only what was written was told. A plan that was not written is told again, with whatever has changed since.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

import msgspec
from msgspec import field

from agents.activity import Activity
from agents.alerting import Holds, Moment, after, diff, dump, event_of, load
from agents.expectations import TICK
from agents.judged_time import BEGINNING
from agents.reading import ReadPlan
from config.clock import Clock
from config.policy import Policy
from streams.alerts import TOLD_KEY, SubjectKind

_LOOKED_AT_AT_ONCE = 2_500  # subjects: some 0.1 s of work if they are at rest, and have to be judged for it
_TOLD_AT_ONCE = 2_500  # subjects: about 2 MB, and 0.1 s of work


class AlertPlan(ReadPlan, kw_only=True):
    """What is told at a time, with what `commit` needs."""

    told: dict[str, bytes | None] = field(default_factory=dict)
    cycle: datetime = BEGINNING
    at: datetime = BEGINNING


class Teller:
    """What was told of the subjects of one partition, and of which of them there may be something to tell."""

    def __init__(self, kind: SubjectKind, clock: Clock) -> None:
        self._kind = kind
        self._clock = clock
        self._told: dict[str, bytes] = {}
        self._marked: dict[str, None] = {}  # in the order of their marking
        self._live: set[str] = set()  # of these something live was said since all there was to tell had been told
        self._in_hand: set[str] = set()  # told by a plan that has not been written, as far as is known
        self._cycle = BEGINNING  # the last one
        self._watched_until: datetime | None = None  # up to when all there was to tell has been told; None: never

    def load(self, key: bytes, value: bytes | None) -> bool:
        """Take one changelog record in, if it is of this kind; return whether it is."""
        if key[:1] != TOLD_KEY:
            return False
        code = key[1:].decode()
        if code:
            self._put(code, value)
            self._marked[code] = None
        else:
            self._load_cycle(value)
        return True

    def _put(self, code: str, told: bytes | None) -> None:
        if told is None:
            self._told.pop(code, None)
        else:
            self._told[code] = told

    def _load_cycle(self, value: bytes | None) -> None:
        if value is not None:
            self._cycle = max(self._cycle, msgspec.msgpack.decode(value, type=datetime))
            self._watched_until = max(self._watched_until or self._cycle, self._cycle)

    # -- marks --------------------------------------------------------------------------------------------------------

    def note(self, code: str, *, is_broken: bool) -> None:
        """Note that a subject stands otherwise, and whether any rule asks for attention to it."""
        if is_broken or code in self._told or code in self._in_hand:
            self._marked[code] = None
        else:
            self._marked.pop(code, None)  # most of what a replay brings: nothing was told, and nothing is to be

    def note_said(self, said_at: Mapping[str, datetime], live_within: timedelta, *, is_settled: bool) -> None:
        """Note when subjects were spoken of. If that is live, what is to be told of them is news, however old it is.

        A partition that catches up for a moment, as after each move, hears live events too.
        """
        is_watched = is_settled and self._watched_until is not None
        live_since = BEGINNING if is_watched else self._news_since(self._clock.now(), live_within)
        self._live.update(code for code, at in said_at.items() if at >= live_since)

    def note_all(self, broken: Iterable[str]) -> None:
        """Note to which subjects any rule asks for attention, now that other rules alert than did before."""
        self._marked.update(dict.fromkeys(broken))

    def _news_since(self, now: datetime, live_within: timedelta) -> datetime:
        """Return since when what happens is news.

        After a time in which nobody watched, all that came up in it is; at first, only what has just come up. A clock
        that ran ahead is not believed.
        """
        return min(self._watched_until or now, now) - live_within

    # -- telling ------------------------------------------------------------------------------------------------------

    def tell(self, plan: AlertPlan, holding: Callable[[str], Sequence[Holds]], policy: Policy) -> AlertPlan | None:
        """Put into the plan what is to be told as of `plan.at`; None if there is nothing."""
        if plan.at == BEGINNING:  # nothing was ever said here
            return None
        self._take_back()
        self._look(plan, holding, policy)
        if not self._in_hand:
            self._note_watched(plan.at)
            return None
        plan.changelog = [(TOLD_KEY + code.encode(), told) for code, told in plan.told.items()]
        plan.changelog.append((TOLD_KEY, msgspec.msgpack.encode(plan.cycle)))
        plan.keep_position(plan.at)
        return plan

    def _take_back(self) -> None:
        """Mark again what was in hand: that plan has not been written, or it is not known whether it was."""
        self._marked.update(dict.fromkeys(self._in_hand))
        self._in_hand.clear()

    def _look(self, plan: AlertPlan, holding: Callable[[str], Sequence[Holds]], policy: Policy) -> None:
        """Compare what was told of marked subjects with what holds, as many as are looked at at once."""
        plan.cycle = max(plan.at, self._cycle + TICK)  # also where what was resolved is broken again at once
        news_since = self._news_since(plan.at, policy.live_within)
        for code in list(islice(self._marked, _LOOKED_AT_AT_ONCE)):
            del self._marked[code]
            moment = Moment(plan.at, plan.cycle, BEGINNING if code in self._live else news_since)
            if self._look_at(plan, code, [one for one in holding(code) if one.rule in policy.alerts], moment):
                self._in_hand.add(code)
            if len(self._in_hand) == _TOLD_AT_ONCE:
                break

    def _look_at(self, plan: AlertPlan, code: str, holding: Sequence[Holds], moment: Moment) -> bool:
        stored = self._told.get(code)
        if stored is None and not holding:
            return False
        told = load(stored)
        steps = list(diff(told, holding, moment))
        if steps:
            plan.told[code] = dump(after(told, steps))
            plan.alerts += [event_of(step, self._kind, code, plan.at) for step in steps]
        return bool(steps)

    def commit(self, plan: AlertPlan, activity: Activity) -> None:
        """Make what was written what was told."""
        self._in_hand.clear()
        self._cycle = plan.cycle
        for code, told in plan.told.items():
            self._put(code, told)
        activity.alerts.update((one.data.rule, str(one.data.change)) for one in plan.alerts)
        self._note_watched(plan.at)

    def _note_watched(self, at: datetime) -> None:
        """Note that up to here all has been told, if it has."""
        if not self._marked:
            self._watched_until = at
            self._live.clear()
