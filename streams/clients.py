"""The workers' Kafka clients (aiokafka) wait for a broker for ever, or nearly so: here their patience has an end.

And what they take for a mistake of ours, though it is a broker that has only just come back, is an error like others.
aiokafka is pinned to a minor version, for this looks at its inside: an upgrade must pass tests/unit/test_clients.py.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

Delivery = asyncio.Future[Any]  # of what the broker says when it has a record or a batch

REQUEST_MS = 3_000
"""A broker that the network hides keeps its connections, and is silent: after so long others are asked. By default
the client would go on waiting for 40 s."""

_ANSWER_SECONDS = 10.0  # an answer takes milliseconds; a fenced producer can wait for ever for what will not come
_CLOSE_SECONDS = 2.0
_NO_BROKER_KNOWN = "Did we not perform bootstrap?"  # the client asserts that it knows some


@asynccontextmanager
async def in_time(what: str, seconds: float = _ANSWER_SECONDS) -> AsyncIterator[None]:
    """Limit the time of what is asked of the broker.

    Raises:
        KafkaTimeoutError: it took too long; `what` says what has not been done.
        KafkaConnectionError: the broker answers, and names no broker of its cluster, not even itself.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise KafkaTimeoutError(f"{what} in {seconds} s") from error
    except AssertionError as error:
        if str(error) != _NO_BROKER_KNOWN:
            raise
        raise KafkaConnectionError(f"{what}: no broker is known") from error


async def let_go(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Stop a client, started or not. It finishes what is under way: what gets no answer fails, after a while."""
    stopping = noted(asyncio.ensure_future(client.stop()))
    await asyncio.wait([stopping], timeout=_CLOSE_SECONDS)
    if stopping.done():
        return
    # To cancel `stop` would leave its tasks and connections behind; so what it waits for is ended.
    if isinstance(client, AIOKafkaProducer):
        if (sender := client._sender.sender_task) is not None:  # noqa: SLF001
            sender.cancel()
        connections = client.client
    else:
        connections = client._client  # noqa: SLF001
    closing = noted(asyncio.ensure_future(connections.close()))
    await asyncio.wait([stopping, closing], timeout=_CLOSE_SECONDS)


def noted(future: Delivery) -> Delivery:
    """Count a failure as seen: when another one comes first, nobody awaits this one."""
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    return future
