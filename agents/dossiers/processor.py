"""The partition processor: everything the monitor decides about one partition's dossiers, without I/O.

1. `process(records)` decodes a chunk, merges each event into its dossier, and returns a `DossierPlan`. Nothing is
   changed yet.
2. The reader writes the plan (changed dossiers, position, dead letters, events of other partitions) in one transaction.
3. `commit(plan)` makes it the state, and counts each changed dossier anew.
4. `advance(…)`, once a second: dossiers whose instant has come are judged again from their facts.
5. `tell()`, as often: which alerts are raised, changed and resolved; the plan is written and committed like a chunk's.

After a crash or a move the state is `load`ed from the changelog and counted by one pass, `recount`.

Of a dossier at rest (nearly all are: `Standing.is_at_rest`) only its stored bytes are held. How it stands is a function
of them, asked for again when more is said of it; what it adds is kept in the changelog (`agents.dossiers.rest`). Where
the bytes are is not the processor's to know (`agents.dossiers.store`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice

from msgspec import field

from agents.activity import Activity
from agents.agencies.silence import last_work_at
from agents.agencies.state import Agencies, Told
from agents.alerting import Holds
from agents.dossiers.apply import apply
from agents.dossiers.dossier import Dossier, dump, load
from agents.dossiers.rest import Rest
from agents.dossiers.rest_records import WAITS, Changes, Records, count_in, made_under
from agents.dossiers.settled import SETTLED, Settled, ended_longer_ago
from agents.dossiers.standing import Standing, judge
from agents.dossiers.store import Store
from agents.dossiers.sync import unsynced_since
from agents.dossiers.tally import Tally
from agents.indicators.usage import Use, UseDays, uses_of
from agents.judged_time import BEGINNING, is_at_head, judged_at, resumed_at
from agents.reading import POSITION_KEY, Position, ReadPlan, load_position
from agents.teller import AlertPlan, Teller
from agents.timers import Timers
from config.clock import Clock, local_date
from config.rulebook import Law, Rulebook
from streams.alerts import SubjectKind
from streams.chunk import Plan, Reach, Record
from streams.events import (
    DOSSIER_TYPES,
    AgencyHeartbeat,
    AgencyTotals,
    DossierPortal,
    Event,
    Outcome,
    ProcedureUsage,
)
from streams.rejection import Reason, Rejection

_OF_DOSSIERS = frozenset(DOSSIER_TYPES)
_OF_AGENCIES = frozenset({AgencyHeartbeat, AgencyTotals})
_DOSSIER_KEY = b"d"
_ANY_AGENCY = "any"  # the use of a procedure counts for its issuer, whoever handled the dossier
_IS_SETTLED = "the dossier ended longer ago than facts are kept, and is counted for good (policy: settled_after)"
_HISTORY_TICKS = 3  # seconds without history after which no more is expected
_JUDGED_A_TICK = 2500  # 0.1 to 0.2 s of work: after a long replay, or under a new calendar, events do not wait longer


class DossierPlan(ReadPlan, kw_only=True):
    """A chunk's plan, with what `commit` needs."""

    rulebook: Rulebook
    dossiers: dict[str, Dossier] = field(default_factory=dict)  # touched; those in `changed` say something new
    changed: dict[str, bytes] = field(default_factory=dict)
    standings: dict[str, Standing | None] = field(default_factory=dict)  # of those in `changed`, as of `judged_at`
    woken: dict[str, Standing | None] = field(default_factory=dict)  # how those stood that had been at rest
    rest: Changes = field(default_factory=dict)  # what is kept of dossiers at rest
    judged_at: datetime = BEGINNING
    history: dict[str, datetime] = field(default_factory=dict)  # those that came as history, as of when they are judged
    told: Told = field(default_factory=Told)
    ack_seconds: list[float] = field(default_factory=list)


class RestPlan(ReadPlan, kw_only=True):
    """What is to be kept of dossiers that have come to rest; or of all, when they were counted from their facts."""

    rest: Changes = field(default_factory=dict)


class SettledPlan(ReadPlan, kw_only=True):
    """Dossiers of which only what they added is kept from now on."""

    codes: list[str]
    sums: Records
    rest: Changes


