"""The course of one dossier through its agency: what happens, when, as facts in order of time."""

from random import Random

from streams.events import (
    Channel,
    Data,
    Demand,
    DossierApology,
    DossierComponents,
    DossierDemand,
    DossierExtended,
    DossierFee,
    DossierPortal,
    DossierRating,
    DossierStatus,
    Outcome,
    PaidBy,
    ServiceLevel,
    Status,
    Step,
)
from streams.simulate.facts import Fact, Filing, instant_as
from streams.simulate.office_hours import DAY, HOUR, MINUTE, WorkingTime
from streams.simulate.province import Sync, Voice

_STEPS = ("Thẩm định hồ sơ", "Lấy ý kiến", "Trình lãnh đạo ký")
_DEMANDS = tuple(Demand)
_STANDSTILLS = frozenset({Status.SUPPLEMENT_REQUESTED, Status.WITHDRAWN, Status.STOPPED})


def course(filing: Filing, working: WorkingTime, rng: Random) -> list[Fact]:
    """Return everything that will happen to a dossier, in order of time."""
    return _Course(filing, working, rng).run()


class _Course:
    def __init__(self, filing: Filing, working: WorkingTime, rng: Random) -> None:
        self.filing = filing
        self.working = working
        self.rng = rng
        self.character = filing.agency.character
        self.procedure = filing.procedure
        self.instant = instant_as(self.character.writing)
        self.now = filing.arrived_at
        self.limit = self.due_at = 0  # working seconds that were promised, and until when
        self.is_late = self._chance(self.character.late)
        self.facts: list[Fact] = []

    def run(self) -> list[Fact]:
        if self._reception():
            self._papers()
            self._fee()
            self._work()
        self._inform_portal()
        self.facts.sort(key=lambda fact: fact.at)
        return self.facts

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _between(self, low: float, high: float) -> int:
        return int(low + (high - low) * self.rng.random())

    def _say(self, data: Data, after: int = 0) -> None:
        self.facts.append(Fact(self.now + after, data))

    def _status(self, status: Status, **more: object) -> None:
        self._say(
            DossierStatus(
                agency=self.filing.agency.code,
                procedure=self.procedure.code,
                status=status,
                **more,  # type: ignore[arg-type]
            )
        )

    def _pass(self, working_seconds: float) -> None:
        self.now = self.working.later(self.now, int(working_seconds))

    def _reception(self) -> bool:
        """Submit online and wait to be received or refused, or be received at the counter at once."""
        rng = self.rng
        submitted_at = self.instant(self.now)
        if self.filing.channel is Channel.ONLINE:
            self._status(Status.SUBMITTED, channel=Channel.ONLINE, submitted_at=submitted_at)
            # Online submissions are to be answered within 8 working hours.
            leisurely = self._between(9 * HOUR, 24 * HOUR) if self.is_late and self._chance(0.3) else 0
            self._pass(leisurely or min(5 * MINUTE + rng.expovariate(1 / (1.5 * HOUR)), 7 * HOUR))
            if self._chance(0.03):
                self._status(Status.REFUSED)
                return False
        else:
            self._pass(0)
        self.due_at = self.working.due(self.now, self.procedure.limit)
        self.limit = self.working.worked(self.now, self.due_at)
        # The portal's messages have no limit: whoever speaks in them gives the date.
        dated = self.procedure.gives_appointments or self.character.voice is Voice.MIRROR
        self._status(
            Status.RECEIVED,
            channel=self.filing.channel,
            level=self.procedure.level,
            submitted_at=submitted_at,
            received_at=self.instant(self.now),
            due_at=self.instant(self.due_at) if dated else None,
            limit=self.procedure.limit,
        )
        return True

    def _papers(self) -> None:
        papers = self._between(1, 6)
        digitised = papers if self._chance(0.7) else self._between(0, papers)
        self._say(
            DossierComponents(
                digitised=digitised,
                reused=int(self._chance(0.15)),
                from_personal_store=int(self._chance(0.1)),
                demanded_again=int(self._chance(0.05)),
                population_data=self._chance(0.6),
                result_required=True,
            ),
            after=self._between(20, 120),
        )
        if self.procedure.level is ServiceLevel.FULL_ONLINE and self._chance(0.04):
            self._say(DossierDemand(what=self.rng.choice(_DEMANDS)), after=self._between(600, 3_600))

    def _fee(self) -> None:
        """Pay at reception, or be asked to (6) and pay later."""
        if not self.procedure.fee:
            return
        online = self.procedure.payable_online
        paid_by = (
            (PaidBy.NATIONAL_PORTAL if self._chance(0.8) else PaidBy.OTHER_GATEWAY) if online else PaidBy.NOT_ONLINE
        )
        if self._chance(0.3):
            self._pass(self._between(5 * MINUTE, HOUR))
            self._status(Status.FEE_DUE)
            self.now += self._between(HOUR, min(2 * DAY, self.limit / 4) + HOUR)
            self._paid(paid_by)
            self.now += self._between(MINUTE, 5 * MINUTE)
            self._status(Status.IN_PROGRESS)
        else:
            self._paid(PaidBy.NOT_ONLINE if online and self._chance(0.25) else paid_by)

    def _paid(self, paid_by: PaidBy) -> None:
        self._say(
            DossierFee(
                amount=self.procedure.fee,
                payable_online=self.procedure.payable_online,
                paid_by=paid_by,
                paid_at=self.instant(self.now),
            ),
            after=self._between(5, 60),
        )

    def _work(self) -> None:
        """Work through the steps; on the way a dossier may need a supplement, be withdrawn, stopped or extended."""
        share = self.rng.uniform(1.05, 3) if self.is_late else self.rng.triangular(0.05, 0.95, self.character.pace)
        names = _STEPS[: max(1, min(len(_STEPS), self.limit // self.working.day_length))]
        planned = self.limit / (len(names) + 1)
        part = planned * share
        if self.is_late:
            self._apologise()
        for name in names:
            self._pass(part)
            if self._chance(0.008):
                self._status(Status.WITHDRAWN if self._chance(0.6) else Status.STOPPED)
                return
            step_due_at = self.instant(self.working.later(self.now, int(planned)))
            self._status(Status.IN_PROGRESS, step=Step(name=name, due_at=step_due_at))
            if self._chance(0.03):
                self._supplement()
                if self._chance(0.06):  # not all was asked for at once, as it has to be
                    self._supplement()
        self._pass(part)
        self._finish()

    def _supplement(self) -> None:
        """Ask the citizen for more papers (5), and go on when they are there (4)."""
        self._pass(self._between(5 * MINUTE, 2 * HOUR))
        self._status(Status.SUPPLEMENT_REQUESTED)
        self.now += self._between(4 * HOUR, 4 * DAY)
        self._pass(self._between(5 * MINUTE, HOUR))
        self._status(Status.IN_PROGRESS)

    def _apologise(self) -> None:
        """Apologise for being late: in good time, mostly with a new date; when it is too late; most often never."""
        if self._chance(0.4):
            new_due_at = self.working.later(self.due_at, self.limit) if self._chance(0.6) else None
            self._apology(0.5, new_due_at)
            if new_due_at:
                self._extend(0.5, new_due_at)
                if self._chance(0.1):  # and once more, which is not allowed
                    self._extend(0.98, self.working.later(new_due_at, self.limit))
        elif self._chance(0.25):
            self._apology(self.rng.uniform(0.95, 1.04))

    def _apology(self, share: float, new_due: int | None = None) -> None:
        """Apologise when this share of the limit has passed."""
        at = self.working.later(self.now, int(self.limit * share))
        new_due_at = self.instant(new_due) if new_due else None
        self.facts.append(Fact(at, DossierApology(sent_at=self.instant(at), new_due_at=new_due_at)))

    def _extend(self, share: float, new_due: int) -> None:
        """Move the appointment when this share of the limit has passed, and an apology has gone out."""
        at = self.working.later(self.now, int(self.limit * share)) + MINUTE
        self.facts.append(Fact(at, DossierExtended(due_at=self.instant(new_due))))

    def _finish(self) -> None:
        """Finish (9), return the result (10), and perhaps be rated."""
        finished_at = self.instant(self.now)
        self._status(Status.FINISHED, finished_at=finished_at)
        self._say(DossierComponents(result_files=int(self._chance(0.9))), after=self._between(5, 90))
        self._pass(10 * MINUTE + self.rng.expovariate(1 / (4 * HOUR)))
        self._status(Status.RETURNED, finished_at=finished_at, returned_at=self.instant(self.now))
        if self._chance(0.2):
            self._say(DossierRating(liked=self._chance(0.93)), after=self._between(HOUR, 3 * DAY))

    def _inform_portal(self) -> None:
        """Tell the national portal of each status but the first, as the agency is used to do it."""
        reportable = [
            fact for fact in self.facts if isinstance(fact.data, DossierStatus) and fact.data.status != Status.SUBMITTED
        ]
        kept = len(reportable)
        if self.character.sync is Sync.PATCHY and self._chance(0.3):
            kept = self._between(0, kept)
        for fact in reportable[:kept]:
            self._sync(fact)

    def _sync(self, fact: Fact) -> None:
        slow = self.character.sync is Sync.SLOW
        sent_at = fact.at + (self._between(20 * MINUTE, 4 * HOUR) if slow else self._between(2, 90))
        answered_at = sent_at + self._between(1, 30)
        known = self._as_reported(fact)
        self.facts.append(Fact(sent_at, DossierPortal(outcome=Outcome.SENT, **known)))  # type: ignore[arg-type]
        if self._chance(0.01):
            self.facts.append(Fact(answered_at, DossierPortal(outcome=Outcome.REJECTED, error_code="-1")))
            answered_at += self._between(MINUTE, 5 * MINUTE)
        acknowledged = DossierPortal(outcome=Outcome.ACKNOWLEDGED, **known)  # type: ignore[arg-type]
        self.facts.append(Fact(answered_at, acknowledged))

    def _as_reported(self, fact: Fact) -> dict[str, object]:
        """Return what the portal is told of a status: the truth, but for embellishers."""
        assert isinstance(fact.data, DossierStatus)  # noqa: S101 - narrowed by the caller
        status, finished_at = fact.data.status, fact.data.finished_at
        if self.character.sync is Sync.EMBELLISHED and status in _STANDSTILLS:
            status, finished_at = Status.FINISHED, self.instant(fact.at)
        return {"status": status, "due_at": fact.data.due_at, "finished_at": finished_at}
