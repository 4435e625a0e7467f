"""Measure the worker and its peers on one broker, one topic, in one run: `make bench`.

Example: python -m bench --only a,e --rounds 1 --events 200000
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import click
import msgspec

from bench import broker, report
from bench.contestant import Contestant, RefusedError
from bench.contestants import CONTESTANTS
from bench.environments import HOME
from bench.expected import Expected, expected_of
from bench.latency import RATE, latency
from bench.machine import machine
from bench.measure import Ground, measure
from bench.province import publish, simulated
from bench.results import Figures, Outcome, Results
from bench.rounds import Rounds
from config.clock import SystemClock
from config.settings import Settings
from dunghan.demo.interrupts import Interrupts
from dunghan.stack import Stack
from dunghan.stack.process import read_pid_file
from streams.topics import create_topics

_PAGE = Path("docs/benchmarks.md")
_TOPIC, _SHORT_TOPIC = "bench-events", "bench-events-short"
_SHORT = 50_000  # events for who takes minutes for more
_LATENCY_START_SECONDS = 45  # a history published, a worker started and settled
_UNNEEDED = ("prometheus", "alertmanager")


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be measured."""

    contestants: Sequence[Contestant]
    events: int
    rounds: int
    minutes: float
    latency_seconds: int
    page: Path | None


def _chosen(_: click.Context, __: click.Parameter, letters: str | None) -> Sequence[Contestant]:
    if letters is None:
        return CONTESTANTS
    wanted = [letter.strip() for letter in letters.split(",")]
    known = {contestant.letter: contestant for contestant in CONTESTANTS}
    if unknown := [letter for letter in wanted if letter not in known]:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(known)}")
    return [known[letter] for letter in wanted]


@click.command(epilog=" · ".join(f"{one.letter}: {one.title}" for one in CONTESTANTS))
@click.option("--only", "contestants", callback=_chosen, metavar="LETTERS", help="These only, such as a,e.")
@click.option("--events", type=click.IntRange(1000), default=1_000_000, show_default=True, help="How many.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Medians are of so many.")
@click.option("--minutes", default=25.0, show_default=True, help="Begin no round that would end later than this.")
@click.option("--latency-seconds", default=20, show_default=True, help="Measure event to metric so long; 0: do not.")
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=f"Write the figures into this page.  [default: {_PAGE}; with --only, none]",
)
@click.pass_context
def main(context: click.Context, /, page: Path | None, **choices: Any) -> None:
    """Measure each contestant from its first record until its last change is on the broker, and compare.

    Whatever ends it, Ctrl-C and `kill` too, all that it started is stopped. The figures go to var/bench/results.json,
    and into docs/benchmarks.md.
    """
    if page is None and context.get_parameter_source("contestants") is click.core.ParameterSource.DEFAULT:
        page = _PAGE
    choice = Choice(page=page, **choices)
    with Interrupts().caught(), tempfile.TemporaryDirectory(prefix="dunghan-bench-") as folder:
        stack = Stack(broker.stack_config(Path(folder)))
        started = stack.up()
        try:
            _measure(Path(folder), stack, choice)
        finally:
            stack.down(started)


def _measure(folder: Path, stack: Stack, choice: Choice) -> None:
    stack.down(_UNNEEDED)
    settings = Settings(
        kafka=f"127.0.0.1:{stack.config.kafka_port}",
        redis=f"redis://127.0.0.1:{stack.config.redis_port}/0",
        events_topic=_TOPIC,
        app="bench",
    )
    began_at = monotonic()
    long, short = _published(settings, choice.events)
    kafka = read_pid_file(folder / "pids" / "kafka.json")
    ground = Ground(settings, folder, kafka.pid if kafka else 0)

    def run(contestant: Contestant) -> Figures:
        return measure(contestant, ground, short if contestant.is_slow else long)

    def keep(outcomes: Sequence[Outcome]) -> None:
        _keep(_results(outcomes, long, short))

    left = choice.minutes * 60 - (monotonic() - began_at) - choice.latency_seconds - _LATENCY_START_SECONDS
    outcomes = Rounds(choice.contestants, run, keep, seconds=left).measure(choice.rounds)
    results = _results(outcomes, long, short)
    if choice.latency_seconds:
        _add_latency(results, settings, choice.latency_seconds)
    _tell(results, choice.page)


def _add_latency(results: Results, settings: Settings, seconds: int) -> None:
    click.echo("event to metric…", err=True)
    try:
        results.latency_rate, results.latency_ms = RATE, latency(settings, seconds)
    except RefusedError as error:
        results.latency_refused = str(error)


def _published(settings: Settings, events: int) -> tuple[Expected, Expected]:
    """Fill the topics, and find what must come out of each."""
    broker.set_up(settings)
    create_topics(settings)
    create_topics(msgspec.structs.replace(settings, events_topic=_SHORT_TOPIC))
    publish(settings, simulated(SystemClock(), events), first_also_to=_SHORT_TOPIC, how_many=min(events, _SHORT))
    click.echo("reading what must come out…", err=True)
    return expected_of(settings, _TOPIC), expected_of(settings, _SHORT_TOPIC)


def _results(outcomes: Sequence[Outcome], long: Expected, short: Expected) -> Results:
    return Results(
        at=f"{SystemClock().now():%Y-%m-%d}",
        events=long.records,
        events_for_slow=short.records,
        mean_bytes=long.value_bytes / long.records,
        keys=len(long.counts),
        partitions=Settings().partitions,
        rounds=max((len(outcome.figures) for outcome in outcomes), default=0),
        machine=machine(),
        outcomes=list(outcomes),
    )


def _tell(results: Results, page: Path | None) -> None:
    """Print the figures, and keep them.

    Raises:
        SystemExit: with 1, where a figure was refused.
    """
    print(report.text(results))
    _keep(results)
    if page:
        report.write(results, page)
    if results.latency_refused or any(outcome.refused for outcome in results.outcomes):
        sys.exit(1)


def _keep(results: Results) -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "results.json").write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")


if __name__ == "__main__":
    main()
