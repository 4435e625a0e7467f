"""The topics as the broker has them once they were created."""

from collections.abc import Callable
from contextlib import closing

import msgspec
import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

from config.settings import Settings
from streams.topics import TopicsError, check_topics, create_topics

pytestmark = pytest.mark.stack

HOUR_MS = 60 * 60 * 1000


def configured(settings: Settings, topic: str) -> dict[str, str]:
    """Return what is set on the topic itself."""
    with closing(KafkaAdminClient(**settings.kafka_client())) as admin:
        found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])["topic"][topic]
    return {name: entry["value"] for name, entry in found.items()}


def test_the_changelog_is_compacted_soon_and_in_small_segments(settings: Settings) -> None:
    found = configured(settings, settings.changelog_topic)
    assert found["cleanup.policy"] == "compact"
    assert int(found["segment.bytes"]) == 64 * 1024 * 1024
    assert float(found["min.cleanable.dirty.ratio"]) == 0.3
    assert int(found["max.compaction.lag.ms"]) == 6 * HOUR_MS
    assert "retention.ms" not in found


@pytest.mark.parametrize(("topic", "days"), [("events_topic", 400), ("dead_letters_topic", 90)])
def test_events_and_dead_letters_are_kept_whole_for_their_time(topic: str, days: int, settings: Settings) -> None:
    found = configured(settings, getattr(settings, topic))
    assert found.get("cleanup.policy", "delete") == "delete"
    assert int(found["retention.ms"]) == days * 24 * HOUR_MS


def test_topics_that_exist_are_checked_and_left_as_they_are(settings: Settings) -> None:
    assert create_topics(settings) == []


def test_another_number_of_partitions_is_refused(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(partitions=2)
    with pytest.raises(TopicsError, match="has 2 partitions, not 3: set DUNGHAN_PARTITIONS=2"):
        check_topics(msgspec.structs.replace(settings, partitions=3))


def test_a_changelog_that_would_be_deleted_by_age_is_refused(settings: Settings) -> None:
    elsewhere = msgspec.structs.replace(settings, app=f"{settings.app}-2")
    deleted = NewTopic(elsewhere.changelog_topic, num_partitions=elsewhere.partitions, replication_factor=1)
    with closing(KafkaAdminClient(**settings.kafka_client())) as admin:
        admin.create_topics([deleted])
    with pytest.raises(TopicsError, match=r"has cleanup.policy=delete, not compact"):
        create_topics(elsewhere)
