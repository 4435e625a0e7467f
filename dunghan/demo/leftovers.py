"""What a demo leaves in services that may go on running: its topics and its keys in Redis. Both bear its name."""

import logging
from contextlib import suppress

import redis
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from config.settings import Settings

_log = logging.getLogger(__name__)


def forget(settings: Settings) -> None:
    """Delete the topics and keys of this demo; what cannot be deleted is left, and hurts nobody."""
    try:
        _delete_topics(settings)
    except (KafkaError, OSError) as error:
        _log.warning("topics %s* are left in Kafka: %s", settings.app, error)
    with suppress(redis.RedisError, OSError):
        _delete_keys(settings)


def _delete_topics(settings: Settings) -> None:
    admin = KafkaAdminClient(client_id="dunghan-demo", **settings.kafka_client())
    try:
        # Faust makes topics of its own for an application, beside ours.
        admin.delete_topics([name for name in admin.list_topics() if name.startswith(f"{settings.app}-")])
    finally:
        admin.close()


def _delete_keys(settings: Settings) -> None:
    with redis.Redis.from_url(settings.redis, **settings.redis_client()) as client:
        for key in client.scan_iter(f"{settings.app}:*", count=1000):
            client.delete(key)
