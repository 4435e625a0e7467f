"""Figures of the failure suite, for docs/reliability.md: how long it took until all was applied again."""

from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from config.settings import Settings
from support.workers import wait_until

RECOVERY_SECONDS = 90.0
_SOON = {
    "bootstrap_timeout_ms": 10_000,
    "request_timeout_ms": 3000,
}  # of a broker that does not answer, another is asked
BEGIN, END = "<!-- figures: written by `make failures` -->", "<!-- end of the figures -->"
HEAD = ("| fault | times | events | until all was applied again |", "|---|---|---|---|")


@dataclass
class Figures:
    """What was measured, by fault."""

    events: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, fault: str, events: int, seconds: float) -> None:
        """Note one fault: during how many events it came, and how long it took from its end."""
        self.events[fault] += events
        self.seconds[fault].append(seconds)

    def rows(self) -> dict[str, str]:
        """Return the rows of a table in Markdown, by fault."""
        return {fault: self._row(fault, seconds) for fault, seconds in self.seconds.items()}

    def _row(self, fault: str, seconds: list[float]) -> str:
        took = f"{min(seconds):.1f} to {max(seconds):.1f} s" if len(seconds) > 1 else f"{seconds[0]:.1f} s"
        return f"| {fault} | {len(seconds)} | {self.events[fault]:,} | {took} |"

    def write(self, page: Path) -> None:
        """Write the rows into the page's table; those of faults that did not come this time stay as they are."""
        before, rest = page.read_text(encoding="utf-8").split(BEGIN)
        table, after = rest.split(END)
        former = {line.split("|")[1].strip(): line for line in table.strip().splitlines()[len(HEAD) :]}
        rows = former | self.rows()
        lines = [BEGIN, *HEAD, *(rows[fault] for fault in sorted(rows)), END]
        page.write_text(before + "\n".join(lines) + after, encoding="utf-8")


def seconds_to_recover(settings: Settings) -> float:
    """Wait until all that is on the broker is applied; what comes meanwhile does not count.

    Returns:
        The seconds from the call: until the broker answers, too.
    """
    goal: dict[int, int] = {}

    def has_recovered() -> bool:
        try:
            with closing(KafkaAdminClient(**settings.kafka_client(), **_SOON)) as admin:
                if not goal:
                    goal.update(_ends(admin, settings))
                applied = _applied(admin, settings)
        except KafkaError:
            return False
        return all(applied.get(number, 0) >= end for number, end in goal.items())

    return wait_until(has_recovered, RECOVERY_SECONDS, f"all applied up to {goal}")


def _ends(admin: Any, settings: Settings) -> dict[int, int]:
    partitions = [TopicPartition(settings.events_topic, number) for number in range(settings.partitions)]
    ends = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    return {partition.partition: end.offset for partition, end in ends.items()}


def _applied(admin: Any, settings: Settings) -> dict[int, int]:
    """Return up to where the workers say they have read."""
    group = settings.position_group
    reported = admin.list_group_offsets(group)[group]
    return {one.partition: at.offset for one, at in reported.items() if one.topic == settings.events_topic}
