"""`Province(config).events()`: everything a simulated province reports, in the order in which it is delivered."""

from collections.abc import Iterator
from datetime import UTC, datetime
from heapq import merge
from itertools import count, islice, takewhile
from operator import attrgetter
from random import Random

import msgspec

from streams.events import DossierStatus
from streams.rejection import Reason
from streams.simulate.arrivals import Flow, arrivals, channel
from streams.simulate.broken import FILE_REASONS
from streams.simulate.canonical import Canonical, Message
from streams.simulate.catalogue import Period, catalogue
from streams.simulate.course import course
from streams.simulate.delivery import Delivery, Faults, delays, in_batches, in_order, with_faults
from streams.simulate.facts import Filing
from streams.simulate.mirror import Mirror
from streams.simulate.office_hours import DAY, AroundTheClock, WorkingTime, office_hours
from streams.simulate.petitions import petition
from streams.simulate.province import Agency, Voice, agencies

# To know how many dossiers make so many events, this many are tried out; the margin is for the luck of the draw.
_SAMPLE = 1_000
_MARGIN = 1.06


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What to simulate."""

    until: datetime
    seed: int = 1
    dossiers: int = 3_000  # filed in the history
    events: int | None = None  # if given: as many dossiers as that takes, and the history is cut after this many events
    agencies: int = 12
    days: int = 30  # length of the history, which ends at `until`
    duplicates: float = 0.05  # share of messages that are delivered a second time, byte for byte
    shuffled: float = 0.05  # share of messages that are overtaken by their dossier's next one
    broken: float = 0.01  # broken events, as a share of the others; they come on top
    reasons: tuple[Reason, ...] = FILE_REASONS  # …and the ways in which they are broken
    rush: float = 1.0  # after `until`, this many times as much is filed
    around_the_clock: bool = False  # agencies work at any hour
    petitions: float = 0.0  # petitions, as a share of the dossiers
    catalogue: bool = False  # whether procedures are announced, published and listed


class SimulatedEvent(msgspec.Struct, frozen=True):
    """One message as it reaches the stream. `key` is its Kafka key: the subject, or None for several dossiers."""

    at: datetime
    delivered_at: datetime
    key: str | None
    value: bytes
    broken: Reason | None  # why it has to be rejected; None: it is good
    is_copy: bool  # an exact copy of an earlier one

    @property
    def sent_as(self) -> str | None:
        """The type by which its sender chose the topic, where it was not the event's own."""
        return DossierStatus.type if self.broken is Reason.WRONG_TOPIC else None


class Province:
    """The simulated province."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.agencies: tuple[Agency, ...] = agencies(config.agencies, config.seed)
        self._until = int(config.until.timestamp())
        self._working: WorkingTime = AroundTheClock() if config.around_the_clock else office_hours(config.until)
        self._flow = Flow(
            start=self._until - config.days * DAY,
            until=self._until,
            dossiers=config.dossiers if config.events is None else _dossiers_for(config, config.events),
            rush=config.rush,
            around_the_clock=config.around_the_clock,
            works_on=self._working.works_on,
        )
        self._weights = [agency.weight for agency in self.agencies]

    def events(self) -> Iterator[SimulatedEvent]:
        """Return the history: what has been delivered by `config.until`."""
        history = takewhile(lambda event: event.delivered_at <= self.config.until, self.endless_events())
        return islice(history, self.config.events)

    def endless_events(self) -> Iterator[SimulatedEvent]:
        """Return the history and, without an end, what comes after it."""
        return merge(self._catalogue(), map(_simulated, self._deliveries()), key=attrgetter("delivered_at"))

    def _catalogue(self) -> Iterator[SimulatedEvent]:
        if not self.config.catalogue:
            return
        period = Period(self._flow.start, self._until)
        for posted in catalogue(self.agencies, period, self.config.duplicates, self.config.seed):
            yield _event(posted.message, posted.at, is_copy=posted.is_copy)

    def _deliveries(self) -> Iterator[Delivery]:
        faults = Faults(self.config.duplicates, self.config.broken, self.config.reasons, self.config.seed)
        return with_faults(in_batches(in_order(self._dossiers())), faults)

    def _dossiers(self) -> Iterator[tuple[int, list[Delivery]]]:
        numbers = count()
        for number, at in enumerate(arrivals(self._flow, Random(f"{self.config.seed}/arrivals")), 1):
            rng = Random(f"{self.config.seed}/{number}")
            filing = self._filing(number, at, rng)
            said = [(self._messages(filing, rng), rng)]
            complaining = Random(f"{self.config.seed}/petition/{number}")
            if complaining.random() < self.config.petitions:
                said.append((petition(filing, number, self._working, complaining), complaining))
            deliveries = [
                Delivery(time, message.is_batchable, next(numbers), message, filing)
                for messages, luck in said
                for time, message in zip(delays(messages, filing, self.config.shuffled, luck), messages, strict=True)
            ]
            yield at, deliveries

    def _filing(self, number: int, at: int, rng: Random) -> Filing:
        agency = rng.choices(self.agencies, self._weights)[0]
        day = datetime.fromtimestamp(at, UTC)
        return Filing(
            code=f"{agency.code}-{day:%y%m%d}-{number:06d}",
            agency=agency,
            procedure=rng.choice(agency.procedures),
            channel=channel(at, self._flow, rng),
            arrived_at=at,
        )

    def _messages(self, filing: Filing, rng: Random) -> list[Message]:
        character = filing.agency.character
        silent_from = self._until - character.silent_days * DAY if character.silent_days else None
        voice = Mirror(filing, rng) if character.voice is Voice.MIRROR else Canonical(filing)
        spoken = (
            voice.message(fact)
            for fact in course(filing, self._working, rng)
            if silent_from is None or fact.at <= silent_from
        )
        return [message for message in spoken if message is not None]


def _dossiers_for(config: Config, events: int) -> int:
    """Return how many dossiers it takes for the history to have at least so many events."""
    sample = Province(msgspec.structs.replace(config, dossiers=_SAMPLE, events=None))
    return int(events * _MARGIN * _SAMPLE / sum(1 for _ in sample.events())) + 1


def _simulated(delivery: Delivery) -> SimulatedEvent:
    return _event(delivery.message, delivery.at, is_copy=delivery.is_copy, broken=delivery.broken)


def _event(message: Message, delivered_at: int, *, is_copy: bool, broken: Reason | None = None) -> SimulatedEvent:
    return SimulatedEvent(
        at=datetime.fromtimestamp(message.at, UTC),
        delivered_at=datetime.fromtimestamp(delivered_at, UTC),
        key=message.key,
        value=message.value,
        broken=broken,
        is_copy=is_copy,
    )
