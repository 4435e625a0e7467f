"""Running sinks beside one another: what befalls one is no affair of the others."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from aiokafka.errors import KafkaError

from alerts.delivery.backoff import Backoff
from alerts.delivery.sink import Sink

log = logging.getLogger(__name__)

_FIRST_SECONDS, _MOST_SECONDS = 1.0, 30.0


async def run_sinks(sinks: Sequence[Sink], stop: asyncio.Event) -> None:
    """Run all of them until `stop` is set and each has finished what it had in hand."""
    await asyncio.gather(*(_keep_running(sink, stop) for sink in sinks))


async def _keep_running(sink: Sink, stop: asyncio.Event) -> None:
    """Run a sink, and run it again when it ends for another reason than being told to."""
    name = sink.progress.sink
    backoff = Backoff(_FIRST_SECONDS, _MOST_SECONDS)
    while not stop.is_set():
        try:
            await sink.run(stop)
        except KafkaError as error:
            log.warning("%s: %r; beginning again", name, error)
        except Exception:
            # Whatever it is, it is this sink's: the others go on. It is counted, and the log has all of it.
            log.exception("%s: beginning again", name)
        else:
            continue
        sink.progress.count("restarted")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), backoff.failed())
