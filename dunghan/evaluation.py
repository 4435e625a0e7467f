"""Evaluate files of events in memory: the worker's own processor, without Kafka."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from agents.activity import Activity
from agents.dossiers.processor import DossierProcessor
from agents.dossiers.report import Alert
from agents.dossiers.report import alerts as dossier_alerts
from agents.every_topic import take
from agents.indicators.windows import Window
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from alerts.prometheus.metrics import all_counts
from config.clock import FixedClock
from config.rulebook import Rulebook
from streams.chunk import Reach
from streams.events import INTERNAL_TYPES
from streams.rejection import Reason

_CHUNK_LINES = 2000
_HAPPENED = frozenset({"applied", "duplicate"})


class RejectedLine(NamedTuple):
    """A line that could not be applied, or not wholly."""

    file: str
    line: int
    reason: Reason
    detail: str


class NumberedLine(NamedTuple):
    """One line of a file, as a record."""

    value: bytes
    file: str
    offset: int
    key: None = None
    headers: Sequence[tuple[str, bytes]] = ()
    timestamp: None = None


class Evaluation:
    """What the monitor would show at an instant, had it seen these files."""

    def __init__(self, at: datetime, rulebook: Rulebook) -> None:
        self.at = at
        self.lines = 0
        self.rejected: list[RejectedLine] = []
        self.activity = Activity()
        clock = FixedClock(at)
        self.processor = DossierProcessor(rulebook=rulebook, clock=clock, activity=self.activity, horizon=at)
        self.procedures = ProcedureProcessor(rulebook=rulebook, clock=clock, activity=self.activity, horizon=at)
        self.petitions = PetitionProcessor(rulebook=rulebook, clock=clock, activity=self.activity, horizon=at)

    def read(self, file: str, lines: Iterable[bytes], progress: Callable[[int], None] = lambda _: None) -> None:
        """Apply a file, a chunk at a time; empty lines are passed over."""
        records = (NumberedLine(text, file, number) for number, line in enumerate(lines, 1) if (text := line.strip()))
        while chunk := list(islice(records, _CHUNK_LINES)):
            self._apply(chunk)
            progress(sum(len(record.value) + 1 for record in chunk))

    def _apply(self, chunk: list[NumberedLine]) -> None:
        self.lines += len(chunk)
        for item in take(chunk, [self.processor, self.procedures, self.petitions]):
            line: NumberedLine = item.record
            self.rejected.append(RejectedLine(line.file, line.offset, item.rejection.reason, item.rejection.detail))

    def finish(self) -> None:
        """Judge everything at the instant of the evaluation."""
        for processor in (self.processor, self.procedures, self.petitions):
            processor.advance(self.at, reach=Reach.END)
            while processor.unsettled:
                processor.advance(self.at, reach=Reach.END)

    @property
    def events(self) -> int:
        """The events that had happened by then, whatever was told twice."""
        internal = {kind.type for kind in INTERNAL_TYPES}
        results = self.activity.events.items()
        return sum(count for (kind, result), count in results if result in _HAPPENED and kind not in internal)

    @property
    def alerts(self) -> list[Alert]:
        """What asks for attention, a rule and a subject each, in order."""
        found = dossier_alerts((code, self.processor.standing(code)) for code in self.processor.watched())
        for code, one in chain(self.procedures.holding(), self.petitions.holding()):
            found.append(Alert(one.rule, code, one.agency, one.since, one.severity))
        return sorted(found)

    def counts(self, window: Window) -> dict[str, dict[str, int]]:
        """Return the named counts of a window by agency, those of nothing left out; every agency is there."""
        counts = all_counts([self.processor], [self.procedures, self.petitions])
        found: dict[str, dict[str, int]] = {agency: {} for agency, _, _ in counts}
        for (agency, name, counted_in), count in counts.items():
            if counted_in == window and count:
                found[agency][name] = count
        return dict(sorted(found.items()))


def lines_of(file: Path) -> Iterator[bytes]:
    """Yield the lines of a file, without holding it in memory."""
    with file.open("rb") as stream:
        yield from stream
