"""Evaluate files of events in memory: the worker's own processor, without Kafka."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from agents.dossiers.processor import DossierProcessor
from config.clock import FixedClock
from config.rulebook import Rulebook
from streams.rejection import Reason

_CHUNK_LINES = 2000


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
        self.processor = DossierProcessor(rulebook=rulebook, clock=FixedClock(at), horizon=at)

    def read(self, file: str, lines: Iterable[bytes], progress: Callable[[int], None] = lambda _: None) -> None:
        """Apply a file, a chunk at a time; empty lines are passed over."""
        records = (NumberedLine(text, file, number) for number, line in enumerate(lines, 1) if (text := line.strip()))
        while chunk := list(islice(records, _CHUNK_LINES)):
            self._apply(chunk)
            progress(sum(len(record.value) + 1 for record in chunk))

    def _apply(self, chunk: list[NumberedLine]) -> None:
        plan = self.processor.process(chunk)
        self.processor.commit(plan)
        self.lines += len(chunk)
        for item in plan.rejected:
            # Events of other topics may stand in the same file; they say nothing of dossiers.
            if item.rejection.reason is not Reason.WRONG_TOPIC:
                line: NumberedLine = item.record
                self.rejected.append(RejectedLine(line.file, line.offset, item.rejection.reason, item.rejection.detail))

    def finish(self) -> None:
        """Judge everything at the instant of the evaluation."""
        self.processor.advance(self.at, caught_up=True)


def lines_of(file: Path) -> Iterator[bytes]:
    """Yield the lines of a file, without holding it in memory."""
    with file.open("rb") as stream:
        yield from stream
