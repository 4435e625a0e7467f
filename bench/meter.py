"""CPU time and memory of process trees, sampled while something is measured."""

from collections.abc import Mapping, Sequence
from threading import Event, Thread
from time import time
from types import TracebackType
from typing import NamedTuple, Self

import psutil

_INTERVAL_SECONDS = 0.1


class Sample(NamedTuple):
    """Of one moment: CPU seconds used so far, by name, and resident bytes of what is measured."""

    at: float
    cpu: Mapping[str, float]
    resident: int


class Meter:
    """Samples in the background, from the beginning of its context to the end.

    Args:
        trees: Process ids by name; the children of each process count with it.
        measured: Whose memory is wanted.
    """

    MACHINE = "machine"  # all that ran, on all cores

    def __init__(self, trees: Mapping[str, Sequence[int]], measured: str) -> None:
        self._trees = trees
        self._measured = measured
        self._samples: list[Sample] = []
        self._left = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._samples.append(self._sample())
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._left.set()
        self._thread.join()

    def cpu_seconds(self, name: str, start: float, end: float) -> float:
        """Return the CPU seconds that `name` used between two instants."""
        return cpu_at(self._samples, name, end) - cpu_at(self._samples, name, start)

    def peak_bytes(self) -> int:
        """Return the largest resident memory seen."""
        return max(sample.resident for sample in self._samples)

    def _run(self) -> None:
        while not self._left.wait(_INTERVAL_SECONDS):
            self._samples.append(self._sample())

    def _sample(self) -> Sample:
        used = {name: [one for pid in pids for one in _tree(pid)] for name, pids in self._trees.items()}
        cpu = {name: sum(seconds for seconds, _ in tree) for name, tree in used.items()}
        machine = psutil.cpu_times()
        cpu[self.MACHINE] = sum(machine) - machine.idle - getattr(machine, "iowait", 0.0) - getattr(machine, "guest", 0)
        return Sample(time(), cpu, sum(resident for _, resident in used[self._measured]))


def _tree(pid: int) -> list[tuple[float, int]]:
    """Return CPU seconds and resident bytes of a process and its children."""
    try:
        process = psutil.Process(pid)
        found = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
    return [use for one in found if (use := _use(one)) is not None]


def _use(process: psutil.Process) -> tuple[float, int] | None:
    try:
        with process.oneshot():
            times = process.cpu_times()
            return times.user + times.system, process.memory_info().rss
    except psutil.NoSuchProcess:
        return None


def cpu_at(samples: Sequence[Sample], name: str, at: float) -> float:
    """Return the CPU seconds that `name` had used at an instant: on the line between the samples around it."""
    before = [sample for sample in samples if sample.at <= at] or [samples[0]]
    after = [sample for sample in samples if sample.at > at] or [samples[-1]]
    (earlier, low), (later, high) = (before[-1].at, before[-1].cpu[name]), (after[0].at, after[0].cpu[name])
    if later <= earlier:
        return low
    return low + (high - low) * min(1.0, max(0.0, (at - earlier) / (later - earlier)))
