"""Simulated events, and what they must amount to however they arrive."""

from collections.abc import Iterator
from functools import cached_property

import msgspec

from agents.dossiers.report import agency_reports
from config.rulebook import load_rulebook
from config.settings import Settings
from dunghan.evaluation import Evaluation
from streams.decode import Line, decode
from streams.events import Event
from streams.publish import Publisher, paced
from streams.simulate import Config, Province, SimulatedEvent
from support.oracle import Verdict, counts, judge, known_here


class Simulated:
    """A simulated history, kept in memory."""

    def __init__(self, config: Config) -> None:
        self.at = config.until
        self.events: list[SimulatedEvent] = list(Province(config).events())

    def said(self) -> Iterator[Event]:
        """Yield what the messages say, in the order of their delivery."""
        return (event for told in self.events for event in decode(Line(told.value)).events)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """Return what the oracle says of each dossier at the end of the history."""
        return judge(self.said(), self.at)

    @cached_property
    def evaluation(self) -> Evaluation:
        """Return what `dunghan evaluate` makes of it, which is what the oracle says."""
        evaluation = Evaluation(self.at, load_rulebook())
        evaluation.read("simulated", (event.value for event in self.events))
        evaluation.finish()
        reports = agency_reports(evaluation.processor.tally.contributions.items())
        assert known_here({agency: msgspec.structs.asdict(report) for agency, report in reports.items()}) == counts(
            self.verdicts
        )
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
                publisher.publish(event.value, event.key, sent_as=event.sent_as)
