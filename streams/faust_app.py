"""The Faust app, and the only module that touches Faust's inside.

Faust coordinates: it keeps the consumer group, the assignment, the agents and the timers. It does not fetch the
delegated topic: the partition reader does (docs/decisions/0001). For this two methods of Faust's consumer are
overridden; that is why faust-streaming is pinned exactly. The safety net of an upgrade is
tests/integration/test_worker.py and test_identical_state.py beside it, tests/unit/test_channel_in_a_rebalance.py, and
for what is said of Kafka's client below Faust's, tests/failures.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import faust
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.utils.queues import FlowControlEvent, ThrowableQueue

from config.settings import Settings
from streams.versions import client_id

# Faust's consumer polls nothing, and one that has not polled for so long leaves its group for good. That a worker reads
# what it holds, its readers see to: one that cannot stops the worker.
_POLL_SECONDS = 10 * 365 * 24 * 60 * 60.0
# A coordinator that the network hides is silent. Who joins again waits for all others, which takes some seconds.
_REQUEST_SECONDS = 20.0


class _DelegatingConsumer(driver.Consumer):  # type: ignore[misc] # Faust carries no types that mypy can follow
    """Faust's consumer, for which partitions of delegated topics are assigned but never active: it fetches none."""

    def _get_active_partitions(self) -> set[TP]:
        active = super()._get_active_partitions()
        return {partition for partition in active if partition.topic not in self.app.delegated_topics}

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Complain of partitions in which nothing moves, but for those that somebody else reads."""
        if tp.topic not in self.app.delegated_topics:
            super().verify_event_path(now, tp)

    @property
    def group_failure(self) -> BaseException | None:
        """What keeps the client from its group for good.

        It does not say so unless it is polled, and until then it waits, without heartbeats. Faust's polls nothing here.
        """
        coordinator = getattr(self._thread._consumer, "_coordinator", None)  # noqa: SLF001 - None until it has started
        if coordinator is None:
            return None
        task, unsaid = coordinator._coordination_task, coordinator._pending_exception  # noqa: SLF001
        failure: BaseException | None = task.exception() if task.done() and not task.cancelled() else unsaid
        return failure


class _DelegatingTransport(driver.Transport):  # type: ignore[misc]
    Consumer = _DelegatingConsumer


class _PlainChannel(faust.Channel):  # type: ignore[misc]
    """A channel outside the app's flow control, which suspends and then clears all others during a rebalance.

    An agent reads from a clone of its channel, and a clone makes its own queue: hence the property, not an argument.
    """

    _queue: Any

    @property
    def queue(self) -> Any:
        if self._queue is None:
            self._queue = ThrowableQueue(
                maxsize=self.app.conf.stream_buffer_maxsize, flow_control=FlowControlEvent(initially_suspended=False)
            )
        return self._queue


class CoordinatingApp(faust.App):  # type: ignore[misc]
    """A Faust app that leaves the reading of some topics to others."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.delegated_topics: set[str] = set()
        self.before_leaving: list[Callable[[], Awaitable[None]]] = []
        super().__init__(*args, **options)

    def _new_transport(self) -> Any:
        return _DelegatingTransport(self.conf.broker_consumer, self)

    async def on_stop(self) -> None:
        """Finish what is in hand while the partitions are still this worker's, then leave the group."""
        for finish in self.before_leaving:
            await finish()
        await super().on_stop()

    @property
    def group_failure(self) -> BaseException | None:
        """What keeps this worker out of its group for good, if anything does."""
        return self.consumer.group_failure  # type: ignore[no-any-return]

    def delegate(self, topic: str) -> None:
        """Subscribe to `topic` for its assignment only; its records are read elsewhere."""
        self.delegated_topics.add(topic)
        self.topics.add(
            self.topic(topic, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")
        )

    def plain_channel(self) -> Any:
        """Return a channel that a rebalance neither holds up nor clears: the chunk in hand is finished."""
        return _PlainChannel(self)


def create_app(settings: Settings, *, data_dir: Path, instance_id: str | None) -> CoordinatingApp:
    """Return the Faust app of a worker.

    Args:
        settings: Where Kafka is, and how long a silent worker keeps its partitions.
        data_dir: Where Faust keeps its own small files.
        instance_id: Static member id: a worker that comes back under it soon gets its partitions without a rebalance.
    """
    return CoordinatingApp(
        settings.app,
        broker=[f"kafka://{address}" for address in settings.kafka.split(",")],
        broker_credentials=_credentials(settings),
        broker_client_id=client_id(settings),
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.session_timeout_seconds / 3,
        broker_max_poll_interval=_POLL_SECONDS,
        broker_request_timeout=max(_REQUEST_SECONDS, settings.session_timeout_seconds),  # Faust wants no less
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=instance_id,
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replication_factor,
        topic_disable_leader=True,  # no leader topic: nothing here needs it, and upstream ACLs stay small
        topic_allow_declare=False,  # `dunghan topics create` makes the topics, with their settings
        web_enabled=False,  # Faust's web server listens on all interfaces; /metrics is served by alerts/
        datadir=str(data_dir),
        autodiscover=False,
    )


def _credentials(settings: Settings) -> Any:
    protocol, context = settings.kafka_security_protocol, settings.ssl_context()
    if protocol == "PLAINTEXT":
        return None
    if protocol == "SSL":
        return faust.SSLCredentials(context)
    return faust.SASLCredentials(
        username=settings.kafka_username,
        password=settings.kafka_password,
        ssl_context=context,
        mechanism=settings.kafka_sasl_mechanism,
    )
