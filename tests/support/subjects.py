"""One partition of procedures or petitions under test: a processor, its clock, and the changelog it would have."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from agents.activity import Activity
from agents.indicators.windows import WINDOWS, starts
from agents.subjects.processor import SubjectPlan, SubjectProcessor
from alerts.prometheus.subject_metrics import subject_counts
from builders import RULEBOOK, KafkaRecord, records
from config.clock import FixedClock, local_date
from config.rulebook import Rulebook
from streams.chunk import Reach
from streams.events import Event

Counts = dict[tuple[str, str, str], int]


class SubjectPartition:
    """Processes, writes and commits as the reader does; can crash before or after it has written."""

    def __init__(
        self,
        kind: type[SubjectProcessor[Any]],
        now: datetime,
        *,
        rulebook: Rulebook = RULEBOOK,
        lives_here: Callable[[str], bool] = lambda _: True,
        horizon: datetime | None = None,
    ) -> None:
        self.clock = FixedClock(now)
        self.activity = Activity()
        self.rulebook = rulebook
        self.changelog: list[tuple[bytes, bytes | None]] = []
        self._new = lambda: kind(
            rulebook=self.rulebook, clock=self.clock, activity=self.activity, lives_here=lives_here, horizon=horizon
        )
        self.processor = self._new()

    def tell(self, *events: Event, timestamp: int | None = None) -> SubjectPlan[Any]:
        """Process and commit events as one chunk."""
        return self.take(records(events, self.processor.position + 1, timestamp))

    def take(self, chunk: Sequence[KafkaRecord]) -> SubjectPlan[Any]:
        """Process and commit one chunk."""
        plan = self.processor.process(chunk)
        self.changelog += plan.changelog
        self.processor.commit(plan)
        return plan

    def advance(self, now: datetime, *, reach: Reach = Reach.END, quiet: bool = True) -> None:
        self.clock.set(now)
        self.processor.advance(now, reach=reach, quiet=quiet)

    def restart(self, *, compacted: bool = False) -> None:
        """Lose the process; restore another one from the changelog."""
        self.processor = self._new()
        self.restore(dict(self.changelog).items() if compacted else self.changelog)

    def restore(self, changelog: Iterable[tuple[bytes, bytes | None]]) -> None:
        for key, value in changelog:
            self.processor.load(key, value)
        self.processor.recount()

    @property
    def state(self) -> dict[str, bytes]:
        return dict(self.processor.stored())

    @property
    def counts(self) -> Counts:
        return dict(subject_counts([self.processor]))

    def count(self, name: str, window: str = "year") -> int:
        """Return one count, summed over agencies."""
        return sum(count for (_, one, of), count in self.counts.items() if (one, of) == (name, window))

    @property
    def violations(self) -> dict[tuple[str, str], int]:
        return dict(self.processor.tally.violations)


def counted_from_scratch(processor: SubjectProcessor[Any], rulebook: Rulebook = RULEBOOK) -> tuple[Counts, Any]:
    """Judge every subject of a partition anew, and sum day by day over each window: counts and violations."""
    counts: Counter[tuple[str, str, str]] = Counter()
    violations: Counter[tuple[str, str]] = Counter()
    today = local_date(processor.judged_at)
    windows = starts(today) if today > date.min else {}  # no day has come before the first tick
    for code, _ in processor.stored():
        adds = processor.subjects.adds(processor.facts(code), processor.judged_at, rulebook)
        if adds is None:
            continue
        violations.update((adds.agency, name) for name in adds.violations)
        counts.update((adds.agency, name, window) for name in adds.stock for window in WINDOWS)
        for window, start in windows.items():
            for day, mask in adds.days.items():
                for place, name in enumerate(processor.subjects.counts):
                    if start <= day <= today and mask >> place & 1:
                        counts[adds.agency, name, window] += 1
    return dict(counts), dict(violations)
