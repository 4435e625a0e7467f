"""The catalogue: how departments decide, announce, publish and list procedures, and what they correct afterwards.

The procedures that agencies handle are in it, and as many again that nobody has asked for. What happened before the
history is told on its first day, as a system does that begins to send; what happens in it is told as it happens.
"""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import NamedTuple

from streams.events import Portal
from streams.events import Procedure as Facts
from streams.simulate.canonical import CloudEvent, Message, encode
from streams.simulate.facts import instant_as
from streams.simulate.office_hours import DAY, HOUR, MINUTE, midnight
from streams.simulate.province import PROVINCE, Agency, Procedure, any_procedure

_SOURCE = f"urn:{PROVINCE.lower()}:csdl-tthc"
_DEPARTMENTS = 20  # the agencies that issue procedures; all of them, if there are fewer
_BEFORE_DAYS = 250  # how long before the history the oldest decision is
_BOTH, _ONE = [Portal.NATIONAL, Portal.PROVINCIAL], ([Portal.NATIONAL], [Portal.PROVINCIAL])


class Period(NamedTuple):
    """The history, in seconds since the epoch."""

    start: int
    until: int


class Posted(NamedTuple):
    """A message of the catalogue, and when it is delivered."""

    at: int
    message: Message
    is_copy: bool = False


def catalogue(agencies: Sequence[Agency], period: Period, duplicates: float, seed: int) -> list[Posted]:
    """Return everything that is said of procedures, in order of delivery."""
    rng = Random(f"{seed}/catalogue")
    departments = agencies[:_DEPARTMENTS]
    handled = {procedure.code: procedure for agency in agencies for procedure in agency.procedures}
    unused = {procedure.code: procedure for procedure in (any_procedure(rng) for _ in handled)}
    posted: list[Posted] = []
    for procedure in (unused | handled).values():
        for message in _Entry(procedure, rng.choice(departments), period, rng).run():
            one = Posted(message.at + rng.randint(1, 2 * HOUR), message)  # they overtake one another now and then
            posted.append(one)
            if rng.random() < duplicates:
                posted.append(Posted(one.at + rng.randint(1, 2 * DAY), message, is_copy=True))
    return sorted(posted)


class _Entry:
    """One procedure in the catalogue."""

    def __init__(self, procedure: Procedure, issuer: Agency, period: Period, rng: Random) -> None:
        self.procedure = procedure
        self.issuer = issuer
        self.period = period
        self.rng = rng
        self.instant = instant_as(issuer.character.writing)
        self.told: list[tuple[int, dict[str, object]]] = []

    def run(self) -> list[Message]:
        """Return what is said, in order of time; facts from before the history are told together at its beginning."""
        self._decide()
        self._correct()
        first = self.period.start + self.rng.randint(0, 6 * HOUR)
        facts: dict[str, object] = {}
        later: list[tuple[int, dict[str, object]]] = []
        for at, said in sorted(self.told, key=lambda one: one[0]):
            if at <= first:
                facts |= said
            else:
                later.append((at, said))
        spoken = ([(first, facts)] if facts else []) + later
        return [self._message(number, at, said) for number, (at, said) in enumerate(spoken, 1)]

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _day_at(self, at: float) -> int:
        """Return an hour of work on the day of an instant."""
        return midnight(int(at)) + self.rng.randint(8 * HOUR, 16 * HOUR)

    def _decide(self) -> None:
        """Decide, announce, publish and list it: mostly in time, by some late, and sometimes not at all."""
        rng, late = self.rng, 0.05 + self.issuer.character.late
        decided = self._day_at(rng.uniform(self.period.start - _BEFORE_DAYS * DAY, self.period.until))
        effective = midnight(decided) + (rng.randint(1, 5) if self._chance(late) else rng.randint(12, 30)) * DAY
        self._say(decided, decided_at=self.instant(decided), effective_at=self.instant(effective), **self._nature())
        announced = max(decided, self._day_at(decided + rng.randint(0, 2) * DAY))
        if self._chance(0.97):
            self._say(announced + MINUTE, announced_at=self.instant(announced))
        days = rng.randint(8, 20) if self._chance(late) else rng.randint(0, 3)
        published = max(announced, self._day_at(announced + days * DAY))
        if self._chance(0.95):
            self._say(published + 2 * MINUTE, published_at=self.instant(published), parts_missing=self._missing())
            self._say(published + HOUR, listed_on=rng.choice(_ONE) if self._chance(0.1) else _BOTH)

    def _nature(self) -> dict[str, object]:
        return {
            "level": self.procedure.level,
            "fee": self.procedure.fee > 0,
            "online_payment": self.procedure.payable_online,
            "citizen": self._chance(0.7),
            "limit": self.procedure.limit,
        }

    def _missing(self) -> list[str]:
        return ["mau-don", "le-phi"][: self.rng.randint(1, 2)] if self._chance(0.12) else []

    def _correct(self) -> None:
        """Mend the listing, open online payment, fill in what was missing, or abolish it, during the history."""
        mended: list[dict[str, object]] = []
        if self._chance(0.06):
            mended.append({"listed_on": _BOTH})
        if self.procedure.fee and self._chance(0.1):
            mended.append({"online_payment": True})
        if self._chance(0.05):
            mended.append({"parts_missing": []})
        if self._chance(0.04):
            abolished = self.period.start + self.rng.randint(DAY, self.period.until - self.period.start + 5 * DAY)
            mended.append({"abolished_at": self.instant(abolished)})
        for said in mended:
            self._say(
                self.rng.randint(self.period.start + DAY, max(self.period.until, self.period.start + DAY)), **said
            )

    def _say(self, at: int, **said: object) -> None:
        self.told.append((at, said))

    def _message(self, number: int, at: int, said: dict[str, object]) -> Message:
        code = self.procedure.code
        time: datetime = self.instant(at)
        data = Facts(issuer=self.issuer.code, **said)  # type: ignore[arg-type]
        event = CloudEvent(f"{code}/{number}", _SOURCE, Facts.type, time, code, data=data)
        return Message(at, encode(event), key=code)
