"""The processor of a partition of simple subjects, without I/O: what it shares with any other of its kind.

It works as that of dossiers does (`agents.dossiers.processor`): `process` a chunk into a plan, `commit` what was
written, `advance` and `tell` once a second, `load` and `recount` after a move. `Subjects` says what is special of one
kind.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import field

from agents.activity import Activity
from agents.alerting import Holds
from agents.judged_time import BEGINNING, is_at_head, judged_at, resumed_at
from agents.reading import POSITION_KEY, ReadPlan, load_position
from agents.subjects.tally import Adds, Tally
from agents.teller import AlertPlan, Teller
from agents.timers import Timers
from config.clock import Clock, local_date
from config.rulebook import Law, Rulebook
from streams.alerts import SubjectKind
from streams.chunk import Plan, Reach, Record
from streams.events import Data, Event
from streams.rejection import Reason, Rejection

F = TypeVar("F", bound=msgspec.Struct)

_JUDGED_A_TICK = 2500  # subjects follow a new policy or calendar within seconds, and nothing waits for them


class Subjects(NamedTuple, Generic[F]):
    """What there is to know of one kind of subject."""

    title: str  # of its events, as a refusal says it
    prefix: bytes  # one byte, before the code in the changelog's keys
    kind: SubjectKind
    types: frozenset[type[Data]]
    counts: tuple[str, ...]  # named counts that fall on a day; `Adds.days` holds masks over them
    new: Callable[[str], F]
    load: Callable[[bytes], F]
    dump: Callable[[F], bytes]
    apply: Callable[[F, Event], bool]
    adds: Callable[[F, datetime, Rulebook], Adds | None]
    tells: Callable[[F, Event], Iterable[Event]] = lambda *_: ()
    """What others have to be told of an event, by the facts as they were before it."""


class SubjectPlan(ReadPlan, Generic[F], kw_only=True):
    """A chunk's plan, with what `commit` needs."""

    facts: dict[str, F] = field(default_factory=dict)  # touched; those in `changed` say something new
    changed: dict[str, bytes] = field(default_factory=dict)


