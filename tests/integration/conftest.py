"""One stack for all integration tests, on free ports and in a folder that vanishes; topics of its own for each test."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from free_stack import stack_config

from config.settings import Settings
from dunghan.stack import Stack, StackError
from streams.topics import create_topics


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pass over sockets that kafka-python, which the tools use in this process, drops without closing them.

    What aiokafka or redis leave open is a transport, and is still an error.
    """
    for item in items:
        if item.get_closest_marker("stack"):
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The running stack. If it cannot be started every test that wants it fails at once, with the reason."""
    stack = Stack(stack_config(tmp_path_factory.mktemp("stack")))
    try:
        started = stack.up()
    except StackError as error:
        pytest.fail(f"the local stack did not start: {error.message}", pytrace=False)
    yield stack
    stack.down(started)


@pytest.fixture(scope="session")
def make_settings(stack: Stack) -> Callable[..., Settings]:
    """Make settings with a consumer group and topics of their own, so that tests share one broker undisturbed.

    The topics exist. Anything can be chosen by name: `make_settings(partitions=2)`.
    """

    def make(**choices: Any) -> Settings:
        mark = uuid.uuid4().hex[:8]
        config = stack.config
        defaults = {
            "kafka": f"127.0.0.1:{config.kafka_port}",
            "redis": f"redis://127.0.0.1:{config.redis_port}/0",
            "prometheus": f"http://127.0.0.1:{config.prometheus_port}",
            "alertmanager": f"http://127.0.0.1:{config.alertmanager_port}",
            "metrics_port": config.worker_ports[0],  # one that the stack's Prometheus scrapes
            "app": f"test-{mark}",
            "events_topic": f"dossier-events-{mark}",
            "catalogue_topic": f"catalogue-events-{mark}",
            "petitions_topic": f"petition-events-{mark}",
            "alerts_topic": f"dossier-alerts-{mark}",
        }
        settings = Settings(**(defaults | choices))
        create_topics(settings)
        return settings

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """Settings of one test, with their topics."""
    return make_settings()
