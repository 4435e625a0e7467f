"""Simulated events, and what they must amount to however they arrive."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property

import msgspec

from agents.dossiers.report import agency_reports
from config.policy import load_policies
from config.settings import Settings
from dunghan.evaluation import Evaluation
from streams.decode import Line, decode
from streams.publish import Publisher, address, paced
from streams.simulate import Config, Province, SimulatedEvent
from support.oracle import Verdict, counts, judge

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


class Simulated:
    """A simulated history that ends at `AT`, kept in memory."""

    def __init__(self, events: int, *, seed: int = 1, duplicates: float = 0.05, shuffled: float = 0.05) -> None:
        config = Config(until=AT, events=events, seed=seed, duplicates=duplicates, shuffled=shuffled, broken=0.01)
        self.events: list[SimulatedEvent] = list(Province(config).events())

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """Return what the oracle says of each dossier."""
        return judge((event for told in self.events for event in decode(Line(told.value)).events), AT)

    @cached_property
    def evaluation(self) -> Evaluation:
        """Return what `dunghan evaluate` makes of it, which is what the oracle says."""
        evaluation = Evaluation(AT, load_policies())
        evaluation.read("simulated", (event.value for event in self.events))
        evaluation.finish()
        reports = agency_reports(evaluation.processor.tally.contributions.items())
        assert {agency: msgspec.structs.asdict(report) for agency, report in reports.items()} == counts(self.verdicts)
        return evaluation

    @property
    def state(self) -> dict[str, bytes]:
        """Return the stored facts that every way of processing must end in."""
        return dict(self.evaluation.processor.dossiers())

    @property
    def broken(self) -> set[bytes]:
        """Return the values that must be among the dead letters."""
        return {event.value for event in self.events if event.broken}

    def publish(self, settings: Settings, rate: float | None = None) -> None:
        """Publish all events in order, at most `rate` a second."""
        with Publisher(settings) as publisher:
            for event in paced(self.events, rate):
                publisher.send(event.value, event.key, address(event.value).headers)

    def __iter__(self) -> Iterator[SimulatedEvent]:
        return iter(self.events)
