"""The Kafka topics: their settings, their creation, and the check that they are as they must be."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from config.settings import Settings
from streams.kafka_tools import REACH_SECONDS, no_answer, no_topic, said_of
from streams.sources import Source, sources


class TopicsError(RuntimeError):
    """A topic is missing or is not as it must be; the message says what to do."""


class TopicSpec(msgspec.Struct, frozen=True):
    """A topic as this program needs it."""

    name: str
    partitions: int
    replication_factor: int
    config: dict[str, str]
    is_fixed: bool = False  # its number of partitions is nobody's choice
    creation: str = "create it: dunghan topics create"  # what to do where it is missing

    def remedy(self, found: int) -> str:
        """Return what to do about a topic with another number of partitions."""
        if self.is_fixed:
            return "delete it, create it (dunghan topics create) and publish again what it held"
        return (
            f"set DUNGHAN_PARTITIONS={found}, or use a new topic; dossiers are placed by the number of partitions, so "
            "it must not change"
        )


def topic_specs(settings: Settings) -> list[TopicSpec]:
    """Return the topics a worker needs.

    A changelog has the partitions of its topic, one for one, and so has what was told of alerts. They are compacted,
    and their segments are small, so that what has been overwritten is cleaned away soon and a restart reads little more
    than the dossiers themselves.
    The calendar documents are few, and one partition keeps their order. The alerts of dossiers are in the partition of
    their dossier's number, written by who serves it; those of procedures and petitions in the first.
    """
    day_ms = 24 * 60 * 60 * 1000
    events = {"cleanup.policy": "delete", "retention.ms": str(400 * day_ms)}  # a year can be replayed
    dead_letters = {"cleanup.policy": "delete", "retention.ms": str(90 * day_ms)}  # they may hold personal data
    compact = {
        "cleanup.policy": "compact",
        "segment.bytes": str(64 * 1024 * 1024),
        "min.cleanable.dirty.ratio": "0.3",
        "max.compaction.lag.ms": str(6 * 60 * 60 * 1000),
    }
    alerts = compact | {  # every step is there for whoever delivers it, even if that was down over a long weekend
        "min.compaction.lag.ms": str(4 * day_ms),
        "max.compaction.lag.ms": str(7 * day_ms),
        "delete.retention.ms": str(4 * day_ms),
    }
    return [
        *(
            _spec(settings, source, name, config)
            for source in sources(settings)
            for name, config in (
                (source.topic, events),
                (source.dead_letters, dead_letters),
                (source.changelog, compact),
                (source.told, compact),
            )
        ),
        TopicSpec(settings.calendar_topic, 1, settings.replication_factor, compact, is_fixed=True),
        TopicSpec(settings.alerts_topic, settings.partitions, settings.replication_factor, alerts),
    ]


def _spec(settings: Settings, source: Source, name: str, config: dict[str, str]) -> TopicSpec:
    spec = TopicSpec(name, source.partitions, settings.replication_factor, config, is_fixed=source.partitions == 1)
    if name != source.changelog or settings.state_version == 1:
        return spec
    version = settings.state_version  # an empty one would leave people without a monitor until all is read again
    creation = f"build version {version} of the state (docs/replay.md): dunghan replay, with the version before it"
    return msgspec.structs.replace(spec, creation=creation)


def create_topics(settings: Settings) -> list[str]:
    """Create the topics that are missing, and check those that exist.

    Returns:
        The names of those created.

    Raises:
        TopicsError: a topic exists and is not as it must be, or the broker cannot be reached.
    """
    with admin_client(settings) as admin:
        existing = set(admin.list_topics())
        missing = [spec for spec in topic_specs(settings) if spec.name not in existing]
        if missing:
            _create(admin, missing)
        refuse_wrong_topics(admin, settings)
    return [spec.name for spec in missing]


def check_topics(settings: Settings) -> None:
    """Check that every topic exists and is as it must be.

    Raises:
        TopicsError: naming the topic, what is wrong and what to do; or the broker cannot be reached.
    """
    with admin_client(settings) as admin:
        refuse_wrong_topics(admin, settings)


@contextmanager
def admin_client(settings: Settings) -> Iterator[Any]:
    """Connect to the cluster, to see to its topics.

    Raises:
        TopicsError: it cannot be reached, or refuses what is asked.
    """
    try:
        admin = KafkaAdminClient(
            client_id="dunghan-topics", bootstrap_timeout_ms=REACH_SECONDS * 1000, **settings.kafka_client()
        )
    except KafkaError as error:
        raise TopicsError(no_answer(settings)) from error
    try:
        yield admin
    except KafkaError as error:
        raise TopicsError(f"Kafka at {settings.kafka}: {said_of(settings, error)}") from error
    finally:
        admin.close()


def _create(admin: Any, specs: list[TopicSpec]) -> None:
    new = [
        NewTopic(
            name=spec.name,
            num_partitions=spec.partitions,
            replication_factor=spec.replication_factor,
            topic_configs=spec.config,
        )
        for spec in specs
    ]
    with suppress(TopicAlreadyExistsError):  # another process was faster; the check that follows judges what it made
        admin.create_topics(new)
    admin.wait_for_topics([spec.name for spec in specs])


def refuse_wrong_topics(admin: Any, settings: Settings) -> list[Any]:
    """Raise a `TopicsError` if a topic is missing or not as it must be; else return what Kafka says of all of them."""
    specs = topic_specs(settings)
    described: list[Any] = admin.describe_topics([spec.name for spec in specs])
    partitions = {topic["name"]: len(topic["partitions"]) for topic in described}
    configs = _cleanup_policies(admin, [spec.name for spec in specs])
    for spec in specs:
        found = partitions.get(spec.name, 0)
        if not found:
            raise TopicsError(no_topic(settings, spec.name, spec.creation))
        if found != spec.partitions:
            raise TopicsError(f"topic {spec.name} has {found} partitions, not {spec.partitions}: {spec.remedy(found)}")
        if configs[spec.name] != spec.config["cleanup.policy"]:
            raise TopicsError(
                f"topic {spec.name} has cleanup.policy={configs[spec.name]}, not {spec.config['cleanup.policy']}: "
                "correct it with kafka-configs, or events and state would be lost"
            )
    return described


def _cleanup_policies(admin: Any, names: list[str]) -> dict[str, str]:
    described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    # Kafka answers with what was changed only; "delete" is its default.
    return {name: described["topic"][name].get("cleanup.policy", {}).get("value", "delete") for name in names}
