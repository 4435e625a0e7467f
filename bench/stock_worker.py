"""Faust as shipped, doing the same job: an agent that gets one event at a time, and a Table with a changelog.

It decodes, merges, judges and counts with the same code as the worker; what differs is who reads and who writes.
"""

import os
import sys

import faust
from prometheus_client import Counter, start_http_server

from agents.dossiers.apply import apply
from agents.dossiers.dossier import Dossier, dump, load
from agents.dossiers.standing import Standing, standing_of
from agents.dossiers.tally import Tally
from config.clock import SystemClock
from config.rulebook import load_rulebook
from streams.decode import decode
from streams.events import DOSSIER_TYPES

CHOICES = ("APP", "BROKER", "TOPIC", "PARTITIONS", "PORT", "DATA")
APP, BROKER, TOPIC, PARTITIONS, PORT, DATA = (os.environ[f"STOCK_{name}"] for name in CHOICES)

app = faust.App(
    APP,
    broker=f"kafka://{BROKER}",
    store="memory://",
    topic_partitions=int(PARTITIONS),
    web_enabled=False,
    topic_disable_leader=True,
    consumer_auto_offset_reset="earliest",
    datadir=DATA,
)
RAW = {"key_type": bytes, "key_serializer": "raw", "value_type": bytes, "value_serializer": "raw"}
events = app.topic(TOPIC, **RAW)
dossiers = app.Table(
    "dossiers",
    partitions=int(PARTITIONS),
    schema=faust.Schema(**RAW),
    key_type=bytes,
    value_type=bytes,
)
applied = Counter("records", "Records applied.")
rulebook, clock, tally = load_rulebook(), SystemClock(), Tally()
standings: dict[str, Standing | None] = {}


class Record:
    """What the decoder wants, from one Faust event."""

    def __init__(self, message: object) -> None:
        self.key = message.key
        self.value = message.value
        self.headers = tuple(message.headers or ())
        self.timestamp = int(message.timestamp * 1000) if message.timestamp else None


@app.agent(events)
async def work(stream: faust.StreamT) -> None:
    """Do the whole job for one event at a time."""
    async for event in stream.events():
        for said in decode(Record(event.message)).events:
            if type(said.data) not in DOSSIER_TYPES:
                continue
            key = said.subject.encode()
            stored = dossiers.get(key)
            dossier = Dossier(said.subject) if stored is None else load(stored)
            if apply(dossier, said):
                dossiers[key] = dump(dossier)
                standing = standing_of(dossier, clock.now(), rulebook)
                tally.replace(said.subject, standings.get(said.subject), standing)
                standings[said.subject] = standing
        applied.inc()


if __name__ == "__main__":
    start_http_server(int(PORT), addr="127.0.0.1")
    sys.argv = [sys.argv[0], "worker", "-l", "warn", "--without-web"]
    app.main()
