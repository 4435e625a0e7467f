"""Real worker processes, and what they left in Kafka."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from config.settings import PREFIX, Settings
from streams.scan import scan

State = dict[str, bytes]


def environment(settings: Settings) -> dict[str, str]:
    """Return the process environment in which the program finds these settings, and no others."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return clean | settings.environment()


class WorkerProcess:
    """One `dunghan worker`, its metrics and its log."""

    program: tuple[str, ...] = ("-m", "dunghan")

    def __init__(self, settings: Settings, folder: Path, name: str, port: int, *options: str) -> None:
        self.port = port
        self.topic = settings.events_topic
        self.log = folder / f"{name}.log"
        arguments = ["worker", "--metrics-port", str(port), "--loglevel", "INFO", *options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, *arguments],
                env=environment(settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = 20) -> int:
        """Stop it as an operator would; return its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"worker did not stop in {seconds} s:\n{self.tail()}") from None

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def metrics(self) -> dict[str, list[tuple[dict[str, str], float]]]:
        """Return the samples by name; none while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=2) as answer:
                text = answer.read().decode()
        except OSError:
            return {}
        samples: dict[str, list[tuple[dict[str, str], float]]] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                samples.setdefault(sample.name, []).append((sample.labels, sample.value))
        return samples

    def partitions(self) -> dict[int, float]:
        """Return the partitions it serves, and how many records of each wait."""
        return {
            int(labels["partition"]): value
            for labels, value in self.metrics().get("tthc_partition_lag_records", [])
            if labels["topic"] == self.topic
        }

    def is_catching_up(self) -> bool:
        """Return whether any partition is judged at its watermark still."""
        return any(value for _, value in self.metrics().get("tthc_partition_catching_up", []))


def agency_counts(workers: Iterable[WorkerProcess], name: str, label: str) -> Counter[tuple[str, str]]:
    """Sum a metric over workers, by agency and another label."""
    counts: Counter[tuple[str, str]] = Counter()
    for worker in workers:
        for labels, value in worker.metrics().get(name, []):
            counts[labels["agency"], labels[label]] += int(value)
    return counts


def wait_until(condition: Callable[[], Any], seconds: float, what: str = "the condition") -> float:
    """Wait for a condition; return how long it took.

    Raises:
        AssertionError: it did not come true in time.
    """
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.1)
    return time.monotonic() - started


def wait_until_applied(settings: Settings, workers: Iterable[WorkerProcess], seconds: float = 90) -> None:
    """Wait until these workers together serve every partition, nothing waits in any, and all are judged as of now."""
    workers = list(workers)
    quiet_since: list[float] = []

    def applied() -> bool:
        served = [worker.partitions() for worker in workers]
        numbers = sorted(number for partitions in served for number in partitions)
        idle = (
            numbers == list(range(settings.partitions))
            and not any(sum(partitions.values()) for partitions in served)
            and not any(worker.is_catching_up() for worker in workers)
        )
        if not idle:
            quiet_since.clear()
        elif not quiet_since:
            quiet_since.append(time.monotonic())
        # Forwarded events come after the last one published: only a quiet second is the end.
        return bool(quiet_since) and time.monotonic() - quiet_since[0] > 1.0

    try:
        wait_until(applied, seconds, "every partition served and applied")
    except AssertionError as error:
        raise AssertionError(f"{error}\n" + "\n".join(worker.tail() for worker in workers)) from None


def stored_state(settings: Settings) -> State:
    """Return the stored facts of every dossier, as a new owner would restore them."""
    state: State = {}
    homes: dict[str, int] = {}
    for record in scan(settings, settings.changelog_topic):
        if record.key[:1] == b"d":
            code = record.key[1:].decode()
            assert homes.setdefault(code, record.partition) == record.partition, f"{code} lives in two partitions"
            state[code] = record.value
    return state
