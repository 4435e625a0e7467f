"""Faust as shipped, doing the same job: an agent that gets one event at a time, and a Table with a changelog.

It decodes, merges, judges and counts with the same code as the worker; what differs is who reads and who writes.
"""

from typing import Any

import faust

from agents.dossiers.apply import apply
from agents.dossiers.dossier import Dossier, dump, load
from agents.dossiers.standing import Standing, standing_of
from agents.dossiers.tally import Tally
from bench.programs.stock import RAW, StockApp
from bench.task import Task
from config.clock import SystemClock
from config.rulebook import load_rulebook
from streams.decode import decode
from streams.events import DOSSIER_TYPES
from streams.records import Line

task = Task.given()
stock = StockApp(task)
schema = faust.Schema(**RAW)
dossiers = stock.faust.Table("dossiers", partitions=task.partitions, schema=schema, key_type=bytes, value_type=bytes)
rulebook, clock, tally = load_rulebook(), SystemClock(), Tally()
standings: dict[str, Standing | None] = {}


def do(message: Any) -> None:
    """Do the whole job for one event."""
    line = Line(message.value, message.key, tuple(message.headers or ()), int(message.timestamp * 1000))
    for said in decode(line).events:
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


@stock.faust.agent(stock.events)  # type: ignore[untyped-decorator] # Faust carries no types that mypy can follow
async def work(stream: faust.StreamT) -> None:
    """Take one event at a time."""
    async for event in stream.events():
        do(event.message)
        if stock.seen.add(event.message.value):
            await stock.end()


if __name__ == "__main__":
    stock.run()
