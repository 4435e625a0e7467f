"""This project's worker, as it is: `dunghan worker`, started once or twice."""

import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from agents.reading import POSITION_KEY, load_position
from bench import broker
from bench.contestant import Command, Contestant, Job, Running
from bench.settings import settings_of
from bench.task import Report, Task
from dunghan.stack.ports import free_ports
from streams.topics import create_topics

_DOSSIER_KEY = b"d"


class WholeJob(Contestant):
    """One worker: decode, merge, judge, count, expect, changelog, Redis view, metrics."""

    letter, title, job = "a", "this worker, the whole job", Job.WHOLE
    note = "dossiers merged, judged and counted; expectations, indicators, changelog in transactions, Redis view"
    workers = 1

    def commands(self, task: Task) -> list[Command]:
        """Start it as a user does, with a changelog of its own."""
        settings = settings_of(task)
        create_topics(settings)
        given = dict(os.environ) | settings.environment()
        worker = [sys.executable, "-m", "dunghan", "worker", "--loglevel", "INFO", "--metrics-port"]
        return [Command([*worker, str(port)], given) for port in free_ports(self.workers)]

    def watch(self, running: Running, task: Task) -> Report:
        """Wait until the worker has reported the topic's end as its position.

        It begins when the last of the workers says which partitions it serves.
        """
        with broker.admin(settings_of(task)) as client:
            while _reported(client, task) < task.records:
                running.pause()
        begun = [instant for log in running.logs for instant in serving_at(log, task.topic)]
        return Report(first_at=max(begun), last_at=0.0, records=task.records, value_bytes=0)

    def changelog(self, task: Task) -> str:
        """Return the changelog of the dossiers."""
        return settings_of(task).changelog_topic

    def entry(self, record: Any) -> tuple[bytes, bytes] | None:
        """Return a dossier's code and stored facts."""
        if not record.key.startswith(_DOSSIER_KEY):
            return None
        return record.key.removeprefix(_DOSSIER_KEY), record.value

    def reached(self, record: Any) -> int | None:
        """Return the position that is written with every chunk."""
        return load_position(record.value).offset + 1 if record.key == POSITION_KEY else None


class WholeJobOfFirst(WholeJob):
    """The same, on the events that the slow ones get: to be compared with them, for dossiers grow, and cost more."""

    letter, title = "k", "this worker, the whole job, on the first events"
    note = "as many as Faust as shipped gets: later events are about dossiers of which more is known, and cost more"
    is_slow = True


class TwoWorkers(WholeJob):
    """Two of them, four partitions each."""

    letter, title = "j", "two of this worker, the whole job"
    note = "timed from when both serve their partitions"
    workers = 2


def _reported(client: Any, task: Task) -> int:
    group = settings_of(task).position_group
    return sum(offset for source, offset in broker.committed(client, group).items() if source.topic == task.topic)


def serving_at(log: Path, topic: str) -> list[float]:
    """Return when a worker said that it serves partitions of a topic, by its log's own clock."""
    line = re.compile(rf"^\[(\d+-\d+-\d+ \d+:\d+:\d+),(\d+)\].*serving {re.escape(topic)} \[\d", re.MULTILINE)
    return [
        datetime.strptime(second, "%Y-%m-%d %H:%M:%S").astimezone().timestamp() + int(millis) / 1000
        for second, millis in line.findall(log.read_text(errors="replace"))
    ]