class SubjectProcessor(Generic[F]):
    """The state of one partition, and the rules that change it."""

    subjects: Subjects[F]

    def __init__(
        self,
        *,
        rulebook: Rulebook,
        clock: Clock,
        activity: Activity | None = None,
        partition: int = 0,
        lives_here: Callable[[str], bool] = lambda _: True,
        horizon: datetime | None = None,
    ) -> None:
        """Start empty.

        Args:
            rulebook: Policy and working calendar, dated.
            clock: What time it is, for the lag of events.
            activity: The worker's counters.
            partition: Its number; nobody asks for it yet.
            lives_here: Whether a subject's code belongs to this partition.
            horizon: Events after this instant have not happened yet, and are passed over.
        """
        del partition
        self.position = -1
        self.watermark: datetime | None = None
        self.judged_at = BEGINNING
        self.catching_up = True
        self.tally = Tally(len(self.subjects.counts))
        self.activity = activity or Activity()
        self._teller = Teller(self.subjects.kind, clock)
        self._stored: dict[str, bytes] = {}
        self._adds: dict[str, Adds] = {}
        self._timers = Timers()
        self._uncounted: set[str] = set()
        self._rulebook = rulebook
        self._law: Law | None = None  # by which all were judged last
        self._to_judge: list[str] = []  # after what is in force has changed
        self._clock = clock
        self._lives_here = lives_here
        self._horizon = horizon

    def __len__(self) -> int:
        return len(self._stored)

    @property
    def unsettled(self) -> bool:
        """Whether some subjects are not judged as of now."""
        return self.catching_up or bool(self._to_judge) or self._timers.are_due(self.judged_at)

    def facts(self, code: str) -> F | None:
        """Return what has been said of one subject."""
        stored = self._stored.get(code)
        return None if stored is None else self.subjects.load(stored)

    def stored(self) -> Iterator[tuple[str, bytes]]:
        """Yield every subject's code and stored facts; equal facts have equal bytes."""
        yield from self._stored.items()

    # -- restoring ----------------------------------------------------------------------------------------------------

    def load(self, key: bytes, value: bytes | None) -> None:
        """Take one changelog record into the state."""
        if key == POSITION_KEY:
            if value is not None:
                held = load_position(value)
                self.position, self.watermark = held.offset, held.watermark
                at = resumed_at(held.judged_at, self._clock.now())
                self.judged_at = max(self.judged_at, at)  # what was late stays so while a backlog is read
            return
        if self._teller.load(key, value):
            return
        code = key.removeprefix(self.subjects.prefix).decode()
        self._uncounted.add(code)
        if value is None:
            self._stored.pop(code, None)
        else:
            self._stored[code] = value

    def recount(self) -> None:
        """Count the subjects that were loaded. Until the next tick nobody knows whether more was said of them."""
        self.catching_up = True
        for code in self._uncounted:
            self._judge(code)
        self._uncounted.clear()
        self._law = self._law or self._rulebook.at(self.judged_at)  # what changed while nobody watched is noticed

    # -- one chunk ----------------------------------------------------------------------------------------------------

    def process(self, records: Sequence[Record]) -> SubjectPlan[F]:
        """Decide what a chunk amounts to, without changing the state."""
        plan: SubjectPlan[F] = SubjectPlan(position=records[-1].offset, records=len(records), watermark=self.watermark)
        plan.place(records, partial(self._place, plan))
        for code in plan.changed:
            plan.changed[code] = self.subjects.dump(plan.facts[code])
        plan.changelog = [(self.subjects.prefix + code.encode(), stored) for code, stored in plan.changed.items()]
        plan.keep_position(self.judged_at)
        return plan

    def _place(self, plan: SubjectPlan[F], record: Record, event: Event) -> None:
        kind = type(event.data)
        if self._horizon is not None and event.at > self._horizon:
            plan.results[kind.type, "later"] += 1
        elif kind not in self.subjects.types:
            detail = f"{kind.type} does not belong among {self.subjects.title}"
            plan.refuse(record, Rejection(Reason.WRONG_TOPIC, detail), kind.type)
        elif (facts := self._find(plan, event.subject)) is None:
            plan.forwards.append(event)
            plan.results[kind.type, "forwarded"] += 1
        else:
            plan.results[kind.type, self._apply(plan, facts, event)] += 1
            plan.hear(record, event)

    def _find(self, plan: SubjectPlan[F], code: str) -> F | None:
        """Return a subject's facts as the event finds them; None if it lives in another partition."""
        facts = plan.facts.get(code)
        if facts is None:
            facts = self.facts(code)
            if facts is None:
                if not self._lives_here(code):
                    return None
                facts = self.subjects.new(code)
            plan.facts[code] = facts
        return facts

    def _apply(self, plan: SubjectPlan[F], facts: F, event: Event) -> str:
        told = list(self.subjects.tells(facts, event))
        says_new = self.subjects.apply(facts, event)
        plan.forwards.extend(told)
        if not says_new:
            return "duplicate"
        plan.note_said(event)
        plan.changed[event.subject] = b""  # encoded once, when the chunk is through
        return "applied"

    def commit(self, plan: Plan) -> None:
        """Make a plan that was written the state, and judge what it changed."""
        if isinstance(plan, AlertPlan):
            self._teller.commit(plan, self.activity)
            return
        assert isinstance(plan, SubjectPlan)  # noqa: S101 - the reader hands back what `process` returned
        self.position, self.watermark = plan.position, plan.watermark
        self._stored.update(plan.changed)
        for code in plan.changed:
            self._judge(code, plan.facts[code])
        policy = self._rulebook.at(self.judged_at).policy
        self._teller.note_said(plan.said_at, policy.live_within, is_settled=not self.unsettled)
        plan.count_in(self.activity, self._clock.now())

    def rule_by(self, rulebook: Rulebook) -> None:
        """Judge by another rulebook from the next tick on."""
        self._rulebook = rulebook

    # -- alerts -------------------------------------------------------------------------------------------------------

    def tell(self) -> AlertPlan | None:
        """Decide which alerts are to be told; None if none is, or if not everything is judged as of now."""
        if self.unsettled:
            return None
        plan = AlertPlan(position=self.position, watermark=self.watermark, at=self.judged_at)
        return self._teller.tell(plan, self._holding, self._rulebook.at(self.judged_at).policy)

    def holding(self) -> Iterator[tuple[str, Holds]]:
        """Yield what asks for attention now: each subject's code, and the rule it breaks."""
        for code, adds in self._adds.items():
            for one in adds.holds:
                yield code, one

    def _holding(self, code: str) -> tuple[Holds, ...]:
        adds = self._adds.get(code)
        return () if adds is None else adds.holds

    # -- time ---------------------------------------------------------------------------------------------------------

    def advance(self, now: datetime, *, reach: Reach, quiet: bool = True) -> None:
        """Judge again the subjects whose instant has come: at `now`, or as `judged_time` says while catching up."""
        policy = self._rulebook.at(now).policy
        at_head = is_at_head(reach, now, self.watermark, live_within=policy.live_within, quiet=quiet)
        self.catching_up = not at_head
        self.judged_at = judged_at(
            previous=self.judged_at,
            now=now,
            reach=reach,
            at_head=at_head,
            watermark=self.watermark,
            slack=policy.watermark_slack,
        )
        self.tally.days.turn_to(local_date(self.judged_at))
        self._follow_the_law()
        for code in list(islice(self._timers.pop_due(self.judged_at), _JUDGED_A_TICK)):  # each at most once
            self._judge(code)

    def _follow_the_law(self) -> None:
        """After policy or calendar have changed, judge everything anew, so much at a time.

        What was met is judged by what was in force when it was met, so it stays as it was.
        """
        law = self._rulebook.at(self.judged_at)
        if law is not self._law:
            self._to_judge = [] if self._law is None else list(self._stored)
            self._teller.note_all(self._stored)  # they are few
            self._law = law
        for code in self._to_judge[-_JUDGED_A_TICK:]:
            self._judge(code)
        del self._to_judge[-_JUDGED_A_TICK:]

    def _judge(self, code: str, facts: F | None = None) -> None:
        facts = facts or self.facts(code)
        old = self._adds.pop(code, None)
        new = None if facts is None else self.subjects.adds(facts, self.judged_at, self._rulebook)
        if new is not None:
            self._adds[code] = new
        self.tally.replace(old, new)
        if old is None or new is None or old.holds != new.holds:
            self._teller.note(code, is_broken=new is not None and bool(new.holds))
        self._timers.set(code, new.next_at if new else None)


AnyProcessor = SubjectProcessor[Any]
