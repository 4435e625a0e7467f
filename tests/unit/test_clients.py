"""What is asked of a broker that does not answer comes to an end, and so do the clients that ask."""

import asyncio

import pytest
from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from streams import clients
from streams.clients import in_time, let_go, noted


class Consumer:
    """A consumer whose `stop` waits for an answer until its connections are closed."""

    def __init__(self, *, answers: bool) -> None:
        self.closed = asyncio.Event()
        self.stopped = False
        self._client = self
        if answers:
            self.closed.set()

    async def stop(self) -> None:
        await self.closed.wait()
        self.stopped = True

    async def close(self) -> None:
        self.closed.set()


def test_what_takes_too_long_is_a_kafka_error_that_says_what_was_not_done() -> None:
    async def wait() -> None:
        async with in_time("partition 3: not fenced", 0.001):
            await asyncio.Event().wait()

    with pytest.raises(KafkaTimeoutError, match=r"partition 3: not fenced in 0\.001 s"):
        asyncio.run(wait())


def test_a_broker_that_has_just_come_back_and_names_none_is_tried_again_like_one_that_is_away() -> None:
    async def find_the_coordinator() -> None:
        client = AIOKafkaClient(bootstrap_servers="127.0.0.1:1")  # its metadata names no broker
        async with in_time("partition 3: not fenced"):
            await client.coordinator_lookup(CoordinationType.TRANSACTION, "a transactional id")

    with pytest.raises(KafkaConnectionError, match="partition 3: not fenced: no broker is known") as raised:
        asyncio.run(find_the_coordinator())
    assert raised.value.retriable


def test_any_other_assertion_that_fails_stays_a_mistake() -> None:
    async def mistake() -> None:
        async with in_time("partition 3: not fenced"):
            raise AssertionError("of ours")

    with pytest.raises(AssertionError, match="of ours"):
        asyncio.run(mistake())


def test_connections_that_do_not_close_keep_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "_CLOSE_SECONDS", 0.01)

    class Stuck(Consumer):
        async def close(self) -> None:
            await asyncio.Event().wait()

    async def stop() -> None:
        async with asyncio.timeout(5):
            await let_go(Stuck(answers=False))

    asyncio.run(stop())


@pytest.mark.parametrize("answers", [True, False])
def test_a_client_is_stopped_whether_the_broker_answers_or_not(
    *, answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "_CLOSE_SECONDS", 0.01)

    async def stop() -> Consumer:
        consumer = Consumer(answers=answers)
        await let_go(consumer)
        return consumer

    assert asyncio.run(stop()).stopped


def test_a_failure_that_nobody_awaits_is_not_complained_of(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        future = noted(asyncio.get_running_loop().create_future())
        future.set_exception(ValueError("nobody asks"))
        await asyncio.sleep(0)
        del future

    asyncio.run(fail())
    assert caplog.text == ""