class DossierProcessor:
    """The state of one partition of the dossier events, and the rules that change it."""

    def __init__(
        self,
        *,
        rulebook: Rulebook,
        clock: Clock,
        activity: Activity | None = None,
        partition: int = 0,
        lives_here: Callable[[str], bool] = lambda _: True,
        horizon: datetime | None = None,
        store: Store | None = None,
    ) -> None:
        """Start empty.

        Args:
            rulebook: Policy and working calendar, dated.
            clock: What time it is, for the lag of events.
            activity: The worker's counters.
            partition: Its number, by which others know who tells them something.
            lives_here: Whether a dossier's code belongs to this partition.
            horizon: Events after this instant have not happened yet, and are passed over.
            store: Where the stored bytes are to be; empty. In memory if none is given.
        """
        self.position = -1
        self.watermark: datetime | None = None
        self.judged_at = BEGINNING
        self.catching_up = True
        self.standings: dict[str, Standing | None] = {}  # of all but those at rest
        self.tally = Tally()
        self.agencies = Agencies()
        self.activity = activity or Activity()
        self.unpublished: dict[str, None] = {}  # dossiers that the view has not taken as they stand by now, in order
        self.oldest_overdue: dict[str, datetime] = {}  # by agency, as of the last `advance`
        self._stored: Store = {} if store is None else store
        self._teller = Teller(SubjectKind.DOSSIER, clock)
        self._uses = UseDays()
        self._partition = partition
        self._timers = Timers()
        self._uncounted: set[str] = set()
        self._rest = Rest(rulebook)
        self._settled = Settled()
        self._is_counted = self._is_loaded = False
        self._rulebook = rulebook
        self._law: Law | None = None  # by which the open dossiers were judged last
        self._to_judge: list[str] = []  # open dossiers, after what is in force has changed
        self._history: dict[str, datetime] = {}  # dossiers that came as history, and the newest thing said of each
        self._history_ticks = 0  # since the last of them came
        self._clock = clock
        self._lives_here = lives_here
        self._horizon = horizon
        self._watching_since = clock.now()

    def __len__(self) -> int:
        return len(self._stored)

    @property
    def unsettled(self) -> bool:
        """Whether some dossiers are not judged as of now: they came as history, or many instants have come at once."""
        return self.catching_up or bool(self._history or self._to_judge) or self._timers.are_due(self.judged_at)

    def dossier(self, code: str) -> Dossier | None:
        """Return the facts of one dossier; None also if they are not kept any more."""
        stored = self._stored.get(code)
        return load(stored) if stored else None

    def standing(self, code: str) -> Standing | None:
        """Return how a dossier stands, or None if that is not known."""
        stored = self._stored.get(code)
        if stored and code not in self.standings:
            return self._rest.standing(code, stored)
        return self.standings.get(code)

    def watched(self) -> Iterator[str]:
        """Yield the dossiers that somebody may have to look at: all but those at rest of which nothing is amiss."""
        yield from self.standings
        yield from self._rest.asking

    @property
    def rulebook(self) -> Rulebook:
        """By what it judges."""
        return self._rulebook

    def stored(self, code: str) -> bytes | None:
        """Return the facts of one dossier as they are stored; `SETTLED` if they are not kept any more."""
        return self._stored.get(code)

    def dossiers(self) -> Iterator[tuple[str, bytes]]:
        """Yield the code and the stored facts of every dossier that has some; equal facts have equal bytes."""
        return ((code, stored) for code, stored in self._stored.items() if stored)

    def settled(self) -> Iterator[str]:
        """Yield the dossiers of which no facts are kept any more."""
        return (code for code, stored in self._stored.items() if stored == SETTLED)

    def last_uses(self) -> dict[Use, date]:
        """Return when each use of a procedure was last made."""
        return self._uses.last_days()

    # -- restoring ----------------------------------------------------------------------------------------------------

    def load(self, key: bytes, value: bytes | None) -> None:
        """Take one changelog record into the state; one of a kind that only a later program knows is passed over."""
        self._is_loaded = True
        if key[:1] == _DOSSIER_KEY:
            self._load_dossier(key[1:].decode(), value)
        elif key == POSITION_KEY:
            if value is not None:
                self._load_position(load_position(value))
        elif self._settled.load(key, value):
            self._is_counted = False  # by another worker: what they add is counted in its sums, and nowhere else
        elif self._rest.load(key, value):
            if value == WAITS and (code := key[1:].decode()) in self._stored:
                self._doubt(code)  # another worker does not hold that it rests
        else:
            _ = self.agencies.load(key, value) or self._teller.load(key, value)

    def _load_dossier(self, code: str, stored: bytes | None) -> None:
        self._doubt(code)
        if stored is None:
            self._stored.pop(code, None)
        else:
            self._stored[code] = stored

    def _doubt(self, code: str) -> None:
        """Note that what is counted of a dossier may be out of date."""
        if self._is_counted:
            if self._is_at_rest(code) and code not in self._uncounted:
                self.standings[code] = self.standing(code)
            self._uncounted.add(code)

    def _load_position(self, held: Position) -> None:
        self.position, self.watermark = held.offset, held.watermark
        at = resumed_at(held.judged_at, self._clock.now())
        self.judged_at = max(self.judged_at, at)  # a dossier that was overdue stays so while a backlog is read
        self._rest.under = held.counted_under if at == held.judged_at else b""  # else some rest who have not ended yet

    def recount(self) -> None:
        """Count the dossiers that were loaded. Until the next tick nobody knows whether more was said of them."""
        self.catching_up = True
        self._watching_since = self._clock.now()
        if not self._is_counted or (self._is_loaded and not self._rest.is_kept(self._rulebook)):
            self._count_anew()
        for code in self._uncounted:
            self._recount(code, self.dossier(code))
        self._uncounted.clear()
        self._is_counted, self._is_loaded = True, False
        self._law = self._law or self._rulebook.at(self.judged_at)  # what changed while nobody watched is noticed

    def _count_anew(self) -> None:
        """Count everything: what the dossiers at rest add, and each of the others."""
        self._uncounted = self._rest.begin(self._stored, self.judged_at, self._rulebook)
        self.standings, self._timers = {}, Timers()
        self.tally, self._uses = Tally(), UseDays()
        for sums in (self._settled.records, self._rest.records):
            count_in(sums, self.tally, self._uses, self.agencies)
        self._teller.note_all(self._rest.asking)
        self.unpublished.update(dict.fromkeys(self._rest.asking))

    def _is_at_rest(self, code: str) -> bool:
        return code not in self.standings and code in self._stored

    # -- one chunk ----------------------------------------------------------------------------------------------------

    def process(self, records: Sequence[Record]) -> DossierPlan:
        """Decide what a chunk amounts to, without changing the state."""
        plan = DossierPlan(
            position=records[-1].offset, records=len(records), watermark=self.watermark, rulebook=self._rulebook
        )
        plan.place(records, partial(self._place, plan))
        self._judge_changes(plan)
        self.agencies.hear(plan.told, plan.heard.items(), self._rulebook.at(self.judged_at))
        plan.changelog = [(_DOSSIER_KEY + code.encode(), stored) for code, stored in plan.changed.items()]
        plan.changelog += plan.told.changelog()
        self._wake(plan)
        plan.keep_position(self.judged_at)
        return plan

    def _place(self, plan: DossierPlan, record: Record, event: Event) -> None:
        kind = type(event.data)
        if self._horizon is not None and event.at > self._horizon:
            plan.results[kind.type, "later"] += 1
        elif kind in _OF_DOSSIERS:
            self._tell_dossier(plan, record, event)
        elif kind not in _OF_AGENCIES:
            detail = f"{kind.type} does not belong among dossier events"
            plan.refuse(record, Rejection(Reason.WRONG_TOPIC, detail), kind.type)
        elif not self._lives_here(event.subject):
            _forward(plan, event)
        else:
            self.agencies.tell(plan.told, event)
            plan.results[kind.type, "applied"] += 1
            plan.hear(record, event)

    def _tell_dossier(self, plan: DossierPlan, record: Record, event: Event) -> None:
        """Merge an event into its dossier, as the chunk has left that so far."""
        code = event.subject
        dossier = plan.dossiers.get(code)
        if dossier is None:
            stored = self._stored.get(code)
            if stored is None and not self._lives_here(code):
                _forward(plan, event)
                return
            if stored == SETTLED:
                plan.refuse(record, Rejection(Reason.SETTLED, f"{event.data.type}: {_IS_SETTLED}"), event.data.type)
                return
            dossier = plan.dossiers[code] = Dossier(code) if stored is None else load(stored)
        self._apply(plan, dossier, event)
        plan.hear(record, event)

    def _apply(self, plan: DossierPlan, dossier: Dossier, event: Event) -> None:
        acknowledges = isinstance(event.data, DossierPortal) and event.data.outcome is Outcome.ACKNOWLEDGED
        since = unsynced_since(dossier) if acknowledges else None
        if not apply(dossier, event):
            plan.results[event.data.type, "duplicate"] += 1
            return
        plan.results[event.data.type, "applied"] += 1
        plan.changed[event.subject] = b""  # encoded once, when the chunk is through
        plan.note_said(event)
        if since is not None and unsynced_since(dossier) != since:
            plan.ack_seconds.append((event.at - since).total_seconds())

    def _judge_changes(self, plan: DossierPlan) -> None:
        """Judge what the chunk changed, and find what procedures have to be told of it.

        A dossier that is new here and of which only old things are said comes as history: see `advance`.
        """
        plan.judged_at = self.judged_at
        live_since = self._clock.now() - self._rulebook.at(self.judged_at).policy.live_within
        uses: Counter[tuple[Use, date]] = Counter()
        for code in plan.changed:
            dossier, said_at = plan.dossiers[code], plan.said_at[code]
            plan.changed[code] = dump(dossier)  # encoded once, now that the chunk is through
            at = self.judged_at
            if said_at < min(live_since, at) and (code in self._history or code not in self._stored):
                at = plan.history[code] = max(said_at, self._history.get(code, said_at))
            standing = plan.standings[code] = judge(dossier, at, self._rulebook)
            before = self.standing(code)
            if self._is_at_rest(code):
                plan.woken[code] = before
            uses.update(_uses(before, standing))
        self._tell_procedures(plan, uses)

    def _wake(self, plan: DossierPlan) -> None:
        """Keep the dossiers at rest as the chunk leaves them."""

        def before(code: str) -> Standing | None:
            stored = self._stored.get(code)
            return plan.woken.get(code) or (None if stored is None else self._rest.standing(code, stored))

        plan.rest = self._rest.wake(plan.changed, before, self._rulebook)
        if self._rest.is_kept(self._rulebook):
            plan.changelog += plan.rest.items()
            plan.counted_under = self._rest.under

    def _tell_procedures(self, plan: DossierPlan, uses: Counter[tuple[Use, date]]) -> None:
        """Tell each procedure when it was used last, where that changes."""
        for (procedure, kind), day in self._uses.changed(uses).items():
            told = ProcedureUsage(agency=_ANY_AGENCY, kind=kind, partition=self._partition, day=day)
            name = f"{self._partition}/{plan.position}/{procedure}/{kind}"
            plan.forwards.append(
                Event(
                    source="/dunghan/dossiers",
                    id=name,
                    at=plan.watermark or self._clock.now(),
                    subject=procedure,
                    data=told,
                    sequence=plan.position,
                )
            )

    def commit(self, plan: Plan) -> None:
        """Make a plan that was written the state, and count what it changed."""
        assert isinstance(plan, ReadPlan)  # noqa: S101 - the reader hands back what `process` or `tell` returned
        self._rest.under = plan.counted_under
        if isinstance(plan, AlertPlan):
            self._teller.commit(plan, self.activity)
        elif isinstance(plan, RestPlan):
            self._rest.wrote(plan.rest)
        elif isinstance(plan, SettledPlan):
            self._settled.records |= plan.sums
            self._rest.take(plan.rest)
            self._stored.update(dict.fromkeys(plan.codes, SETTLED))
        elif isinstance(plan, DossierPlan):
            self._commit(plan)

    def _commit(self, plan: DossierPlan) -> None:
        self.position, self.watermark = plan.position, plan.watermark
        self._is_counted = True
        self.standings.update(plan.woken)
        self._stored.update(plan.changed)
        self._rest.take(plan.rest)
        self.agencies.take(plan.told)
        for code, judged in plan.standings.items():
            standing, at = judged, plan.history.get(code, self.judged_at)
            if at != plan.history.get(code, plan.judged_at) or self._rulebook is not plan.rulebook:
                standing = judge(plan.dossiers[code], at, self._rulebook)  # it has changed while the plan was written
            if code in plan.history:
                self._history[code] = plan.history[code]
                self._history_ticks = 0
                self._stand(code, standing, timed=False)
            else:
                self._history.pop(code, None)
                self._note_overdue(code, standing)
                self._stand(code, standing)
            self.unpublished[code] = None  # whether or not it stands otherwise: the view holds the facts, too
            if standing is not None:
                self.agencies.worked(standing.contribution.agency, last_work_at(plan.dossiers[code]))
        policy = self._rulebook.at(self.judged_at).policy
        self._teller.note_said(plan.said_at, policy.live_within, is_settled=not self.unsettled)
        plan.count_in(self.activity, self._clock.now())
        for seconds in plan.ack_seconds:
            self.activity.sync_ack.observe(seconds)

    def rule_by(self, rulebook: Rulebook) -> None:
        """Judge by another rulebook from the next tick on; which dossiers are overdue may change."""
        self._rulebook = rulebook

    # -- alerts -------------------------------------------------------------------------------------------------------

    def tell(self) -> AlertPlan | RestPlan | SettledPlan | None:
        """Decide which alerts are to be told: none as long as not everything is judged as of now.

        Where there is none, what has changed of the dossiers at rest is written; where nothing has, some are settled.
        """
        if self.unsettled:
            return self._tell_rest()
        return self._tell_alerts() or self._tell_rest() or self._settle()

    def _tell_alerts(self) -> AlertPlan | None:
        plan = AlertPlan(position=self.position, watermark=self.watermark, at=self.judged_at)
        plan.counted_under = self._rest.under if self._rest.is_kept(self._rulebook) else b""
        return self._teller.tell(plan, self._holding, self._rulebook.at(self.judged_at).policy)

    def _tell_rest(self) -> RestPlan | None:
        changes = self._rest.unwritten(self._stored, self._rulebook)
        if changes is None:
            return None
        plan = RestPlan(position=self.position, watermark=self.watermark, rest=changes)
        plan.counted_under = made_under(self._rulebook)
        plan.changelog = list(changes.items())
        plan.keep_position(self.judged_at)
        return plan

    def _settle(self) -> SettledPlan | None:
        """Give up the facts of some dossiers that ended longer ago than the policy keeps them."""
        after = self._rulebook.at(self.judged_at).policy.settled_after
        if after is None or not self._rest.is_kept(self._rulebook):
            return None
        codes = self._settled.to_look_at(self._stored, local_date(self.judged_at))
        dossiers = {code: dossier for code in codes if (dossier := self._ended_longer_ago(code, after)) is not None}
        standings = {code: standing for code in dossiers if (standing := self.standing(code)) is not None}
        if not standings:
            return None
        plan = SettledPlan(
            position=self.position,
            watermark=self.watermark,
            codes=list(standings),
            sums=self._settled.settle((dossiers[code], standing) for code, standing in standings.items()),
            rest=self._rest.settle(standings),
        )
        plan.counted_under = self._rest.under
        plan.changelog = [(_DOSSIER_KEY + code.encode(), SETTLED) for code in standings]
        plan.changelog += [*plan.sums.items(), *plan.rest.items()]
        plan.keep_position(self.judged_at)
        return plan

    def _ended_longer_ago(self, code: str, than: timedelta) -> Dossier | None:
        """Return a dossier if it is at rest, asks for nobody's attention, and ended longer ago than that."""
        if code in self.standings or code in self._rest.asking:
            return None
        dossier = self.dossier(code)
        return dossier if dossier is not None and ended_longer_ago(dossier, than, self.judged_at) else None

    def _holding(self, code: str) -> list[Holds]:
        standing = self.standing(code)
        if standing is None:
            return []
        agency, due_at = standing.contribution.agency, standing.due_at
        return [Holds(one.rule, one.since, one.severity, agency, due_at) for one in standing.breaches]

    # -- time ---------------------------------------------------------------------------------------------------------

    def advance(self, now: datetime, *, reach: Reach, quiet: bool = True) -> None:
        """Judge again the dossiers whose instant has come: at `now`, or as `judged_time` says while catching up.

        Where a year is replayed into a partition that is live, the dossiers it brings are judged as of the newest thing
        said of them, until no more history comes.
        """
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
        self.agencies.turn_to(local_date(self.judged_at))
        self._follow_the_law()
        self._history_ticks += 1
        if self._history and self._history_ticks > _HISTORY_TICKS and not self.catching_up:
            self._to_judge += [code for code in self._history if code in self.standings]
            self._history.clear()
        for code in list(islice(self._timers.pop_due(self.judged_at), _JUDGED_A_TICK)):  # each at most once
            self._judge(code)
        self.oldest_overdue = self.tally.oldest_overdue()

    def _follow_the_law(self) -> None:
        """After policy or calendar have changed, judge the open dossiers anew, so many at a time.

        Dossiers that have ended stay as they were: they are judged by what was in force at their end.
        """
        law = self._rulebook.at(self.judged_at)
        if law is not self._law:
            if self._law is not None:
                self._to_judge += [
                    code
                    for code, standing in self.standings.items()
                    if standing and standing.is_open and code not in self._history
                ]
                if law.policy.alerts != self._law.policy.alerts:
                    self._teller.note_all(code for code, one in self.standings.items() if one and one.breaches)
                    self._teller.note_all(self._rest.asking)
            self._law = law
        for code in self._to_judge[-_JUDGED_A_TICK:]:
            if code in self.standings and code in self._stored:  # else it is at rest by now, or no more
                self._judge(code)
        del self._to_judge[-_JUDGED_A_TICK:]

    def _recount(self, code: str, dossier: Dossier | None) -> None:
        """Count a dossier that was loaded, in place of what is known of it."""
        standing = None if dossier is None else judge(dossier, self.judged_at, self._rulebook)
        self._stand(code, standing)
        if standing is not None and dossier is not None:
            self.agencies.worked(standing.contribution.agency, last_work_at(dossier))

    def _judge(self, code: str) -> None:
        standing = judge(load(self._stored[code]), self.judged_at, self._rulebook)
        self._note_overdue(code, standing)
        self._stand(code, standing)

    def _note_overdue(self, code: str, new: Standing | None) -> None:
        old = self.standings.get(code)
        if new is None or new.overdue_since is None or (old is not None and old.overdue_since is not None):
            return
        if new.overdue_since >= self._watching_since:  # else it was noticed before, here or by another worker
            self.activity.became_overdue[new.contribution.agency] += 1

    def _stand(self, code: str, new: Standing | None, *, timed: bool = True) -> None:
        old = self.standings.get(code)
        if new is None or old is None or new.shown != old.shown:
            self.tally.replace(code, old, new)
            self._uses.add(_uses(old, new))
            self.unpublished[code] = None
            self._teller.note(code, is_broken=new is not None and bool(new.breaches))
        self._timers.set(code, new.next_at if new and timed else None)
        self._rest.leave(code)
        if new is not None and new.is_at_rest:
            self.standings.pop(code, None)
            self._rest.come(code, self._rulebook, asks=bool(new.breaches))
        else:
            self.standings[code] = new


def _uses(old: Standing | None, new: Standing | None) -> dict[tuple[Use, date], int]:
    """Return which uses of procedures a dossier adds (1) and which it takes back (-1)."""
    before = uses_of(old.procedure, old.counted) if old else []
    after = uses_of(new.procedure, new.counted) if new else []
    if before == after:
        return {}
    return {use: 1 for use in after if use not in before} | {use: -1 for use in before if use not in after}


def _forward(plan: DossierPlan, event: Event) -> None:
    """Pass an event on to the partition of its subject."""
    plan.forwards.append(event)
    plan.results[type(event.data).type, "forwarded"] += 1
