"""What is to be said of what Kafka answers. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError

from config.settings import PREFIX, Settings
from dunghan.doctor.checks import Result, failed, ok, some, warning

_LONG = timedelta(minutes=1)  # what takes no longer to read is a moment's lag
_AHEAD = timedelta(seconds=2)  # see clocks.py
_REBALANCING = ("PreparingRebalance", "CompletingRebalance", "Assigning", "Reconciling")


def protocol_text(settings: Settings) -> str:
    """Say how we talk to the brokers."""
    protocol = settings.kafka_security_protocol
    if not protocol.startswith("SASL"):
        return f"{protocol} (no TLS, no password)" if protocol == "PLAINTEXT" else protocol
    return f"{protocol}, {settings.kafka_sasl_mechanism} as {settings.kafka_username or '(nobody)'}"


def unanswered(settings: Settings, error: KafkaError) -> tuple[str, str]:
    """Say what a broker that listens does not answer, and what by the settings may be the cause."""
    found = f"{settings.kafka} listens and does not answer as {protocol_text(settings)}: {error}"
    hints = [f"does it listen with {PREFIX}KAFKA_SECURITY_PROTOCOL={settings.kafka_security_protocol}?"]
    if settings.kafka_security_protocol.endswith("SSL"):
        hints.append(f"is its certificate signed by {PREFIX}KAFKA_CA_FILE, for this host name?")
    if settings.kafka_security_protocol.startswith("SASL"):
        hints.append(f"are {PREFIX}KAFKA_SASL_MECHANISM, _USERNAME and _PASSWORD right?")
    return found, " ".join(hints)


def judge_group(app: str, group: Mapping[str, Any], wanted: Mapping[str, int]) -> Result:
    """Say whether the group has members, and every partition of the wanted topics an owner."""
    members = group["members"]
    if not members:
        return failed(f"consumer group {app} has no members: nothing is processed", "start a worker: dunghan worker")
    if group["group_state"] in _REBALANCING:
        return warning(
            f"consumer group {app}: partitions are changing hands ({group['group_state']})",
            "look again in a few seconds; if it lasts, a worker keeps failing: see the workers' logs",
        )
    owned = {(topic, number) for member in members for topic, number in _assigned(member)}
    unowned = [
        f"{topic}/{number}"
        for topic, count in wanted.items()
        for number in range(count)
        if (topic, number) not in owned
    ]
    if unowned:
        return failed(
            f"{len(unowned)} partitions have no owner: {some(unowned)}",
            "restart the workers: all must have the same version, topics and DUNGHAN_PARTITIONS",
        )
    return ok(f"consumer group {app}: each of {sum(wanted.values())} partitions has an owner; members: {len(members)}")


def _assigned(member: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for topic in (member["member_assignment"] or {}).get("assigned_partitions", ()):
        yield from ((topic["topic"], number) for number in topic["partitions"])


def judge_lag(first: Mapping[TopicPartition, int], then: Mapping[TopicPartition, int], seconds: float) -> Result:
    """Say of what waits at two instants whether it is being read."""
    waiting = sum(then.values())
    if not waiting:
        return ok(f"no record waits; {sum(first.values())} did {seconds:.0f} s ago")
    stuck = [f"{one.topic}/{one.partition}" for one, count in then.items() if count >= first.get(one, 0) > 0]
    rate = (sum(first.values()) - waiting) / seconds
    if len(stuck) == len(then) and rate <= 0:
        return failed(
            f"{waiting} records wait and none is read in {some(stuck)}",
            "see the workers' logs; docs/runbooks/TthcPipelineStalled.md",
        )
    left = timedelta(seconds=round(waiting / rate)) if rate > 0 else None
    if left is not None and left < _LONG:
        return ok(f"{waiting} records wait, read within {left.total_seconds():.0f} s")
    return warning(
        f"{waiting} records wait, {f'read in about {left}' if left else 'and more come than are read'}",
        "wait if history is being read; else start more workers (at most one a partition)",
    )


def judge_timestamps(newest: Mapping[TopicPartition, datetime], now: datetime) -> Result:
    """Say whether any record was stamped by a clock that is ahead of ours."""
    ahead = [
        f"{one.topic}/{one.partition} by {(at - now).total_seconds():.0f} s"
        for one, at in newest.items()
        if at - now > _AHEAD
    ]
    if ahead:
        return warning(
            f"records of the future: {some(ahead)}",
            "a publisher's clock is ahead, or this machine's is behind (see clock): synchronise both by NTP",
        )
    return ok("no record is of the future")
