"""Figures: of one run, and of all the runs of one contestant."""

import msgspec

from bench.contestant import Contestant


class Figures(msgspec.Struct, frozen=True):
    """Of one run that ended as it had to."""

    records: int  # applied between its beginning and its end
    seconds: float
    cpu_seconds: float  # of the contestant's processes
    broker_cpu_seconds: float
    other_cpu_seconds: float  # of all else on the machine
    peak_bytes: int  # resident, of the contestant's processes together

    @property
    def rate(self) -> float:
        """Return records a second."""
        return self.records / self.seconds


class Outcome(msgspec.Struct, kw_only=True):
    """All that came of one contestant."""

    letter: str
    title: str
    job: str
    note: str
    figures: list[Figures] = []
    repeated: list[str] = []  # why a run was refused that was then repeated, with a figure
    refused: list[str] = []  # why a run's figure is not taken, and that of its repetition
    missing: str | None = None  # why it did not take part

    @classmethod
    def of(cls, contestant: Contestant) -> "Outcome":
        """Return the outcome of a contestant that has not run yet."""
        return cls(letter=contestant.letter, title=contestant.title, job=contestant.job.value, note=contestant.note)

    @property
    def counts(self) -> bool:
        """Whether there is a figure, and no run was refused."""
        return bool(self.figures) and not self.refused

    @property
    def median(self) -> Figures:
        """Return the run whose rate is the median; of an even number, the slower of the two in the middle."""
        ordered = sorted(self.figures, key=lambda figures: figures.rate)
        return ordered[(len(ordered) - 1) // 2]


class Machine(msgspec.Struct, frozen=True):
    """What kind of machine it was, and the versions of what ran."""

    cores: int
    processor: str
    memory_bytes: int
    kernel: str
    versions: dict[str, str]


class Results(msgspec.Struct, kw_only=True):
    """A whole run of the bench."""

    at: str
    events: int
    events_for_slow: int
    mean_bytes: float
    keys: int
    partitions: int
    rounds: int
    machine: Machine
    outcomes: list[Outcome]
    latency_ms: dict[str, float] = {}
    latency_rate: int = 0
    latency_refused: str = ""


def ratio(of: Outcome | None, to: Outcome | None) -> float | None:
    """Return how many times as fast the one is, by medians; None where either has no figure."""
    if of is None or to is None or not (of.counts and to.counts):
        return None
    return of.median.rate / to.median.rate
