"""The annotation sink: marks in Grafana's graphs where something grave began.

A mark helps to read a curve: "here it rose because". So only what is critical or a violation is marked, when it is
raised and not when it is resolved, and nothing that had been so for long when old events were read. All that comes
within some seconds is one mark for each agency and rule, which counts; a whole province at once is one mark.

Marks of one turn are remembered until all are made, so that a Grafana that fails halfway gets the rest, not all again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from alerts.alertmanager.names import NOUNS, alert_name, title
from alerts.delivery.courier import Courier
from alerts.delivery.progress import Progress
from alerts.delivery.sink import Outcome
from alerts.delivery.steps import Step, all_together
from alerts.delivery.trouble import Trouble
from alerts.grafana.board import TAG
from alerts.grafana.client import GrafanaError, RejectedError
from config.clock import Clock
from config.settings import Settings
from streams.alerts import AlertEvent, Change, SubjectKind

log = logging.getLogger(__name__)

NAME = "grafana"

_GRAVE = frozenset({"critical", "violation"})
_MOST_MARKS = 20  # more in one turn hide the curve that they explain
_GATHER_SECONDS = 5.0  # as often as Prometheus looks: nearer to each other no two points of a curve are
_MOST_SECONDS = 60.0


class Annotator(Protocol):
    """What this sink needs of Grafana's client. It waits for the answer, so it is called in a thread."""

    def annotate(self, *, at: datetime, text: str, tags: Sequence[str]) -> None:
        """Make a mark.

        Raises:
            GrafanaError: it is not made.
        """
        ...


class Mark(NamedTuple):
    """One annotation."""

    at: datetime
    text: str
    tags: tuple[str, ...]


class GrafanaAnnotations:
    """Marks what is grave."""

    def __init__(self, settings: Settings, clock: Clock, grafana: Annotator) -> None:
        self.progress = Progress(NAME, clock)
        self._grafana = grafana
        self._trouble = Trouble(NAME)
        self._left: tuple[Sequence[Step], list[Mark]] | None = None  # what is still to be marked, and of which steps
        self._courier = Courier(
            settings, self.progress, self._deliver, all_together, most=_MOST_SECONDS, gather=_GATHER_SECONDS
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set."""
        await self._courier.run(stop)

    async def _deliver(self, steps: Sequence[Step]) -> Outcome:
        if self._left is None or self._left[0] is not steps:
            self._left = steps, marks(step.event for step in steps)
        left = self._left[1]
        try:
            while left:
                await self._make(left[0])
                del left[0]
        except GrafanaError as error:
            self._trouble.is_now(str(error))
            return Outcome.FAILED
        self._trouble.is_over()
        return Outcome.DELIVERED

    async def _make(self, mark: Mark) -> None:
        """Make a mark; one that Grafana finds faulty is passed over, as it would be the next time."""
        try:
            await asyncio.to_thread(self._grafana.annotate, at=mark.at, text=mark.text, tags=mark.tags)
        except RejectedError as error:
            self.progress.count(Outcome.REFUSED)
            log.error("a mark is passed over: %s", error)  # noqa: TRY400 - the line says it all


class _Kind(NamedTuple):
    agency: str
    rule: str
    kind: SubjectKind


def marks(events: Iterable[AlertEvent]) -> list[Mark]:
    """Return the marks of the steps of one turn."""
    grave = [event for event in events if _is_grave(event)]
    if not grave:
        return []
    at = min(event.time for event in grave)
    counts = Counter(_Kind(event.data.agency, event.data.rule, event.data.kind) for event in grave)
    if len(counts) > _MOST_MARKS:
        agencies = len({kind.agency for kind in counts})
        return [Mark(at, f"{len(grave)} cảnh báo nghiêm trọng mới ở {agencies} cơ quan", (TAG,))]
    return [Mark(at, _text(kind, count), _tags(kind)) for kind, count in counts.items()]


def _is_grave(event: AlertEvent) -> bool:
    data = event.data
    return data.change is Change.RAISED and data.severity in _GRAVE and not data.backfill


def _text(kind: _Kind, count: int) -> str:
    return f"{kind.agency}: thêm {count} {NOUNS[kind.kind]}: {title(kind.rule)}"


def _tags(kind: _Kind) -> tuple[str, ...]:
    return (TAG, alert_name(kind.rule), kind.agency)
