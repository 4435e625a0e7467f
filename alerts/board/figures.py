"""The board's figures, added up from samples: pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from agents.dossiers.standing import OPEN_STATES, State
from alerts.board.scores import INDEX_SERIES, UnitScore, unit_scores
from alerts.board.snapshot import Sample

# The recorded series the board reads (config/prometheus/rules): whole already, summed over the workers.
EVENTS = "result:tthc_events:sum"
EVENTS_RATE = "result:tthc_events:rate15s"
EVENT_LAG = "tthc_event_lag_seconds:p99_1m"
WAITING = "partition:tthc_partition_lag_records:max"
WATERMARK = "partition:tthc_watermark_timestamp_seconds:max"
CATCHING_UP = "partition:tthc_partition_catching_up:max"
DOSSIERS = "agency_state:tthc_dossiers:sum"
OVERDUE = "agency:tthc_dossiers_overdue:sum"
DUE_SOON = "agency_rung:tthc_dossiers_due_soon:sum"
OLDEST_OVERDUE = "agency:tthc_oldest_overdue_timestamp_seconds:min"
UNSYNCED = "agency_severity:tthc_sync_missing:sum"
DIVERGED = "agency:tthc_sync_diverged:sum"
DEAD_LETTERS = "reason:tthc_dead_letters:sum"
SINK_FAILING = "sink:tthc_delivery_failing:max"
SINK_WAITING = "sink:tthc_delivery_lag_records:max"
SERIES = (
    EVENTS,
    EVENTS_RATE,
    EVENT_LAG,
    WAITING,
    WATERMARK,
    CATCHING_UP,
    DOSSIERS,
    OVERDUE,
    DUE_SOON,
    OLDEST_OVERDUE,
    UNSYNCED,
    DIVERGED,
    DEAD_LETTERS,
    SINK_FAILING,
    SINK_WAITING,
    *INDEX_SERIES,
)


class AgencyFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One agency's line."""

    code: str
    open: int
    due_soon: int
    overdue: int
    oldest_overdue_at: datetime | None
    unsynced: int
    unsynced_critical: int


class SinkFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One place where alerts are delivered to."""

    name: str
    failing: bool
    waiting: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The whole province's figures."""

    partitions: int
    events: int
    events_per_second: float
    event_lag_seconds: float | None
    waiting: int
    catching_up: int
    watermark_at: datetime | None
    index: tuple[UnitScore, ...]
    states: dict[State, int]
    agencies: tuple[AgencyFigures, ...]
    sync_missing: dict[str, int]
    diverged: int
    dead_letters: dict[str, int]
    sinks: tuple[SinkFigures, ...]

    @property
    def open(self) -> int:
        """Return the number of dossiers without an end."""
        return sum(self.states.get(state, 0) for state in OPEN_STATES)

    @property
    def overdue(self) -> int:
        """Return the number of open dossiers past their appointment."""
        return sum(agency.overdue for agency in self.agencies)

    @property
    def unsynced(self) -> int:
        """Return the number of dossiers the national portal should have acknowledged by now."""
        return sum(agency.unsynced for agency in self.agencies)


class _Series:
    """Samples by series name."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._by_name: defaultdict[str, list[Sample]] = defaultdict(list)
        for sample in samples:
            self._by_name[sample.name].append(sample)

    def values(self, name: str) -> list[float]:
        return [sample.value for sample in self._by_name[name]]

    def total(self, name: str) -> float:
        return sum(self.values(name))

    def by(self, label: str, name: str, **wanted: str) -> dict[str, float]:
        """Sum the samples that carry the wanted labels, by one more label."""
        sums: defaultdict[str, float] = defaultdict(float)
        for sample in self._by_name[name]:
            if wanted.items() <= sample.labels.items():
                sums[sample.labels.get(label, "?")] += sample.value
        return dict(sums)

    def counts(self, label: str, name: str) -> dict[str, int]:
        """Sum the samples by a label, as whole numbers."""
        return {key: int(count) for key, count in self.by(label, name).items()}


def figures_from(samples: Iterable[Sample]) -> Figures:
    """Add samples up to figures; what was not sampled counts as nothing."""
    samples = list(samples)
    series = _Series(samples)
    return Figures(
        partitions=len(series.values(WAITING)),
        events=int(series.total(EVENTS)),
        events_per_second=series.total(EVENTS_RATE),
        event_lag_seconds=max(series.values(EVENT_LAG), default=None),
        waiting=int(series.total(WAITING)),
        catching_up=int(series.total(CATCHING_UP)),
        watermark_at=_instant(min(filter(None, series.values(WATERMARK)), default=None)),
        index=unit_scores(samples),
        states={State(state): count for state, count in series.counts("state", DOSSIERS).items() if state in _STATES},
        agencies=_agencies(series),
        sync_missing=series.counts("severity", UNSYNCED),
        diverged=int(series.total(DIVERGED)),
        dead_letters=series.counts("reason", DEAD_LETTERS),
        sinks=_sinks(series),
    )


_STATES = frozenset(State)


def _agencies(series: _Series) -> tuple[AgencyFigures, ...]:
    """Return the agencies, those with most to mend first."""
    open_by_state = [series.by("agency", DOSSIERS, state=state) for state in OPEN_STATES]
    due_soon = series.by("agency", DUE_SOON)
    overdue = series.by("agency", OVERDUE)
    oldest = series.by("agency", OLDEST_OVERDUE)
    unsynced = series.by("agency", UNSYNCED)
    warned = series.by("agency", UNSYNCED, severity="warning")
    agencies = [
        AgencyFigures(
            code=code,
            open=int(sum(counts.get(code, 0) for counts in open_by_state)),
            due_soon=int(due_soon.get(code, 0)),
            overdue=int(overdue.get(code, 0)),
            oldest_overdue_at=_instant(oldest.get(code)),
            unsynced=int(unsynced.get(code, 0)),
            unsynced_critical=int(unsynced.get(code, 0) - warned.get(code, 0)),
        )
        for code in series.by("agency", DOSSIERS).keys() | overdue.keys() | unsynced.keys()
    ]
    return tuple(sorted(agencies, key=lambda agency: (-agency.overdue, -agency.unsynced, -agency.open, agency.code)))


def _sinks(series: _Series) -> tuple[SinkFigures, ...]:
    waiting = series.counts("sink", SINK_WAITING)
    return tuple(
        SinkFigures(name=sink, failing=failing > 0, waiting=waiting.get(sink, 0))
        for sink, failing in sorted(series.by("sink", SINK_FAILING).items())
    )


def _instant(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
