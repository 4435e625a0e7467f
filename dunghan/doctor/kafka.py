"""Kafka: the broker, the topics, the workers' consumer group and how far it is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import KafkaError
from kafka.protocol.consumer.offsets import IsolationLevel

from config.clock import Clock, from_timestamp_ms
from config.settings import Settings
from dunghan.doctor.checks import Result, Unwell, ok, some, warning
from dunghan.doctor.kafka_judged import judge_group, judge_lag, judge_timestamps, protocol_text, unanswered
from dunghan.doctor.probe import listens
from streams.kafka_tools import no_answer
from streams.sources import sources
from streams.topics import TopicsError, check_topics, topic_specs

_BOOTSTRAP_MS = 4000
_MOVING_SECONDS = 2.5  # a worker reports its position once a second


class KafkaChecks:
    """The checks of Kafka."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def reachable(self) -> Result:
        """Ask the cluster for its brokers, by the security protocol of the settings."""
        settings = self._settings
        how = protocol_text(settings)
        if not listens(settings):
            raise Unwell(f"nothing listens at {settings.kafka}", no_answer(settings).partition("; ")[2])
        with self._admin() as admin:
            cluster = admin.describe_cluster()
        ready = [broker for broker in cluster["brokers"] if not broker.get("is_fenced")]
        return ok(f"{settings.kafka}: {len(ready)} broker{'s' if len(ready) != 1 else ''}, {how}")

    def topics(self) -> Result:
        """Look for every topic, its number of partitions and whether it is compacted."""
        try:
            check_topics(self._settings)
        except TopicsError as error:  # found and remedy, in one line
            found, remedy = re.split(r"[;:] ", str(error), maxsplit=1)
            raise Unwell(found, f"{remedy} (dunghan topics check tells of the next one)") from error
        return ok(f"{len(topic_specs(self._settings))} topics are as they must be")

    def topic_settings(self) -> Result:
        """Compare the other settings of the topics, such as how long events are kept."""
        specs = topic_specs(self._settings)
        resources = [ConfigResource(ConfigResourceType.TOPIC, spec.name) for spec in specs]
        with self._admin() as admin:
            found = admin.describe_configs(resources)["topic"]
        wrong = [
            f"{spec.name}: {name}={have}, not {wanted}"
            for spec in specs
            for name, wanted in spec.config.items()
            if (have := found[spec.name].get(name, {}).get("value", "the broker's default")) != wanted
            and name != "cleanup.policy"  # judged by `topics`; its default is as good as said
        ]
        if wrong:
            return warning(some(wrong), "set them with kafka-configs --alter, unless they were changed on purpose")
        return ok("retention and compaction are as dunghan topics create makes them")

    def group(self) -> Result:
        """Look for the workers, and for an owner of every partition."""
        app = self._settings.app
        with self._admin() as admin:
            return judge_group(app, admin.describe_groups([app])[app], self._partitions())

    def lag(self) -> Result:
        """Look how many records wait and, if any do, whether they are being read."""
        with self._admin() as admin:
            first = self._waiting(admin)
            if not first:
                return ok("no record waits")
            begun = monotonic()
            sleep(_MOVING_SECONDS)
            return judge_lag(first, self._waiting(admin), monotonic() - begun)

    def timestamps(self) -> Result:
        """Look for records of the future: by these timestamps a worker knows whether it has caught up."""
        newest = dict.fromkeys(self._topic_partitions(), OffsetSpec.MAX_TIMESTAMP)
        with self._admin() as admin:
            found = admin.list_partition_offsets(newest)
        stamps = {partition: one.timestamp for partition, one in found.items() if one.timestamp > 0}
        return judge_timestamps(
            {partition: from_timestamp_ms(stamp) for partition, stamp in stamps.items()}, self._clock.now()
        )

    def _waiting(self, admin: Any) -> dict[TopicPartition, int]:
        """Return how many records wait, by partition; those where none does are left out."""
        group, partitions = self._settings.position_group, self._topic_partitions()
        read = admin.list_group_offsets({group: partitions})[group]
        offsets = {
            spec: admin.list_partition_offsets(dict.fromkeys(partitions, spec), IsolationLevel.READ_COMMITTED)
            for spec in (OffsetSpec.EARLIEST, OffsetSpec.LATEST)
        }
        earliest, latest = offsets[OffsetSpec.EARLIEST], offsets[OffsetSpec.LATEST]
        waiting = {}
        for one in partitions:
            position = max(read[one].offset if one in read else 0, earliest[one].offset)
            if latest[one].offset > position:
                waiting[one] = latest[one].offset - position
        return waiting

    def _partitions(self) -> dict[str, int]:
        return {source.topic: source.partitions for source in sources(self._settings)}

    def _topic_partitions(self) -> list[TopicPartition]:
        return [TopicPartition(topic, number) for topic, count in self._partitions().items() for number in range(count)]

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        try:
            admin = KafkaAdminClient(
                client_id="dunghan-doctor",
                bootstrap_timeout_ms=_BOOTSTRAP_MS,
                request_timeout_ms=_BOOTSTRAP_MS,
                **self._settings.kafka_client(),
            )
        except KafkaError as error:
            raise Unwell(*unanswered(self._settings, error)) from error
        try:
            yield admin
        except KafkaError as error:
            raise Unwell(*unanswered(self._settings, error)) from error
        finally:
            admin.close()
