"""Versions of the state side by side: who works with which, what was told meanwhile, and what must have been."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec

from agents.alerting import Holds
from config.clock import SystemClock
from config.rulebook import load_rulebook
from config.settings import Settings
from dunghan.evaluation import Evaluation
from dunghan.stack.ports import free_ports
from streams.alerts import AlertEvent, decode_alert
from streams.publish import Publisher
from streams.scan import scan
from streams.simulate import SimulatedEvent
from support.alerts import assert_well_told
from support.simulated import Simulated
from support.workers import WorkerProcess, wait_until, wait_until_applied

LOAD_SECONDS = 90


class Told:
    """What has been told of alerts, whichever version told it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def alerts(self) -> list[AlertEvent]:
        records = scan(self.settings, self.settings.alerts_topic)
        return [decode_alert(record.value) for record in records if record.value is not None]

    @property
    def active(self) -> set[tuple[str, str]]:
        """Return the rule and subject of what was told and not resolved; each told as the contract says."""
        return {(one.data.rule, one.subject) for one in assert_well_told(self.alerts).values()}


class Load(threading.Thread):
    """Publishes in the background, evenly, until it is told to hurry."""

    def __init__(self, events: list[SimulatedEvent], settings: Settings) -> None:
        super().__init__()
        self._events = events
        self._settings = settings
        self._hurry = threading.Event()

    def run(self) -> None:
        with Publisher(self._settings) as publisher:
            for event in self._events:
                publisher.publish(event.value, event.key, sent_as=event.sent_as)
                self._hurry.wait(LOAD_SECONDS / len(self._events))

    def finish(self) -> None:
        """Publish the rest at once; until here there was always an event to come."""
        assert self.is_alive()
        self._hurry.set()
        self.join()


@contextmanager
def load(events: list[SimulatedEvent], settings: Settings) -> Iterator[Load]:
    thread = Load(events, settings)
    thread.start()
    try:
        yield thread
    finally:
        if thread.is_alive():
            thread.finish()


@contextmanager
def worker(settings: Settings, folder: Path, port: int | None = None) -> Iterator[WorkerProcess]:
    port = port or free_ports(1)[0]
    process = WorkerProcess(settings, folder, f"worker-{port}", port)
    try:
        yield process
    finally:
        process.stop()


def fresh(simulated: Simulated, settings: Settings) -> Evaluation:
    """Return what the policy and calendar of these settings make of everything, from its start, as of now."""
    evaluation = Evaluation(SystemClock().now(), load_rulebook(settings.policy_file, settings.calendar_dir))
    evaluation.read("simulated", (event.value for event in simulated.events))
    evaluation.finish()
    return evaluation


def holding(simulated: Simulated, settings: Settings) -> set[tuple[str, str]]:
    """Return which rules that alert are broken now, and by what."""
    evaluation = fresh(simulated, settings)
    shown = evaluation.processor.rulebook.at(evaluation.at).policy.alerts
    held: list[tuple[str, Holds]] = [
        (code, one)
        for state in (evaluation.processor, evaluation.procedures, evaluation.petitions)
        for code in subjects(state)
        for one in state._holding(code)
    ]
    return {(one.rule, code) for code, one in held if one.rule in shown}


def subjects(state: Any) -> list[str]:
    return list(state.watched()) if hasattr(state, "watched") else [code for code, _ in state.stored()]


def assert_all_is_told(simulated: Simulated, told: Told) -> list[AlertEvent]:
    """Wait until it is; return every step."""
    wait_until(lambda: told.active == holding(simulated, told.settings), 30, "each alert that holds told, and no other")
    return told.alerts


def assert_told_on(before: list[AlertEvent], after: list[AlertEvent], held: set[tuple[str, str]]) -> None:
    """Check that nothing was told twice, and that what has held all along was not resolved."""
    known = {one.id for one in before}
    assert known <= {one.id for one in after}
    new = [(one.data.rule, one.subject) for one in after if one.id not in known]
    assert not held.intersection(new), "time alone changes little in a minute, and raises what did not hold before"


def applied(events: list[SimulatedEvent], settings: Settings, folder: Path) -> None:
    """Publish events, and let a worker of the first version read them all."""
    publish(events, settings)
    with worker(settings, folder) as old:
        wait_until_applied(settings, [old])


def publish(events: list[SimulatedEvent], settings: Settings) -> None:
    with Publisher(settings) as publisher:
        for event in events:
            publisher.publish(event.value, event.key, sent_as=event.sent_as)


def archive(events: list[SimulatedEvent], file: Path) -> Path:
    """Write events as an archive holds them."""
    file.write_bytes(b"".join(event.value + b"\n" for event in events))
    return file


def ends(settings: Settings, topics: list[str]) -> dict[TopicPartition, int]:
    """Return where topics end."""
    admin = KafkaAdminClient(**settings.kafka_client())
    try:
        there = {one["name"]: len(one["partitions"]) for one in admin.describe_topics(topics)}
        partitions = [TopicPartition(name, number) for name, count in there.items() for number in range(count)]
        found = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        return {partition: one.offset for partition, one in found.items()}
    finally:
        admin.close()
