"""The records of the alerts topic as the sinks use them."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from aiokafka import TopicPartition

from streams.alerts import AlertEvent, decode_alert

log = logging.getLogger(__name__)

Batches = Mapping[TopicPartition, Sequence[Any]]  # what a consumer returns


class Step(NamedTuple):
    """One step of an alert, read, and as it is on the topic."""

    event: AlertEvent
    value: bytes


class Parcel(NamedTuple):
    """What is delivered at once, and where each partition goes on when it has been."""

    steps: tuple[Step, ...]
    offsets: dict[TopicPartition, int]


def step_of(record: Any) -> Step | None:
    """Return the step in a record; None for a tombstone, and for what is none (it is logged: nobody can deliver it)."""
    if record.value is None:
        return None
    try:
        return Step(decode_alert(record.value), record.value)
    except msgspec.DecodeError as error:
        where = f"{record.topic}/{record.partition}@{record.offset}"
        log.error("%s is not an alert and is passed over: %s", where, error)  # noqa: TRY400 - the line says it all
        return None


def one_by_one(batches: Batches) -> list[list[Parcel]]:
    """Return a lane for each partition, with a parcel for each step: a later one goes when the earlier is taken."""
    return [
        [Parcel(_steps([record]), {partition: record.offset + 1}) for record in records]
        for partition, records in batches.items()
    ]


def all_together(batches: Batches) -> list[list[Parcel]]:
    """Return one lane with all that has come as one parcel."""
    records = [record for some in batches.values() for record in some]
    offsets = {partition: some[-1].offset + 1 for partition, some in batches.items()}
    return [[Parcel(_steps(records), offsets)]] if records else []


def _steps(records: Iterable[Any]) -> tuple[Step, ...]:
    return tuple(step for record in records if (step := step_of(record)) is not None)
